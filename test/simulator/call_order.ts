/**
 * CallOrder: whether the calls that a client makes of one list reach the server in the order in
 * which they were made, whatever is sent again.
 *
 * Shape: a write is known by the words it gives; one that is made several times, under one key, is
 *        not looked at.
 */
import { must } from "./violation.ts";

/** One write that a client has made. */
interface Made {
  readonly client: string;
  readonly list: string;
  readonly number: number;
  /** It is made again: which of them the server takes cannot be seen. */
  isRepeated: boolean;
  isTaken: boolean;
}

export class CallOrder {
  readonly #made = new Map<string, Made>();
  /** The number of the newest write that was taken, by client and list. */
  readonly #newest = new Map<string, number>();

  /** A client makes a write. */
  make(client: string, list: string, words: readonly string[]): void {
    const [word] = words;
    if (word === undefined) return;
    const before = this.#made.get(word);
    if (before !== undefined) before.isRepeated = true;
    else {
      const fresh = { isRepeated: false, isTaken: false };
      this.#made.set(word, { client, list, number: this.#made.size, ...fresh });
    }
  }

  /** The server takes a write for the first time, or again. */
  take(client: string, words: readonly string[]): void {
    const made = this.#made.get(words[0] ?? "");
    if (made === undefined || made.isRepeated || made.isTaken || made.client !== client) return;
    made.isTaken = true;
    const { list, number } = made;
    const name = `${client} ${list}`;
    const newest = this.#newest.get(name) ?? -1;
    must(number > newest, () => `${client}: ${words[0]} came after a call of ${list} made later`);
    this.#newest.set(name, number);
  }
}
