/**
 * ExitCode: how a command ends that does not do what it was asked, and the sentence that says why.
 *
 * Shape: 0 done · 1 refused by the server · 2 wrong usage · 3 no server · 4 denied (credentials,
 *        rights).
 * Errors: CliError is how a command gives up from any depth; program.ts alone catches it, prints
 *         its one sentence and exits with its code. It is no bug and has no stack worth reading.
 */
import type { RpcError, RpcErrorKind } from "../rpc_error.ts";

/** Exit codes, by name. */
export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3, denied: 4 } as const;
/** One of them. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How a command gives up: its exit code, and one sentence as its message. */
export class CliError extends Error {
  readonly exit: ExitCode;
  /** The stable word for programs: the server's own, or the name of the exit code. */
  readonly kind: string;

  /** `sentence`: plain, says what is wrong and what to do; other people's text in it is visible. */
  constructor(exit: ExitCode, sentence: string, kind = nameOf(exit)) {
    super(sentence);
    this.exit = exit;
    this.kind = kind;
  }
}

const EXIT_OF_KIND: Partial<Record<RpcErrorKind, ExitCode>> = {
  unreachable: EXIT.unreachable,
  closed: EXIT.unreachable,
  timeout: EXIT.unreachable,
  unauthenticated: EXIT.denied,
  forbidden: EXIT.denied,
};

/** What to do about a refusal; the server's sentence before it says what is wrong. */
const ADVICE: Partial<Record<RpcErrorKind, string>> = {
  closed: "Run the command again to connect anew.",
  timeout: "See with `todo ls` whether it was done.",
  unauthenticated: "Get a new token with `npm run -s token -- USER` and put it in TODO_TOKEN.",
  forbidden: "Ask an owner of the list for the role that it needs.",
  list_full: "Delete todos that are done, or start another list.",
  limit: "Delete lists that nobody needs, or leave some.",
  unknown_method: "The server is older than this program: ask for a newer one.",
  overloaded: "Wait a moment and try again.",
  rate_limited: "Wait a moment and try again.",
  read_only: "Try again when the server can write.",
  crashed: "Try again in a moment.",
  noproc: "Try again in a moment.",
};

/** HTTP answers to a request for a path at which there is no socket, but perhaps a page. */
const STATUS_OF_NO_SOCKET: ReadonlySet<unknown> = new Set([200, 301, 302, 307, 308, 404, 405]);

/** The exit code and the sentence for a call that failed. */
export function explain({ kind, message, data }: RpcError): CliError {
  const advice = kind === "unreachable" ? adviceOnServer(data.status) : ADVICE[kind];
  const sentence = advice === undefined ? message : `${message} ${advice}`;
  return new CliError(EXIT_OF_KIND[kind] ?? EXIT.refused, sentence, kind);
}

/** `status`: what it answered over HTTP; undefined: there is no server. */
function adviceOnServer(status: unknown): string {
  if (status === undefined) return "Start one with `npm start`, or name another with --url.";
  if (STATUS_OF_NO_SOCKET.has(status)) return "Its socket is at /socket: give --url that path.";
  return "Try again in a moment, or name another with --url.";
}

function nameOf(exit: ExitCode): string {
  const named = Object.entries(EXIT).find(([, code]) => code === exit);
  return named?.[0] ?? String(exit);
}
