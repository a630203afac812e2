/**
 * OwnMark: what a tool that changes a store owes to its mark (store_mark.ts).
 *
 * The server takes a store that was changed since its clean stop for one that was put back from
 * somewhere. What a tool has changed on purpose is none, unless it was one before.
 */
import { StoreMark } from "../store_mark.ts";

export class OwnMark {
  readonly #path: string;
  readonly #isCopy: boolean;

  /** Before the change; `pos`: where the log of the store at `path` ends. */
  constructor(path: string, pos: number) {
    this.#path = path;
    this.#isCopy = new StoreMark(path).isCopy(pos);
  }

  /** After it, when the store is closed; `pos`: where its log ends now. */
  renew(pos: number): void {
    if (this.#isCopy) return;
    const mark = new StoreMark(this.#path);
    mark.begin(pos);
    mark.close();
  }
}
