/**
 * Reads: the main thread's half of the reader; requests go out, answers become news.
 *
 * A load comes in parts, so that taking over a long list never holds up the main thread.
 * Errors: when the reader's thread dies, what was asked of it fails with `io`, and the next request
 *   starts another: the data is not in doubt, only this look at it.
 */
import type { Pid } from "../runtime/index.ts";
import type { ListsPage, ListsQuery, Loaded, StoredEvent } from "./event_log.ts";
import type { ListsResult, LoadEnd } from "./event_reader.ts";
import { tell } from "./news.ts";
import type { ReadAnswer, ReadRequest } from "./reader_worker.ts";
import { openThread, type Thread, type ThreadOpened } from "./thread.ts";

/** A request under way; `finish` is given how it ended. */
type Asked =
  | {
      readonly type: "load";
      readonly parts: (readonly StoredEvent[])[]; // The newest first.
      readonly finish: (end: LoadEnd, parts: readonly (readonly StoredEvent[])[]) => void;
    }
  | { readonly type: "lists"; readonly finish: (result: ListsResult) => void };

export class Reads {
  readonly #path: string;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  #thread: Thread | undefined;
  #opening = false;
  #unsent: ReadRequest[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Starts the thread; the store must exist. */
  async open(): Promise<ThreadOpened> {
    this.#opening = true;
    const opened = await openThread({
      name: "reader_worker",
      data: { path: this.#path },
      hear: (message) => this.#hear(message as ReadAnswer),
      died: () => this.#fail(),
    });
    this.#opening = false;
    if (!opened.ok) {
      this.#fail();
      return opened;
    }
    this.#thread = opened.thread;
    for (const request of this.#unsent.splice(0)) opened.thread.post(request);
    return opened;
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    const finish = (end: LoadEnd, parts: readonly (readonly StoredEvent[])[]) => {
      if (!end.ok) return tell(to, { type: "load_failed", ref, list, reason: end.reason });
      const { birth } = end;
      const state = birth === null ? null : { birth, events: parts.flat().reverse() };
      tell(to, { type: "loaded", ref, list, state });
    };
    const id = this.#ask({ type: "load", parts: [], finish });
    this.#send({ type: "load", id, list });
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    const finish = (result: ListsResult) => {
      if (!result.ok) return tell(to, { type: "lists_failed", ref, reason: result.reason });
      tell(to, { type: "lists", ref, lists: result.lists, more: result.more });
    };
    const id = this.#ask({ type: "lists", finish });
    this.#send({ type: "lists", id, query });
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  #ask(asked: Asked): number {
    this.#lastId += 1;
    this.#asked.set(this.#lastId, asked);
    return this.#lastId;
  }

  #send(request: ReadRequest): void {
    if (this.#thread !== undefined) {
      this.#thread.post(request);
      return;
    }
    this.#unsent.push(request);
    if (!this.#opening) void this.open();
  }

  #hear(answer: ReadAnswer): void {
    const asked = this.#asked.get(answer.id);
    if (asked === undefined) return;
    if (answer.type === "part") {
      if (asked.type === "load") asked.parts.push(answer.events);
      return;
    }
    this.#asked.delete(answer.id);
    if (answer.type === "load_end" && asked.type === "load") asked.finish(answer.end, asked.parts);
    if (answer.type === "lists" && asked.type === "lists") asked.finish(answer.result);
  }

  #fail(): void {
    this.#thread = undefined;
    this.#unsent = [];
    const failed = [...this.#asked.values()];
    this.#asked.clear();
    for (const asked of failed) asked.finish({ ok: false, reason: "io" }, []);
  }
}
