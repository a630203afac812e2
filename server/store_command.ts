/**
 * StoreCommand: `todo-server verify | backup | restore | export | import | compact`, which work on
 * the store of a data folder; verify, backup and export also beside a server that runs.
 *
 * Params: --data FOLDER (TODO_DATA, ./data), and what each command's --help says.
 * Errors: one sentence on stderr. Exit code 1: damage was found, or it could not be done; 2: a bad
 *         argument.
 */
import { createReadStream } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { isListId, LIST_ID_WANTED } from "../shared/protocol/names.ts";
import { sentenceOf } from "./auth/token_command.ts";
import { parseConfig } from "./config.ts";
import { makeDataFolder } from "./storage/data_folder.ts";
import { storePathIn } from "./storage/store_place.ts";
import { backUp } from "./storage/tools/backup.ts";
import { compact } from "./storage/tools/compact.ts";
import { exportList, exportToFile } from "./storage/tools/export_list.ts";
import { importList } from "./storage/tools/import_list.ts";
import { restore } from "./storage/tools/restore.ts";
import { type Checked, isSound, type ListFault } from "./storage/tools/store_check.ts";
import { checkFile, summaryOf } from "./storage/tools/store_file.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const MIB = 1024 * 1024;

/** Where the command writes: text as it is, and a sentence without the line's end. */
export interface StoreOutput {
  readonly out: (text: string) => void;
  readonly err: (sentence: string) => void;
}

interface Flags {
  readonly data: string;
  readonly list?: string;
  readonly listTodos?: string;
  readonly listBytes?: string;
  readonly dropDeleted?: true;
  readonly dropDamaged?: true;
}

/** What a command is given; its exit code. */
interface Given {
  readonly path: string;
  readonly flags: Flags;
  readonly output: StoreOutput;
}
type Action = (given: Given, ...args: readonly (string | undefined)[]) => number | Promise<number>;

/** An action as commander calls it: the arguments, then the flags, then the command. */
type Run = (...given: unknown[]) => Promise<void>;

/** By these words the server's program knows that one of them is wanted. */
const ACTIONS = {
  verify,
  backup,
  restore: putBack,
  export: exportOne,
  import: importOne,
  compact: compactStore,
};

/** Whether the words behind the program's name are for `runStoreCommand`. */
export function isStoreCommand([word = ""]: readonly string[]): boolean {
  return Object.hasOwn(ACTIONS, word);
}

