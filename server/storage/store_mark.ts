/**
 * StoreMark: a file beside the store that tells whether the store is the one that was left there.
 *
 * Shape: `INODE POSITION`: the file the log was in, and the position of the last event that was
 *        ever acknowledged. A log that stands in another file, or ends below it, was put back from
 *        a copy: what clients have seen since is no part of it.
 * Cost:  one small write a commit, without an fsync: a mark that lags after a power cut lags behind
 *        the log, and that is no sign of a copy. Neither is one that could not be written.
 */
import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from "node:fs";

/** Digits of a position, so that each write covers the one before. */
const POSITION_DIGITS = 16;

/** That of one store, whose writer keeps it. */
export class StoreMark {
  readonly #file: number | undefined;
  readonly #inode: string;

  private constructor(file: number | undefined, inode: string) {
    this.#file = file;
    this.#inode = inode;
  }

  /** `isCopy`: the store at `path`, whose log ends at `pos`, was put back from somewhere. */
  static open(path: string, pos: number): { readonly mark: StoreMark; readonly isCopy: boolean } {
    const inode = String(statSync(path, { bigint: true }).ino);
    const left = readMark(`${path}.mark`);
    const isCopy = pos > 0 && (left === undefined || left.inode !== inode || pos < left.pos);
    const mark = new StoreMark(openMark(`${path}.mark`), inode);
    mark.move(pos);
    return { mark, isCopy };
  }

  /** All up to `pos` is acknowledged. */
  move(pos: number): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, `${this.#inode} ${String(pos).padStart(POSITION_DIGITS)}\n`, 0);
    } catch {
      // The disk is full: the mark lags.
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

/** undefined: it cannot be made, on a full disk. What is in it stays until it is written. */
function openMark(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch {
    return undefined;
  }
}

/** undefined: there is none that can be read. */
function readMark(path: string): { readonly inode: string; readonly pos: number } | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  const [, inode, pos] = /^(\d+) +(\d+)\n$/.exec(text) ?? [];
  return inode === undefined ? undefined : { inode, pos: Number(pos) };
}
