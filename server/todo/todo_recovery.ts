/**
 * TodoRecovery: from what the log has of a list to the list as it was, in portions.
 *
 * Owner: a TodoServer that starts. A list may have hundreds of thousands of events, and a snapshot
 *        ten thousand todos; taking them at once would keep every other process waiting.
 * Order: the snapshot, if there is one, part by part; then the events after it.
 */
import { assert } from "../../shared/assert.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { Change, ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import type { Birth, Life, LoadedList } from "../storage/event_log.ts";
import { stateOf, todosBytesOf, todosOf } from "../storage/snapshot.ts";
import { growthOf } from "./event_row.ts";
import { RecentEvents } from "./recent_events.ts";

/** What one portion may cost: some 2 ms. */
const PORTION = 2000;
/** What folding an event costs; to read a todo of a snapshot costs 1, as do so many characters. */
const EVENT_COST = 2;
const COST_LENGTH = 256;
/** What a todo of a snapshot costs when the list is made of all of them. */
const TODO_COST = 0.2;

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
  readonly #todos: Todo[] = [];
  #part = 0; // Of the snapshot, that is to be taken next.
  #state: ListState | undefined; // Once the snapshot is taken.
  #todosBytes = 0;
  #next = 0; // Of the events.
  #left = 0; // Of the portion.

  constructor(loaded: LoadedList) {
    this.#loaded = loaded;
    const { title, owner } = loaded.birth;
    if (loaded.snapshot === null) this.#state = TodoEvents.empty(title, owner);
  }

  /** Takes the next portion; the list, once all is taken. Events must follow without a gap. */
  step(): Recovered | undefined {
    this.#left = PORTION;
    this.#state ??= this.#restore();
    if (this.#state === undefined) return undefined;
    this.#state = this.#fold(this.#state);
    const { birth, life, events, snapshot } = this.#loaded;
    if (this.#next < events.length) return undefined;
    const lastAt = events.at(-1)?.at ?? snapshot?.at ?? birth.at;
    const todosBytes = this.#todosBytes;
    return { birth, life, state: this.#state, todosBytes, recent: this.#recent, lastAt };
  }

  /** Takes parts of the snapshot; the list as it has it, once there are no more. */
  #restore(): ListState | undefined {
    const { snapshot } = this.#loaded;
    assert(snapshot !== null, "parts are of a snapshot");
    for (; this.#part < snapshot.parts.length; this.#part += 1) {
      if (this.#left <= 0) return undefined;
      this.#takePart(snapshot.parts[this.#part] as string);
    }
    const cost = this.#todos.length * TODO_COST;
    if (this.#left < Math.min(cost, PORTION)) return undefined;
    this.#left -= cost;
    return stateOf(snapshot, this.#todos);
  }

  #takePart(part: string): void {
    const todos = todosOf(part);
    for (const todo of todos) this.#todos.push(todo);
    this.#todosBytes += todosBytesOf(part, todos.length);
    this.#left -= Math.max(todos.length, part.length / COST_LENGTH);
  }

  /** Folds as many events as there is room for. */
  #fold(before: ListState): ListState {
    let state = before;
    const count = Math.max(0, Math.floor(this.#left / EVENT_COST));
    const portion = this.#loaded.events.slice(this.#next, this.#next + count);
    this.#next += portion.length;
    for (const { seq, at, user, pid, body } of portion) {
      assert(seq === state.seq + 1, `event ${seq} in the log after ${state.seq}`);
      const change = JSON.parse(body) as Change;
      this.#todosBytes += growthOf(state.todos, change, body);
      state = TodoEvents.apply(state, { ...change, seq });
      this.#recent.add({ seq, at, by: user, pid, body });
    }
    return state;
  }
}
