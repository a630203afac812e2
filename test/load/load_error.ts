/** LoadError: why a run gives up, in one plain sentence; `exit` is the program's exit code. */

/** 0: all went well · 1: errors happened, or the server refused · 2: wrong usage. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
/** One of them. */
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export class LoadError extends Error {
  readonly exit: Exit;

  constructor(sentence: string, exit: Exit = EXIT.failed) {
    super(sentence);
    this.exit = exit;
  }
}
