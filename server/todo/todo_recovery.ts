/**
 * TodoRecovery: from what the log has of a list to the list as it was, in portions.
 *
 * Owner: a TodoServer that starts. A list may have hundreds of thousands of events; folding them at
 *        once would keep every other process waiting.
 */
import { assert } from "../../shared/assert.ts";
import type { Change, ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import type { Birth, Life, LoadedList } from "../storage/event_log.ts";
import { growthOf } from "./event_row.ts";
import { RecentEvents } from "./recent_events.ts";

/** Events folded in one portion: some 2 ms. */
const PORTION_EVENTS = 1000;

/** A list brought back. `lastAt`: the time of its last event, or of its birth. */
export interface Recovered {
  readonly birth: Birth;
  readonly life: Life | null;
  readonly state: ListState;
  readonly todosBytes: number;
  readonly recent: RecentEvents;
  readonly lastAt: number;
}

/** One list that is being brought back. */
export class Recovery {
  readonly #loaded: LoadedList;
  readonly #recent = new RecentEvents();
  #state: ListState;
  #todosBytes = 0;
  #next = 0;

  constructor(loaded: LoadedList) {
    this.#loaded = loaded;
    const { title, owner } = loaded.birth;
    this.#state = TodoEvents.empty(title, owner);
  }

  /** Folds the next portion; the list, once all is folded. Events must follow without a gap. */
  step(): Recovered | undefined {
    const { birth, life, events } = this.#loaded;
    const portion = events.slice(this.#next, this.#next + PORTION_EVENTS);
    this.#next += portion.length;
    for (const { seq, at, user, pid, body } of portion) {
      assert(seq === this.#state.seq + 1, `event ${seq} in the log after ${this.#state.seq}`);
      const change = JSON.parse(body) as Change;
      this.#todosBytes += growthOf(this.#state.todos, change, body);
      this.#state = TodoEvents.apply(this.#state, { ...change, seq });
      this.#recent.add({ seq, at, by: user, pid, body });
    }
    if (this.#next < events.length) return undefined;
    const lastAt = events.at(-1)?.at ?? birth.at;
    const todosBytes = this.#todosBytes;
    return { birth, life, state: this.#state, todosBytes, recent: this.#recent, lastAt };
  }
}
