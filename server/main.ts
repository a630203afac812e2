/**
 * Main: the program `todo-server`.
 *
 * Exit: 0 after SIGTERM or SIGINT, when everything is on disk (a second one ends it at once); 1
 *       when it could not start or the log failed; 2 for a flag it does not know or a value it
 *       refuses.
 */
import * as Application from "./application.ts";
import { type Config, parseConfig } from "./config.ts";

const parsed = parseConfig(process.argv.slice(2), process.env);
if (parsed.kind === "help") process.stdout.write(parsed.text);
else if (parsed.kind === "refused") refuse(parsed.sentence, 2);
else await run(parsed.config);

async function run(config: Config): Promise<void> {
  const started = await Application.start(config, () => process.exit(1));
  if (!started.ok) return refuse(started.sentence, 1);
  const { application } = started;
  // Before the line that says it is ready: whoever reads that may send a signal at once.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      void application.stop().then(() => process.exit(0));
    });
  }
  process.stdout.write(`listening on ${application.url}\n\n${howToUse(config, application.url)}`);
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
  process.stderr.write(`todo-server: ${sentence}\n`);
  process.exit(exitCode);
}
