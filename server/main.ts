/**
 * Main: the program `todo-server`: the server, or one of its commands (store_command.ts).
 *
 * Exit: 0 after SIGTERM, SIGINT or SIGHUP, when everything is on disk (a second one of the first
 *       two ends it at once); 1 when it could not start or the log failed; 2 for a flag it does not
 *       know or a value it refuses. When the log did not close in time it kills itself: 137 in a
 *       shell.
 */
import { writeSync } from "node:fs";
import type { Application } from "./application.ts";
import type { Config } from "./config.ts";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
/** Those of which a second one ends it at once. A terminal that is closed may send SIGHUP twice. */
const IMPATIENT = ["SIGTERM", "SIGINT"] as const;
const STDERR = 2;

let application: Application | undefined;
/** The signal by which it is to end. */
let stoppedBy: NodeJS.Signals | undefined;
const args = process.argv.slice(2);
const [first = "--"] = args;
// Before anything else is loaded: a signal may come at any moment of a server's start. A command,
// whose name is a word, is ended by it as any program is.
if (first.startsWith("-")) for (const signal of SIGNALS) process.on(signal, stop);

const { parseConfig } = await import("./config.ts");
const { isStoreCommand, runStoreCommand } = await import("./store_command.ts");
const { writeOut } = await import("./standard_output.ts");
const parsed = parseConfig(args, process.env);
if (isStoreCommand(args)) await runCommand();
else if (parsed.kind === "help") process.stdout.write(parsed.text);
else if (parsed.kind === "refused") refuse(parsed.sentence, 2);
else await run(parsed.config);

function stop(signal: NodeJS.Signals): void {
  if (stoppedBy !== undefined) return;
  stoppedBy = signal;
  for (const next of IMPATIENT) process.off(next, stop);
  if (application !== undefined) void end(application);
}

async function runCommand(): Promise<void> {
  process.exitCode = await runStoreCommand(args, { out: writeOut, err });
}

function err(sentence: string): void {
  process.stderr.write(`todo-server: ${sentence}\n`);
}

async function run(config: Config): Promise<void> {
  const { start } = await import("./application.ts"); // The commands do without all of that.
  const started = await start(config, () => process.exit(1));
  if (!started.ok) return refuse(started.sentence, 1);
  application = started.application;
  if (stoppedBy !== undefined) return end(application);
  process.stdout.write(`listening on ${application.url}\n\n${howToUse(config, application.url)}`);
}

async function end(application: Application): Promise<void> {
  const stopped = await application.stop();
  if (stopped.ok) process.exit(0);
  try {
    writeSync(STDERR, `todo-server: ${stopped.sentence}\n`);
  } catch {
    // Its terminal was closed: nothing can be said.
  }
  // `process.exit` would wait for the log's threads, which a disk that hangs can hold for ever.
  process.kill(process.pid, "SIGKILL");
}

function howToUse({ data, port }: Config, url: string): string {
  const where = port === 4000 ? "" : ` --url ${url.replace("http", "ws")}/socket`;
  const flags = data === "./data" ? where : `${where} --data ${data}`;
  return (
    "From another terminal, in this folder:\n" +
    `  npm run -s todo -- start groceries${flags}\n` +
    `  npm run -s todo -- add "Milk" --date tomorrow${flags}\n` +
    `  npm run -s todo -- watch${flags}\n`
  );
}

/** Ends the program: a tree that was half started has timers that would keep it. */
function refuse(sentence: string, exitCode: number): never {
  err(sentence);
  process.exit(exitCode);
}
