/**
 * StoreMark: a file beside the store that tells whether the store is the one that was left there.
 *
 * Shape: one line of numbers: the inode of the store's file and when that was born, the position of
 *        the last event that was ever acknowledged, after a clean stop when the file was last
 *        changed in any way, and which start of the machine that was in (0: not known, or the log
 *        failed). None of the times can be carried along by a copy. A store that differs was put
 *        back from somewhere: what clients have seen since is no part of it.
 *        A mark that is missing or unreadable tells nothing, so the store is taken for a copy.
 * Cost:  one small write every LAG_MS of commits, without an fsync: a write for each would make
 *        every fsync of the log dearer. A mark that lags behind the log is no sign of a copy.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { offerTo } from "./store_place.ts";

/** Milliseconds by which the mark may lag behind the log. */
const LAG_MS = 1000;
/** Of each number, so that a line covers the one before. */
const DIGITS = 20;

/** In the place of when the file was changed: a server has it … */
const IN_USE = 0n;
/** … or is about to close it: from now on its log may be gone. */
const CLOSING = 1n;

/** Which file the store is in, as far as a copy would be another. */
interface Place {
  readonly inode: bigint;
  readonly bornNs: bigint;
}

/** From one start of the machine to the next, where the system tells. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** The position of the last event that the store at `path` is known to have had; 0: not known. */
export function markedPos(path: string): number {
  return Number(readMark(`${path}.mark`)[2] ?? 0);
}

/** The store at `path` was in use since the machine was started: nothing written to it is lost. */
export function wasLeftInThisBoot(path: string): boolean {
  const boot = readMark(`${path}.mark`)[4];
  return boot !== undefined && boot !== 0n && boot === thisBoot();
}

/** That of one store, whose writer keeps it. */
export class StoreMark {
  readonly #path: string;
  readonly #left: readonly bigint[];
  readonly #hadLog: boolean;
  #file: number | undefined;
  #boot = thisBoot();
  #pos = 0;
  #later: NodeJS.Timeout | undefined;

  /** Reads the mark of the store at `path`, before that is opened; writes nothing yet. */
  constructor(path: string) {
    this.#path = path;
    this.#left = readMark(`${path}.mark`);
    this.#hadLog = existsSync(`${path}-wal`);
  }

  /** Whether the store, which is open now and ends at `pos`, was put back from somewhere. */
  isCopy(pos: number): boolean {
    if (pos === 0 && this.#left.length === 0) return false; // A new one.
    const [inode, bornNs, leftPos, changedNs] = this.#left;
    if (leftPos === undefined || BigInt(pos) < leftPos) return true;
    const place = this.#place;
    if (inode !== place.inode || bornNs !== place.bornNs) return true;
    // One that was not closed has left a log, unless another program has been at it.
    if (changedNs === IN_USE) return !this.#hadLog;
    return changedNs !== CLOSING && changedNs !== this.#changedNs;
  }

  /** The store is in use from now on, and its log ends at `pos`. */
  begin(pos: number): void {
    this.#pos = pos;
    this.#write(IN_USE);
  }

  /** All up to `pos` is on disk. */
  move(pos: number): void {
    this.#pos = pos;
    if (this.#later !== undefined) return;
    this.#write(IN_USE);
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.#write(IN_USE);
    }, LAG_MS);
  }

  /** The log could not be written or synced: what the system has kept of it is not known. */
  fail(): void {
    this.#boot = 0n;
    this.#write(IN_USE);
  }

  /** A clean stop begins: the store is about to be closed. */
  closing(): void {
    clearTimeout(this.#later);
    this.#write(CLOSING);
    if (this.#file !== undefined) tryToSync(this.#file);
  }

  /** The store is closed, and nobody changes it until the next start. */
  close(): void {
    this.#write(this.#changedNs);
    if (this.#file !== undefined) closeSync(this.#file);
  }

  get #place(): Place {
    const { ino, birthtimeNs } = statSync(this.#path, { bigint: true });
    return { inode: ino, bornNs: birthtimeNs };
  }

  get #changedNs(): bigint {
    return statSync(this.#path, { bigint: true }).ctimeNs;
  }

  /** On a full disk the mark lags. */
  #write(changedNs: bigint): void {
    try {
      const { inode, bornNs } = this.#place;
      const numbers = [inode, bornNs, this.#pos, changedNs, this.#boot];
      const line = numbers.map((number) => String(number).padStart(DIGITS)).join(" ");
      this.#file ??= openMark(this.#path, line.length + 1);
      writeSync(this.#file, `${line}\n`, 0);
    } catch {
      return;
    }
  }
}

/** Opens that of the store, made if need be; whatever is longer than a line is cut. */
function openMark(store: string, bytes: number): number {
  const path = `${store}.mark`;
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  if (fstatSync(file).size > bytes) ftruncateSync(file, bytes);
  offerTo(path, store);
  return file;
}

/** On a disk that fails the mark is as old as it is. */
function tryToSync(file: number): void {
  try {
    fsyncSync(file);
  } catch {
    return;
  }
}

/** Five numbers, of an earlier version four; none when there is no mark that can be read. */
function readMark(path: string): bigint[] {
  try {
    const text = readFileSync(path, "utf8");
    return /^ *\d+( +\d+){3,4}\n$/.test(text) ? text.trim().split(/ +/).map(BigInt) : [];
  } catch {
    return [];
  }
}

/** Of the machine's start, as a number of up to 60 bits; 0: the system does not tell. */
function thisBoot(): bigint {
  try {
    const digits = readFileSync(BOOT_ID, "utf8").replace(/[^0-9a-f]/g, "");
    return BigInt(`0x${digits.slice(0, 15)}`);
  } catch {
    return 0n;
  }
}
