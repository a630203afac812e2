/**
 * CommandLine: what can be said behind `todo`, and what is to run then.
 *
 * Nothing runs here: a command is found, loaded and run by whoever asked (program.ts).
 */
import { Argument, Command, CommanderError, Option } from "commander";
import { SOFTWARE_VERSION } from "../../shared/protocol/version.ts";
import { commanderSentence } from "./commander_sentence.ts";
import { CliError, EXIT, type ExitCode } from "./exit_code.ts";
import type { Printer } from "./printer.ts";
import { URL_DEFAULT } from "./server_url.ts";
import { DATA_DEFAULT, type GlobalOptions, type Invocation, type Settings } from "./settings.ts";
import type { SharedClient } from "./shared_client.ts";
import type { Terminal } from "./terminal.ts";
import type { TodoOptions } from "./todo_input.ts";

/** Runs a command. `runWords`: for the one that runs others. */
export type Run = (invocation: Invocation, runWords: RunWords) => Promise<ExitCode>;
/** Runs a whole command line; what fails is told. */
export type RunWords = (words: readonly string[], surroundings: Surroundings) => Promise<ExitCode>;
/** What a command line meets: settings and a printer as its options want them. */
export interface Surroundings {
  readonly terminal: Terminal;
  readonly shared?: SharedClient;
  readonly printerOf: (options: GlobalOptions) => Printer;
  readonly settingsOf: (options: GlobalOptions) => Settings;
}
/** `command`: what to run, what is wrong, or the exit code when help has been shown. */
interface CommandLine {
  readonly options: GlobalOptions;
  readonly command: Run | CliError | ExitCode;
}
type Choose = (run: Run) => void;

const HELP_AFTER = `
A title may hold +TAG, !high (or !medium, !low) and @USER; a backslash before one leaves it as text.
Dates: 2026-12-24, today, tomorrow, fri, "in 2 weeks", none. LIST: a title, its beginning, or an id.
TODO_TOKEN holds a token for a server elsewhere; a server's own data folder needs none.
Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no server, 4 denied. Ctrl-C ends watch with 0.`;

/** Reads the words. Help that they ask for is shown at once. */
export function parse(words: readonly string[], terminal: Terminal): CommandLine {
  let command: CommandLine["command"] = EXIT.ok;
  let sentence = "";
  const program = todoProgram(terminal, (text) => {
    sentence = commanderSentence(text);
  });
  const choose: Choose = (run) => {
    command = run;
  };
  addReadCommands(program, choose);
  addTodoCommands(program, choose);
  addListCommands(program, choose);
  addMemberCommands(program, choose);
  addOtherCommands(program, choose);
  try {
    program.parse(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (sentence === "") command = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    else {
      const advice = `${hintOf(error, program, words)} See \`todo --help\`.`;
      command = new CliError(EXIT.usage, `${sentence}${advice}`);
    }
  }
  return { options: program.opts<GlobalOptions>(), command };
}

function todoProgram(terminal: Terminal, failed: (text: string) => void): Command {
  return new Command("todo")
    .description("Shared to-do lists, from a terminal.")
    .version(SOFTWARE_VERSION, "--version", "print the version")
    .option("--as <user>", "who you are; the system's user (env TODO_USER)")
    .option("--list <name>", "the list; the last one used (env TODO_LIST)")
    .option("--json", "print JSON, a line per outcome or entry")
    .option("-q, --quiet", "print ids only")
    .option("--url <url>", `the server; ${URL_DEFAULT} (env TODO_URL)`)
    .option("--data <folder>", `data folder of an own server; ${DATA_DEFAULT} (env TODO_DATA)`)
    .option("--profile <name>", "what of these a profile says (env TODO_PROFILE)")
    .addHelpText("after", HELP_AFTER)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: failed,
    });
}

function addReadCommands(program: Command, choose: Choose): void {
  program.commandsGroup("What there is:");
  program
    .command("ls")
    .description("the todos of a list")
    .option("--date <date>", "only those of this day")
    .action((options: { date?: string }) =>
      choose(async (to) => (await import("./commands/ls.ts")).ls(to, options)),
    );
  program
    .command("show <id>")
    .description("all of one todo")
    .action((id: string) =>
      choose(async (to) => (await import("./commands/show.ts")).show(to, id)),
    );
  program
    .command("today")
    .description("what is to be done by today, from all lists")
    .action(() => choose(async (to) => (await import("./commands/today.ts")).today(to)));
  program
    .command("watch")
    .description("show a list and every change of it, live")
    .action(() => choose(async (to) => (await import("./commands/watch.ts")).watch(to)));
  program
    .command("log")
    .description("what happened to a list, newest first")
    .option("--limit <count>", "how much of it; 20")
    .action((options: { limit?: string }) =>
      choose(async (to) => (await import("./commands/log.ts")).log(to, options)),
    );
}

