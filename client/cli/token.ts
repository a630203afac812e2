/**
 * Token: where a token comes from, and what is said when there is none or it is not taken.
 *
 * Errors: CliError (denied) for a file that cannot be used. Others make sentences of their own.
 */
import { readFileSync, statSync } from "node:fs";
import { CliError, EXIT } from "./exit_code.ts";

/** A token as TODO_TOKEN holds it, or the file that holds it. */
export type TokenSource =
  | { readonly from: "variable"; readonly token: string }
  | { readonly from: "file"; readonly file: string };

const TOKEN = /^[A-Za-z0-9._~-]+$/; // PROTOCOL.md section 1.
const OTHERS_MAY_READ = 0o044; // Bits of a file's mode: its group and everybody.
const MAKE = "made beside the server with `npm run -s token -- USER";
const NAME_FOLDER = "Name the server's data folder with --data, or put a token into TODO_TOKEN.";

/** Said when TODO_TOKEN holds something else. */
export const NO_TOKEN_IN_VARIABLE = `TODO_TOKEN holds no token. Put one there, ${MAKE}\`.`;

/** Whether `text` may be a token; nothing around it. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The token in a file that its owner alone may read. */
export function readToken(file: string): string {
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) {
      throw new CliError(EXIT.denied, `${file} is a folder: name a file in it as "token_file".`);
    }
    if (process.platform !== "win32" && (stat.mode & OTHERS_MAY_READ) !== 0) {
      const sentence = `Others can read the token in ${file}: run \`chmod 600 ${file}\`.`;
      throw new CliError(EXIT.denied, sentence);
    }
    const token = readFileSync(file, "utf8").trim();
    if (isToken(token)) return token;
    throw new CliError(EXIT.denied, `${file} holds no token. ${makeToken(file)}`);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const sentence = `The token file ${file} cannot be read (${code}). ${makeToken(file)}`;
    throw new CliError(EXIT.denied, sentence);
  }
}

/** Said when the server does not take the token that was named. */
export function tokenRefused(source: TokenSource, url: string): string {
  const place = source.from === "file" ? "there" : "into TODO_TOKEN";
  const wrong = `The token in ${nameOf(source)} is expired or not one of ${url}.`;
  return `${wrong} Put one ${place}, ${MAKE}\`.`;
}

/** Said when a server elsewhere wants a token and none was named. */
export function tokenWanted(url: string): string {
  return (
    `The server at ${url} wants a token. Put one into TODO_TOKEN, ${MAKE}\`, ` +
    "or name the server's data folder with --data."
  );
}

/** Said when the data folder has no secret to make a token with; `why` is a sentence. */
export function noSecret(why: string): string {
  return `No token was found: ${why} ${NAME_FOLDER}`;
}

/** Said when the server does not take a token made from this data folder. */
export function otherFolder(url: string, data: string): string {
  return `The server at ${url} has another data folder than ${data}. ${NAME_FOLDER}`;
}

/** The token is of somebody else than `wanted`. */
export function tokenOfAnother(source: TokenSource, user: string, wanted: string): string {
  const whose = `${nameOf(source)} is a token of ${user}, not of ${wanted}`;
  const what = source.from === "file" ? "name another profile" : "unset it";
  return `${whose}: ${what} or leave out --as.`;
}

function makeToken(file: string): string {
  return `Put one there, ${MAKE} > ${file}\`.`;
}

function nameOf(source: TokenSource): string {
  return source.from === "file" ? source.file : "TODO_TOKEN";
}
