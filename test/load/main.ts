/**
 * main: `npm run load -- SCENARIO [options]`: puts load on a running server and reports.
 *
 * Exit: 0 when all went well, 1 when errors happened or the server refused, 2 for wrong usage.
 *       Ctrl-C ends the measured time early, a second one the program, without cleaning up.
 */
import { onOutputError } from "../../client/cli/output_errors.ts";
import { RpcError } from "../../client/rpc_error.ts";
import { run } from "./coordinator.ts";
import { EXIT, type Exit, LoadError } from "./load_error.ts";
import { type LoadOptions, parseLoad } from "./load_options.ts";
import { isClean } from "./outcome.ts";
import { progressOn } from "./progress.ts";
import { reportLines } from "./report.ts";

onOutputError((sentence) => {
  if (sentence !== undefined) complain(sentence, EXIT.failed);
});
const parsed = parseLoad(process.argv.slice(2), process.env);
if (parsed.kind === "help") process.stdout.write(parsed.text);
else if (parsed.kind === "refused") complain(parsed.sentence, EXIT.usage);
else await load(parsed.options);

async function load(options: LoadOptions): Promise<void> {
  const progress = progressOn(process.stderr);
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (ending.signal.aborted) {
        progress.end();
        complain(`Ended without cleaning up: lists of ${options.as}-… may be left.`, EXIT.failed);
        process.exit();
      }
      ending.abort();
    });
  }
  try {
    const outcome = await run(options, { progress, signal: ending.signal });
    progress.end();
    const lines = options.json ? [JSON.stringify(outcome)] : reportLines(outcome);
    process.stdout.write(`${lines.join("\n")}\n`);
    process.exitCode = isClean(outcome) ? EXIT.ok : EXIT.failed;
  } catch (error) {
    progress.end();
    if (error instanceof LoadError) complain(error.message, error.exit);
    else if (error instanceof RpcError) complain(error.message, EXIT.failed);
    else throw error;
  }
}

function complain(sentence: string, exit: Exit): void {
  process.stderr.write(`load: ${sentence}\n`);
  process.exitCode = exit;
}
