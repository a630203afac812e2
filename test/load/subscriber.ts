/**
 * Subscriber: listens to one list over one connection, and counts, times and folds what it is told.
 *
 * Errors: a gap, a repeat, a list that is gone and a snapshot of several pages count; nothing here
 *         ends the run.
 */
import type { Subscribed } from "../../shared/protocol/results.ts";
import { nowUs } from "./clock.ts";
import type { LastArrivals } from "./last_arrivals.ts";
import { ListCopy } from "./list_copy.ts";
import { LoadError } from "./load_error.ts";
import type { PushReader, ReadPush } from "./push_reader.ts";
import type { Tally } from "./tally.ts";
import type { WireClient } from "./wire_client.ts";

/** What the subscribers of a process share. `arrivals`: where the last one is timed. */
export interface SubscriberTools {
  readonly reader: PushReader;
  readonly tally: Tally;
  readonly arrivals: LastArrivals | undefined;
}

export class Subscriber {
  readonly list: string;
  readonly #tools: SubscriberTools;
  #copy: ListCopy | undefined;

  constructor(list: string, tools: SubscriberTools) {
    this.list = list;
    this.#tools = tools;
  }

  /** The copy as it is; undefined before the subscription is answered. */
  get copy(): ListCopy | undefined {
    return this.#copy;
  }

  /** Throws a LoadError when the server refuses. */
  async subscribe(client: WireClient): Promise<void> {
    const subscribed = Promise.withResolvers<void>();
    // In the callback, not after an await: the next push may be in the same frame.
    client.ask("subscribe", { list: this.list }, (answer) => {
      if (!answer.ok) subscribed.reject(new LoadError(`subscribe was refused: ${answer.message}`));
      else {
        const reply = answer.result as Subscribed;
        if (reply.mode === "snapshot") this.#begin(reply);
        subscribed.resolve();
      }
    });
    await subscribed.promise;
  }

  pushed(text: string): void {
    const { reader, tally } = this.#tools;
    const push = reader.read(text);
    switch (push.name) {
      case "event":
        this.#event(push);
        break;
      case "snapshot":
        tally.count("conflated");
        this.#begin(push.list);
        break;
      case "gone":
        tally.error("gone");
        break;
      case "other":
        break;
      default:
        push satisfies never;
    }
  }

  #begin(list: ConstructorParameters<typeof ListCopy>[0]): void {
    if (list.more === true) this.#tools.tally.error("list_of_pages");
    this.#copy = new ListCopy(list);
  }

  #event({ event, sentUs }: Extract<ReadPush, { readonly name: "event" }>): void {
    const { tally, arrivals } = this.#tools;
    if (this.#copy === undefined) return; // Of before the answer: there is none.
    tally.count("pushes");
    const folded = this.#copy.apply(event);
    if (folded === "gap") tally.count("gaps");
    else if (folded === "repeat") tally.count("repeats");
    if (sentUs === undefined) return;
    const us = nowUs() - sentUs;
    tally.push(us);
    const last = arrivals?.arrived(event.seq, us);
    if (last !== undefined) tally.last(event.seq, last);
  }
}
