/**
 * Main: the program `todo-server`: the server, or one of its commands (store_command.ts).
 *
 * Exit: 0 after SIGTERM or SIGINT, when everything is on disk (a second one ends it at once); 1
 *       when it could not start or the log failed; 2 for a flag it does not know or a value it
 *       refuses. When the log did not close in time it kills itself: 137 in a shell.
 */
import { writeSync } from "node:fs";
import type { Application } from "./application.ts";
import { type Config, parseConfig } from "./config.ts";
import { isStoreCommand, runStoreCommand } from "./store_command.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const STDERR = 2;

const args = process.argv.slice(2);
const parsed = parseConfig(args, process.env);
if (isStoreCommand(args)) await runCommand();
else if (parsed.kind === "help") process.stdout.write(parsed.text);
else if (parsed.kind === "refused") refuse(parsed.sentence, 2);
else await run(parsed.config);

async function runCommand(): Promise<void> {
  process.stdout.on("error", () => process.exit(1)); // Nobody reads on, as with `| head`.
  const out = (text: string) => process.stdout.write(text);
  process.exitCode = await runStoreCommand(args, { out, err });
}

function err(sentence: string): void {
  process.stderr.write(`todo-server: ${sentence}\n`);
}

async function run(config: Config): Promise<void> {
  const { start } = await import("./application.ts"); // The commands do without all of that.
  const started = await start(config, () => process.exit(1));
  if (!started.ok) return refuse(started.sentence, 1);
  const { application } = started;
  // Before the line that says it is ready: whoever reads that may send a signal at once.
  const stop = () => {
    for (const signal of SIGNALS) process.off(signal, stop); // The next one ends it at once.
    void end(application);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  process.stdout.write(`listening on ${application.url}\n\n${howToUse(config, application.url)}`);
}

async function end(application: Application): Promise<void> {
  const stopped = await application.stop();
  if (stopped.ok) process.exit(0);
  writeSync(STDERR, `todo-server: ${stopped.sentence}\n`);
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
