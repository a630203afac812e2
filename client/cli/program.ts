/**
 * Program: the command line of `todo`: read, given its settings, run, and its failure told.
 *
 * Cost: only commander is loaded before a command is known; each command brings what it needs.
 * Errors: caught here alone. One sentence on stderr and an exit code (exit_code.ts); only a bug has
 *         a stack.
 */
import { RpcError } from "../rpc_error.ts";
import { parse, type Surroundings } from "./command_line.ts";
import { CliError, type ExitCode, explain } from "./exit_code.ts";
import { Printer } from "./printer.ts";
import { modeOf, settingsOf } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** Runs what the words behind `todo` say; the exit code. */
export function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  return runWords(args, {
    terminal,
    printerOf: (options) => new Printer(terminal, modeOf(options)),
    settingsOf: (options) => settingsOf(options, terminal),
  });
}

async function runWords(
  words: readonly string[],
  { printerOf, settingsOf: settings, ...surroundings }: Surroundings,
): Promise<ExitCode> {
  const { options, command } = parse(words, surroundings.terminal);
  const printer = printerOf(options);
  try {
    if (command instanceof CliError) throw command;
    if (typeof command !== "function") return command;
    return await command({ ...surroundings, settings: settings(options), printer }, runWords);
  } catch (error) {
    const known = error instanceof RpcError ? explain(error) : error;
    if (!(known instanceof CliError)) throw error;
    printer.fail(known);
    return known.exit;
  }
}
