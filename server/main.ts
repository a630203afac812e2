/**
 * Main: the program `todo-server`.
 *
 * Exit: 0 after SIGTERM or SIGINT, when everything is on disk; 1 when it could not start or the log
 *       failed; 2 for a flag it does not know or a value it does not take.
 */
import * as Application from "./application.ts";
import { parseConfig } from "./config.ts";

const parsed = parseConfig(process.argv.slice(2), process.env);
if (parsed.kind === "help") {
  process.stdout.write(parsed.text);
} else if (parsed.kind === "refused") {
  refuse(parsed.sentence, 2);
} else {
  const { config } = parsed;
  const started = await Application.start(config, () => process.exit(1));
  if (!started.ok) refuse(started.sentence, 1);
  else {
    const { application } = started;
    const isDefault = config.port === 4000;
    const url = isDefault ? "" : ` --url ${application.url.replace("http", "ws")}/socket`;
    process.stdout.write(
      `listening on ${application.url}\n\n` +
        "From another terminal, in this folder:\n" +
        `  npm run -s todo -- start groceries${url}\n` +
        `  npm run -s todo -- add "Milk" --date tomorrow${url}\n` +
        `  npm run -s todo -- watch${url}\n`,
    );
    stopOn("SIGTERM", application);
    stopOn("SIGINT", application);
  }
}

function stopOn(signal: "SIGTERM" | "SIGINT", application: Application.Application): void {
  process.once(signal, () => {
    void application.stop().then(() => process.exit(0));
  });
}

function refuse(sentence: string, exitCode: number): void {
  process.stderr.write(`todo-server: ${sentence}\n`);
  process.exitCode = exitCode;
}
