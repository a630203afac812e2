/**
 * OutputErrors: standard output and standard error that cannot be written to.
 *
 * Nobody reads any more (EPIPE), or the terminal is gone (EIO): there is nothing to say. Else it is
 * one sentence. What standard error does not take is lost: there is nowhere else to say it.
 */

const NOBODY_READS: ReadonlySet<unknown> = new Set(["EPIPE", "EIO"]);

/** Calls `run` when standard output fails: with the sentence, if there is one to say. */
export function onOutputError(run: (sentence: string | undefined) => void): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", ({ code = "unknown error" }: NodeJS.ErrnoException) => {
    run(NOBODY_READS.has(code) ? undefined : `The output cannot be written (${code}).`);
  });
}
