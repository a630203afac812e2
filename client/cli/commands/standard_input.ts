/**
 * Command -: runs commands from standard input, a line each, over one connection.
 *
 * Shape: a line is what stands behind `todo` on a command line, in words as words.ts splits them.
 *        Empty lines and comments say nothing.
 * Order: one after the other, each as soon as its line is there.
 * Errors: the first that fails ends it with its exit code; with --keep-going the others are run all
 *         the same and the exit code is that of the first that failed.
 */
import type { RunWords } from "../command_line.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { Printer } from "../printer.ts";
import { type GlobalOptions, type Invocation, modeOf, type Settings } from "../settings.ts";
import { SharedClient } from "../shared_client.ts";
import { wordsOf } from "../words.ts";

/** Options that say to whom and as whom: all lines have one connection in common. */
const CONNECTION_OPTIONS = ["as", "url", "data", "profile"] as const;

/** A line's number and text. */
interface Line {
  readonly number: number;
  readonly text: string;
}

export async function standardInput(
  invocation: Invocation,
  runWords: RunWords,
  { keepGoing = false }: { readonly keepGoing?: boolean },
): Promise<ExitCode> {
  if (invocation.shared !== undefined) {
    throw new CliError(EXIT.usage, "Standard input is being read already: leave out the -.");
  }
  const shared = new SharedClient();
  let exit: ExitCode = EXIT.ok;
  let number = 0;
  try {
    for await (const text of invocation.terminal.stdin.lines()) {
      number++;
      const ended = await runLine({ number, text }, { ...invocation, shared }, runWords);
      if (exit === EXIT.ok) exit = ended;
      if (exit !== EXIT.ok && !keepGoing) break;
    }
    return exit;
  } finally {
    shared.close();
  }
}

async function runLine(
  { number, text }: Line,
  { terminal, printer, settings, shared }: Invocation & { readonly shared: SharedClient },
  runWords: RunWords,
): Promise<ExitCode> {
  const split = wordsOf(text);
  if (!split.ok) {
    const sentence = `A ${split.quote} has no end: end it on its line, or quote it.`;
    new Printer(terminal, printer.mode, number).fail(new CliError(EXIT.usage, sentence));
    return EXIT.usage;
  }
  if (split.words.length === 0) return EXIT.ok;
  return runWords(split.words, {
    terminal,
    shared,
    printerOf(options) {
      const mode = modeOf(options);
      return new Printer(terminal, mode === "lines" ? printer.mode : mode, number);
    },
    settingsOf: (options) => lineSettings(settings, options),
  });
}

function lineSettings(settings: Settings, options: GlobalOptions): Settings {
  const given = CONNECTION_OPTIONS.find((name) => options[name] !== undefined);
  if (given === undefined) return { ...settings, list: options.list ?? settings.list };
  const sentence = `--${given} is for all lines alike: give it to the command that reads them.`;
  throw new CliError(EXIT.usage, sentence);
}
