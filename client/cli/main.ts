/**
 * Main: `todo`, run as a program. What it is told to do is in program.ts.
 *
 * Cost: the compile cache keeps what Node made of the sources from one run to the next.
 */
import { enableCompileCache } from "node:module";

enableCompileCache();
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0); // Whoever read has what they wanted, as with `todo ls | head -1`.
});
const { run } = await import("./program.ts");
const { systemTerminal } = await import("./terminal.ts");
process.exitCode = await run(process.argv.slice(2), systemTerminal());