function addTodoCommands(program: Command, choose: Choose): void {
  program.commandsGroup("Todos:");
  withTodoOptions(program.command("add <title...>").description("add a todo")).action(
    (words: string[], options: TodoOptions) =>
      choose(async (to) => (await import("./commands/add.ts")).add(to, words.join(" "), options)),
  );
  withTodoOptions(program.command("edit <id> [title...]").description("change a todo"))
    .option("--title <title>", "what it says, taken as it is")
    .action((id: string, words: string[], options: TodoOptions) =>
      choose(async (to) => (await import("./commands/edit.ts")).edit(to, { id, words, options })),
    );
  const ids = new Argument("<id...>", "the numbers that `todo ls` shows");
  for (const [name, done] of [
    ["done", true],
    ["undone", false],
  ] as const) {
    program
      .command(name)
      .description(done ? "tick todos off" : "take todos up again")
      .addArgument(ids)
      .action((texts: string[]) =>
        choose(async (to) => (await import("./commands/done.ts")).setDone(to, texts, done)),
      );
  }
  program
    .command("rm")
    .description("delete todos")
    .addArgument(ids)
    .action((texts: string[]) =>
      choose(async (to) => (await import("./commands/rm.ts")).rm(to, texts)),
    );
}

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

function addListCommands(program: Command, choose: Choose): void {
  program.commandsGroup("Lists:");
  program
    .command("start <title...>")
    .description("make a list, or take the one of yours that has this title")
    .action((words: string[]) =>
      choose(async (to) => (await import("./commands/start.ts")).start(to, words.join(" "))),
    );
  program
    .command("lists")
    .description("your lists")
    .option("--deleted", "those that can be restored")
    .action((options: { deleted?: boolean }) =>
      choose(async (to) => (await import("./commands/lists.ts")).lists(to, options)),
    );
  program
    .command("rename <list> <title...>")
    .description("give a list another title")
    .action((list: string, words: string[]) =>
      choose(async (to) =>
        (await import("./commands/rename.ts")).rename(to, list, words.join(" ")),
      ),
    );
  program
    .command("delete <list>")
    .description("delete a list; it can be restored for 30 days")
    .option("--yes", "do not ask")
    .action((list: string, options: { yes?: boolean }) =>
      choose(async (to) => (await import("./commands/delete.ts")).deleteList(to, list, options)),
    );
  program
    .command("restore <list>")
    .description("bring a deleted list back")
    .action((list: string) =>
      choose(async (to) => (await import("./commands/delete.ts")).restore(to, list)),
    );
}

function addMemberCommands(program: Command, choose: Choose): void {
  program.commandsGroup("Members:");
  program
    .command("share <list> <user>")
    .description("let another user in, or change a member's role")
    .addOption(
      new Option("--role <role>", "what they may do")
        .choices(["viewer", "editor", "owner"])
        .default("editor"),
    )
    .action((list: string, user: string, { role }: { role: "viewer" | "editor" | "owner" }) =>
      choose(async (to) => (await import("./commands/share.ts")).share(to, list, { user, role })),
    );
  program
    .command("unshare <list> <user>")
    .description("take a member out; yourself to leave")
    .action((list: string, user: string) =>
      choose(async (to) => (await import("./commands/share.ts")).unshare(to, list, user)),
    );
  program
    .command("members [list]")
    .description("who the members of a list are")
    .action((list: string | undefined) =>
      choose(async (to) => (await import("./commands/share.ts")).members(to, list)),
    );
}

function addOtherCommands(program: Command, choose: Choose): void {
  program.commandsGroup("The program:");
  program
    .command("status")
    .description("whether the server is there, and who you are to it")
    .action(() => choose(async (to) => (await import("./commands/status.ts")).status(to)));
  program
    .command("-")
    .description("run commands from standard input, a line each, over one connection")
    .option("--keep-going", "do not stop at the first that fails")
    .action((options: { keepGoing?: boolean }) =>
      choose(async (to, runWords) =>
        (await import("./commands/standard_input.ts")).standardInput(to, runWords, options),
      ),
    );
}

/** The id of a list may begin with "-". */
function hintOf({ code }: CommanderError, program: Command, words: readonly string[]): string {
  if (code !== "commander.unknownOption") return "";
  const commands = words.map((word) => program.commands.find((each) => each.name() === word));
  const command = commands.find((each) => each !== undefined);
  const takesList = command?.registeredArguments.some((argument) => argument.name() === "list");
  if (command === undefined || takesList !== true) return "";
  return ` A list that begins with - goes behind --, as in \`todo ${command.name()} -- -ID\`.`;
}
