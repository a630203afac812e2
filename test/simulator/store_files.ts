/**
 * StoreFiles: the files of one real store, in a folder of its own that goes with the world: what a
 * crash leaves of them, and copies that are put back.
 *
 * Shape: the file itself, the log beside it (-wal) and the mark. A file that is written where it
 *        stands is the same to StoreMark, one that is moved there is another.
 */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** In memory where the system has that: nothing of it is to survive us. */
const MEMORY = "/dev/shm";
/** Of the log's header, which SQLite syncs before it writes what follows. */
const HEADER_BYTES = 32;
/** What a system writes at once, in any order; how many in a row it has not come to, at most. */
const PAGE_BYTES = 4096;
const HOLE_PAGES = 2;
/** In the mark, in the place of this machine's start: that of another. */
const OTHER_BOOT = Buffer.from(`${"1".padStart(20)}\n`);

/** The bytes of a store. `log` undefined: there is no such file. */
export interface StoreImage {
  readonly file: Buffer;
  readonly log: Buffer | undefined;
}

/** Throws of dice, as Dice has them. */
interface Throws {
  int(sides: number): number;
  chance(probability: number): boolean;
}

export class StoreFiles {
  readonly path: string;
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "todo-sim-"));
    this.path = join(this.#folder, "todo.db");
    folders.add(this.#folder);
  }

  read(): StoreImage {
    return { file: readFileSync(this.path), log: this.readLog() };
  }

  readLog(): Buffer | undefined {
    return existsSync(this.#log) ? readFileSync(this.#log) : undefined;
  }

  get logBytes(): number {
    return statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0;
  }

  readMark(): Buffer {
    return readFileSync(`${this.path}.mark`);
  }

  /** Nobody has it open: it is as it was then, and the same file still. */
  write({ file, log }: StoreImage): void {
    writeFileSync(this.path, file);
    this.writeLog(log);
  }

  writeLog(log: Buffer | undefined): void {
    rmSync(`${this.path}-shm`, { force: true });
    if (log === undefined) rmSync(this.#log, { force: true });
    else writeFileSync(this.#log, log);
  }

  writeMark(mark: Buffer): void {
    writeFileSync(`${this.path}.mark`, mark);
  }

  /** Another file is put in its place, and its log. */
  replace({ file, log }: StoreImage): void {
    const other = `${this.path}.other`;
    writeFileSync(other, file);
    renameSync(other, this.path);
    this.writeLog(log);
  }

  /** The machine is started again: it is another start than the one the mark tells of. */
  reboot(): void {
    if (!existsSync(`${this.path}.mark`)) return;
    const mark = this.readMark();
    this.writeMark(Buffer.concat([mark.subarray(0, -OTHER_BOOT.length), OTHER_BOOT]));
  }

  /** From now on it is known whether the log was written. */
  watchLog(): void {
    if (existsSync(this.#log)) utimesSync(this.#log, 0, 0);
  }

  /** It was, or emptied, since `watchLog`: no byte of then is there that was not written again. */
  get isLogWritten(): boolean {
    const log = statSync(this.#log, { throwIfNoEntry: false });
    return log === undefined || log.size === 0 || log.mtimeMs > 0;
  }

  remove(): void {
    removeFolder(this.#folder);
  }

  get #log(): string {
    return `${this.path}-wal`;
  }
}

/** Those of worlds that go on; they end with this process at the latest. */
const folders = new Set<string>();
process.once("exit", () => folders.forEach(removeFolder));

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** What a program that ends in the midst of writing leaves: all up to some byte. */
export function cutWithin(before: Buffer, after: Buffer, dice: Throws): Buffer {
  const [first, end] = differenceOf(before, after);
  const cut = first + dice.int(end - first + 1);
  const left = Buffer.alloc(Math.max(cut, before.length));
  before.copy(left);
  after.copy(left, 0, 0, cut);
  return withHeaderOf(after, left, cut - first);
}

/** What a machine leaves: all up to some byte, or all but some pages in the midst of it. */
export function tornWithin(before: Buffer, after: Buffer, dice: Throws): Buffer {
  if (dice.chance(0.5)) return cutWithin(before, after, dice);
  const [first, end] = differenceOf(before, after);
  const hole = first + dice.int(end - first);
  const from = Math.max(first, hole - (hole % PAGE_BYTES));
  const to = Math.min(end, (Math.floor(hole / PAGE_BYTES) + 1 + dice.int(HOLE_PAGES)) * PAGE_BYTES);
  const left = Buffer.from(after);
  left.fill(0, from, to);
  if (from < before.length) before.copy(left, from, from, to);
  return withHeaderOf(after, left, end - first - (to - from));
}

function withHeaderOf(after: Buffer, left: Buffer, written: number): Buffer {
  if (written > 0) after.copy(left, 0, 0, Math.min(HEADER_BYTES, left.length));
  return left;
}

/** Where the two begin to differ, and behind the last byte that does. */
function differenceOf(before: Buffer, after: Buffer): [first: number, end: number] {
  let first = 0;
  while (first < after.length && before[first] === after[first]) first += 1;
  let end = after.length;
  while (end > first && before[end - 1] === after[end - 1]) end -= 1;
  return [first, end];
}
