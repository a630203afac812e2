/**
 * TokenCommand: `npm run -s token -- USER`, which prints a token for USER and nothing else.
 *
 * Params: USER, --data FOLDER (TODO_DATA, ./data), --ttl DURATION (TODO_TOKEN_TTL, 30d), --operator
 * Errors: one sentence on stderr. Exit code 2: a bad argument; 1: a secret that cannot be used.
 */
import { Command, CommanderError, Option } from "commander";
import { isUserName, USER_NAME_WANTED } from "../../shared/protocol/names.ts";
import { DURATION_WANTED, parseDuration } from "./duration.ts";
import { createTokens } from "./tokens.ts";

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

/** Where the command writes, line by line. */
export interface TokenOutput {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

interface Flags {
  readonly data: string;
  readonly ttl: string;
  readonly operator?: true;
}

interface TokenWanted {
  readonly data: string;
  readonly user: string;
  readonly ttlMs: number;
  readonly isOperator: boolean;
}

/** Runs the command with the words behind its name; its exit code. */
export async function runTokenCommand(
  args: readonly string[],
  output: TokenOutput,
): Promise<number> {
  const command = tokenCommand(output);
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  const [user = ""] = command.args;
  const { data, ttl, operator = false } = command.opts<Flags>();
  if (!isUserName(user)) {
    output.err(`USER wants ${USER_NAME_WANTED}; ${JSON.stringify(user)} came.`);
    return EXIT_USAGE;
  }
  const ttlMs = parseDuration(ttl);
  if (ttlMs === undefined) {
    output.err(`--ttl wants ${DURATION_WANTED}; ${JSON.stringify(ttl)} came.`);
    return EXIT_USAGE;
  }
  return printToken(output, { data, user, ttlMs, isOperator: operator });
}

async function printToken(
  output: TokenOutput,
  { data, user, ttlMs, isOperator }: TokenWanted,
): Promise<number> {
  const opened = createTokens(data);
  if (!opened.ok) {
    output.err(opened.message);
    return EXIT_REFUSED;
  }
  output.out(await opened.tokens.sign(user, ttlMs, { isOperator }));
  return 0;
}

function tokenCommand({ out, err }: TokenOutput): Command {
  return new Command("token")
    .description("Prints a token with which USER can connect to the server of a data folder.")
    .argument("USER", "whom the token speaks for, such as alice")
    .addOption(
      new Option("--data <folder>", "the server's data folder; made when it is not there")
        .env("TODO_DATA")
        .default("./data"),
    )
    .addOption(
      new Option("--ttl <duration>", `how long it is good for: ${DURATION_WANTED}`)
        .env("TODO_TOKEN_TTL")
        .default("30d"),
    )
    .option("--operator", "it may also read what concerns the whole server, such as metrics")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out(text.trimEnd()),
      writeErr: (text) => err(text.trimEnd()),
      outputError: (text, write) => write(sentenceOf(text)),
    });
}

/** "error: unknown option '--x'\n" → "Unknown option '--x'. See --help." */
export function sentenceOf(error: string): string {
  const text = error
    .replace(/^error: /, "")
    .trim()
    .replaceAll("\n", " ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. See --help.`;
}

if (import.meta.main) {
  process.exitCode = await runTokenCommand(process.argv.slice(2), {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  });
}
