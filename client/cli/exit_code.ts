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
  unreachable: "Start one with `npm start`, or name another with --url.",
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

/** The exit code and the sentence for a call that failed. */
export function explain({ kind, message }: RpcError): CliError {
  const advice = ADVICE[kind];
  const sentence = advice === undefined ? message : `${message} ${advice}`;
  return new CliError(EXIT_OF_KIND[kind] ?? EXIT.refused, sentence, kind);
}

function nameOf(exit: ExitCode): string {
  const named = Object.entries(EXIT).find(([, code]) => code === exit);
  return named?.[0] ?? String(exit);
}
