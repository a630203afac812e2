/**
 * Program: the command line of `todo`: what can be said, and what runs then.
 *
 * Cost: only commander is loaded before a command is known; each command brings what it needs.
 * Errors: caught here alone. One sentence on stderr and an exit code (exit_code.ts); only a bug has
 *         a stack.
 */
import { Argument, Command, CommanderError, Option } from "commander";
import { RpcError } from "../rpc_error.ts";
import { CliError, EXIT, type ExitCode, explain } from "./exit_code.ts";
import { Printer } from "./printer.ts";
import {
  DATA_DEFAULT,
  type GlobalOptions,
  type Invocation,
  settingsOf,
  URL_DEFAULT,
} from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import type { TodoOptions } from "./todo_input.ts";

const HELP_AFTER = `
Dates are days like 2026-12-24, today, tomorrow, or none. LIST is a title, its beginning, or an id.
TODO_TOKEN holds a token for a server elsewhere; a server's own data folder needs none.
Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no server, 4 denied. Ctrl-C ends watch with 0.`;

/** Runs what the words behind `todo` say; the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const complain = (sentence: string) => new Printer(terminal, false).complain(sentence);
  let exit: ExitCode = EXIT.ok;
  const program = todoProgram(terminal, complain, async (command) => {
    const options = program.opts<GlobalOptions>();
    const printer = new Printer(terminal, options.json === true);
    exit = await command({ settings: settingsOf(options, terminal), terminal, printer });
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const known = error instanceof RpcError ? explain(error) : error;
    if (!(known instanceof CliError)) throw error;
    complain(known.message);
    return known.exit;
  }
}

/** Runs one command, once the settings are known. */
type Perform = (command: (invocation: Invocation) => Promise<ExitCode>) => Promise<void>;

function todoProgram(
  terminal: Terminal,
  complain: (sentence: string) => void,
  perform: Perform,
): Command {
  const program = new Command("todo")
    .description("Shared to-do lists, from a terminal.")
    .option("--as <user>", "who you are; the system's user (env TODO_USER)")
    .option("--list <name>", "the list; the last one used (env TODO_LIST)")
    .option("--json", "print JSON, a line per outcome")
    .option("--url <url>", `the server; ${URL_DEFAULT} (env TODO_URL)`)
    .option("--data <folder>", `data folder of an own server; ${DATA_DEFAULT} (env TODO_DATA)`)
    .addHelpText("after", HELP_AFTER)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text) => complain(sentenceOf(text)),
    });
  addListCommands(program, perform);
  addTodoCommands(program, perform);
  return program;
}

function addListCommands(program: Command, perform: Perform): void {
  program
    .command("start <title...>")
    .description("make a list, or take the one of yours that has this title")
    .action((words: string[]) =>
      perform(async (invocation) =>
        (await import("./commands/start.ts")).start(invocation, words.join(" ")),
      ),
    );
  program
    .command("share <list> <user>")
    .description("let another user in, or change a member's role")
    .addOption(
      new Option("--role <role>", "what they may do")
        .choices(["viewer", "editor", "owner"])
        .default("editor"),
    )
    .action((list: string, user: string, { role }: { role: "viewer" | "editor" | "owner" }) =>
      perform(async (invocation) =>
        (await import("./commands/share.ts")).share(invocation, list, { user, role }),
      ),
    );
  program
    .command("lists")
    .description("your lists")
    .action(() =>
      perform(async (invocation) => (await import("./commands/lists.ts")).lists(invocation)),
    );
  program
    .command("watch")
    .description("show a list and every change of it, live")
    .action(() =>
      perform(async (invocation) => (await import("./commands/watch.ts")).watch(invocation)),
    );
}

function addTodoCommands(program: Command, perform: Perform): void {
  withTodoOptions(program.command("add <title...>").description("add a todo")).action(
    (words: string[], options: TodoOptions) =>
      perform(async (invocation) =>
        (await import("./commands/add.ts")).add(invocation, words.join(" "), options),
      ),
  );
  program
    .command("ls")
    .description("the todos of a list")
    .option("--date <date>", "only those of this day")
    .action((options: { date?: string }) =>
      perform(async (invocation) => (await import("./commands/ls.ts")).ls(invocation, options)),
    );
  program
    .command("done")
    .description("tick todos off")
    .addArgument(IDS)
    .action((ids: string[]) =>
      perform(async (invocation) => (await import("./commands/done.ts")).done(invocation, ids)),
    );
  withTodoOptions(program.command("edit <id>").description("change a todo"))
    .option("--title <title>", "what it says")
    .option("--undone", "take it up again")
    .action((id: string, options: TodoOptions) =>
      perform(async (invocation) =>
        (await import("./commands/edit.ts")).edit(invocation, id, options),
      ),
    );
  program
    .command("rm")
    .description("delete todos")
    .addArgument(IDS)
    .action((ids: string[]) =>
      perform(async (invocation) => (await import("./commands/rm.ts")).rm(invocation, ids)),
    );
}

const IDS = new Argument("<id...>", "the numbers that `todo ls` shows");

function withTodoOptions(command: Command): Command {
  return command
    .option("--date <date>", "the day it is for")
    .option("--notes <text>", "more about it")
    .addOption(
      new Option("--priority <priority>", "how pressing it is").choices([
        "high",
        "medium",
        "low",
        "none",
      ]),
    )
    .option("--tags <tags>", "tags, with commas between")
    .option("--assignee <user>", "who is to do it");
}

/** "error: unknown option '--x'" → "Unknown option '--x'. See `todo --help`." */
function sentenceOf(error: string): string {
  const text = error
    .replace(/^error: /, "")
    .trim()
    .replace(/\.?\n/g, " ")
    .replace(/\.$/, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. See \`todo --help\`.`;
}