/** Runs the command; its exit code. */
export async function runStoreCommand(
  args: readonly string[],
  output: StoreOutput,
): Promise<number> {
  let exitCode = 0;
  const run =
    (action: Action) =>
    async (...given: unknown[]) => {
      const words = given.slice(0, -2) as (string | undefined)[];
      const flags = given.at(-2) as Flags;
      const path = storePathIn(flags.data);
      exitCode = await action({ path, flags, output }, ...words);
    };
  try {
    await storeProgram(output, run).parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
}

function storeProgram({ out, err }: StoreOutput, run: (action: Action) => Run): Command {
  const program = new Command("todo-server").exitOverride().configureOutput({
    writeOut: out,
    writeErr: (text) => err(text.trimEnd()),
    outputError: (text, write) => write(sentenceOf(text)),
  });
  const add = (usage: string, about: string) => {
    const [name = ""] = usage.split(" ");
    const action = ACTIONS[name as keyof typeof ACTIONS];
    const command = program.command(usage).description(about).helpCommand(false);
    return command.addOption(dataOption()).action(run(action));
  };
  add("verify [FILE]", "Looks at everything in the store, or in FILE, a backup. Changes nothing.");
  add("backup <FILE>", "Copies the store, as it is at one moment, to FILE, which is new.");
  add("restore <FILE>", "Puts the backup FILE in the store's place. Not beside a server.");
  add(
    "export <LIST> [FILE]",
    "Writes one list, by its id, as JSON Lines to FILE or to standard output.",
  );
  add("import <FILE>", "Makes a new list of one that was exported. Not beside a server.")
    .option("--list <id>", "the id it is to have; else it gets a new one")
    .addOption(new Option("--list-todos <number>", "todos it may hold; as the server's flag"))
    .addOption(new Option("--list-bytes <bytes>", "bytes of them as JSON; as the server's flag"));
  add("compact", "Makes the store's file smaller. Not beside a server.")
    .option(
      "--drop-deleted",
      "also drop todos, history and members of lists deleted more than 30 days ago",
    )
    .option("--drop-damaged", "also drop all of the lists that are damaged: they are lost");
  return program;
}

function dataOption(): Option {
  return new Option("--data <folder>", "the server's data folder")
    .env("TODO_DATA")
    .default("./data");
}

function verify({ path, output }: Given, file = path): number {
  const startedMs = performance.now();
  const result = checkFile(file);
  if (!result.ok) return fail(output, result.message);
  const { checked } = result;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  for (const fault of checked.faults) output.out(`${faultLine(fault)}\n`);
  for (const fault of checked.fileFaults) output.out(`${fault}\n`);
  output.out(`${file}: ${figuresOf(checked)}; looked at in ${seconds} s\n`);
  if (!isSound(checked)) return fail(output, `${file} is damaged: ${summaryOf(checked)}`);
  output.out("no damage was found\n");
  return 0;
}

function backup({ path, output }: Given, file = ""): number {
  const made = backUp(path, file);
  if (!made.ok) return fail(output, made.message);
  output.out(`${file}: ${figuresOf(made.checked)}\n`);
  return 0;
}

function putBack({ path, flags, output }: Given, file = ""): number {
  const folder = prepareFolder(flags);
  if (folder !== undefined) return fail(output, folder);
  const restored = restore(file, path, new Date());
  if (!restored.ok) return fail(output, restored.message);
  output.out(`${path}: ${figuresOf(restored.checked)}\n`);
  if (restored.kept !== undefined) output.out(`what was there before is ${restored.kept}\n`);
  return 0;
}

function exportOne({ path, output }: Given, list = "", file?: string): number {
  if (file === undefined) {
    const done = exportList(path, list, output.out);
    return done.ok ? 0 : fail(output, done.message);
  }
  const done = exportToFile(path, list, file);
  if (!done.ok) return fail(output, done.message);
  output.out(`${file}: ${list}, ${count(done.events, "event")}\n`);
  return 0;
}

async function importOne({ path, flags, output }: Given, file = ""): Promise<number> {
  const { list, listTodos, listBytes } = flags;
  if (list !== undefined && !isListId(list)) {
    return refuseUsage(output, `--list wants ${LIST_ID_WANTED}; ${JSON.stringify(list)} came.`);
  }
  const limits = [
    ...(listTodos === undefined ? [] : ["--list-todos", listTodos]),
    ...(listBytes === undefined ? [] : ["--list-bytes", listBytes]),
  ];
  const parsed = parseConfig(limits, process.env);
  if (parsed.kind === "refused") return refuseUsage(output, parsed.sentence);
  if (parsed.kind !== "config") return EXIT_USAGE;
  const folder = prepareFolder(flags);
  if (folder !== undefined) return fail(output, folder);
  const { listTodosMax, listBytesMax } = parsed.config;
  const options = { list, listTodosMax, listBytesMax, now: Date.now() };
  const lines = createReadStream(file);
  lines.on("error", () => {}); // Told by who reads it; nobody does when the store is not free.
  const done = await importList(path, lines, options);
  if (!done.ok) return fail(output, `${file}: ${done.message}`);
  output.out(`${done.list}: ${count(done.events, "event")}\n`);
  return 0;
}

function compactStore({ path, flags, output }: Given): number {
  const { dropDeleted = false, dropDamaged = false } = flags;
  const done = compact(path, { dropDeleted, dropDamaged, now: Date.now() });
  if (!done.ok) return fail(output, done.message);
  const isDropping = dropDeleted || dropDamaged;
  const dropped = isDropping ? `, ${count(done.dropped, "list")} dropped` : "";
  output.out(`${path}: ${sizeOf(done.before)} before, ${sizeOf(done.after)} now${dropped}\n`);
  return 0;
}

/** undefined: the data folder is there. Else what is wrong. */
function prepareFolder({ data }: Flags): string | undefined {
  try {
    makeDataFolder(data);
    return undefined;
  } catch {
    return `The data folder ${data} cannot be made; give another by --data.`;
  }
}

function faultLine({ list, seq, what }: ListFault): string {
  return `${list}: ${seq === 0 ? "its birth" : `event ${seq}`} ${what}`;
}

/** "3 lists (1 deleted), 57 events, 5 members, 1 snapshot" */
function figuresOf({ lists, deleted, events, members, snapshots }: Checked): string {
  const ofThem = deleted === 0 ? "" : ` (${deleted} deleted)`;
  const rest = [count(events, "event"), count(members, "member"), count(snapshots, "snapshot")];
  return `${count(lists, "list")}${ofThem}, ${rest.join(", ")}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function sizeOf(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function fail({ err }: StoreOutput, sentence: string): number {
  err(sentence);
  return EXIT_FAILED;
}

function refuseUsage({ err }: StoreOutput, sentence: string): number {
  err(sentence);
  return EXIT_USAGE;
}
