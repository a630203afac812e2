/**
 * Uncaught: what is thrown where nobody waits for it, as by a listener that has a bug.
 */

/** The errors that reach nobody while `run` runs; the test runner does not see them. */
export async function uncaught(run: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const keep = (error: unknown): unknown => errors.push(error);
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", keep);
  try {
    await run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("uncaughtException", keep);
    for (const other of others) process.on("uncaughtException", other);
  }
  return errors;
}
