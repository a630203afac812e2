/** Main: `todo`, run as a program. What it is told to do is in program.ts. */
import { EXIT } from "./exit_code.ts";
import { onOutputError } from "./output_errors.ts";

// FORCE_COLOR goes before it; with both, Node would print a warning of its own.
if (process.env.FORCE_COLOR) delete process.env.NO_COLOR;
onOutputError((sentence) => {
  // Nobody reads, as with `todo ls | head -1`: `watch` ends as when its terminal is gone; a command
  // goes on to its end, for it may write, and tells by its exit code what came of it.
  if (sentence === undefined) return void process.emit("SIGHUP", "SIGHUP");
  process.stderr.write(`${sentence}\n`);
  process.exit(EXIT.refused);
});
const { run } = await import("./program.ts");
const { systemTerminal } = await import("./terminal.ts");
process.exitCode = await run(process.argv.slice(2), systemTerminal());
