/**
 * OwnMark: what a tool that changes a store owes to its mark (store_mark.ts).
 *
 * The server takes a store that was changed since its clean stop for one that was put back from
 * somewhere. What a tool has changed on purpose is none, unless it was one before.
 */
import { rmSync } from "node:fs";
import { StoreMark } from "../store_mark.ts";

export class OwnMark {
  readonly #path: string;
  readonly #before: StoreMark;
  #isCopy = false;

  /** Before the store at `path` is opened. */
  constructor(path: string) {
    this.#path = path;
    this.#before = new StoreMark(path);
  }

  /** When it is open, before the change; `pos`: where its log ends. */
  look(pos: number): void {
    this.#isCopy = this.#before.isCopy(pos);
  }

  /** When it is closed; `pos`: where its log ends now. */
  renew(pos: number): void {
    if (this.#isCopy) return rmSync(`${this.#path}.mark`, { force: true }); // It is one still.
    const mark = new StoreMark(this.#path);
    mark.begin(pos);
    mark.close();
  }
}
