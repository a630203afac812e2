/**
 * SnapshotMaker: makes the snapshots that are due, a little at a time; runs in the reader's thread.
 *
 * A list is loaded as any other and folded to its state, whose rows go to the storage thread, one
 * by one: the next when it says that the one before was written.
 * Order: the list that became due first. One at a time.
 * Bound: a step takes some 2 ms, restoring 10,000 todos 3. DUE_MAX lists wait; one that finds no
 *        room becomes due again.
 */
import { assert } from "../../shared/assert.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { Change, ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import type { Snapshot, StoredEvent } from "./event_log.ts";
import type { EventReader, LoadDone } from "./event_reader.ts";
import { headOf, partsOf, stateOf, todosOf } from "./snapshot.ts";
import { rowsOf, type SnapshotRow } from "./snapshots.ts";

/** Lists that wait, some 100 bytes each. */
const DUE_MAX = 10_000;
/** Events folded in one step. */
const STEP_EVENTS = 500;

/** A row on its way to the storage thread; `isFirst`: it begins a snapshot. */
export interface RowToWrite {
  readonly row: SnapshotRow;
  readonly isFirst: boolean;
}

/** Work in steps, some of which have a row to be written. */
type Making = Generator<RowToWrite | undefined, void, undefined>;

/** That of one reader. Errors: a step throws when the list's events make no sense to it. */
export class SnapshotMaker {
  readonly #reader: Pick<EventReader, "load">;
  readonly #due = new Set<string>();
  #making: Making | undefined;
  #list = ""; // That is being made.

  constructor(reader: Pick<EventReader, "load">) {
    this.#reader = reader;
  }

  /** There is something to do. */
  get isBusy(): boolean {
    return this.#making !== undefined || this.#due.size > 0;
  }

  /** One of that list is due. */
  add(list: string): void {
    if (this.#due.size < DUE_MAX) this.#due.add(list);
  }

  /** Does a little. A row that it gives is to be written before the next step. */
  step(): RowToWrite | undefined {
    this.#making ??= this.#begin();
    const { done, value } = this.#making.next();
    if (done === true) this.#making = undefined;
    return value ?? undefined;
  }

  /** No more of the one that is being made; of which list, and the next step begins another. */
  giveUp(): string {
    this.#making = undefined;
    return this.#list;
  }

  #begin(): Making {
    const [list] = this.#due;
    assert(list !== undefined, "a snapshot is made when one is due");
    this.#due.delete(list);
    this.#list = list;
    return make(this.#reader, list);
  }
}

/** Nothing comes of a list that is damaged, or that there is not. */
function* make(reader: Pick<EventReader, "load">, list: string): Making {
  const parts: StoredEvent[][] = []; // The newest first.
  const steps = reader.load(list);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    parts.push(step.value);
    yield undefined;
  }
  const loaded = step.value;
  if (!loaded.ok || loaded.birth === null) return;
  const events = parts.flat().reverse();
  const last = events.at(-1);
  if (last === undefined) return; // It has one of this very seq.
  const state = yield* fold(loaded, events);
  if (state === undefined) return;
  const texts: string[] = [];
  for (const part of partsOf(state)) {
    texts.push(part);
    yield undefined;
  }
  const snapshot = { seq: state.seq, at: last.at, head: headOf(state), parts: texts };
  let isFirst = true;
  for (const row of rowsOf(loaded.end, snapshot)) {
    yield { row, isFirst };
    isFirst = false;
  }
}

/** Undefined: there is an event that is not known here, so that a part of the state is not. */
function* fold(
  { birth, snapshot }: LoadDone,
  events: readonly StoredEvent[],
): Generator<undefined, ListState | undefined, undefined> {
  let state: ListState =
    snapshot === null ? TodoEvents.empty(birth.title, birth.owner) : yield* restore(snapshot);
  let left = STEP_EVENTS;
  for (const { seq, body } of events) {
    const change = JSON.parse(body) as Change;
    if (!TodoEvents.isKnown(change)) return undefined;
    state = TodoEvents.apply(state, { ...change, seq });
    left -= 1;
    if (left > 0) continue;
    yield undefined;
    left = STEP_EVENTS;
  }
  return state;
}

function* restore(snapshot: Snapshot): Generator<undefined, ListState, undefined> {
  const todos: Todo[] = [];
  for (const part of snapshot.parts) {
    for (const todo of todosOf(part)) todos.push(todo);
    yield undefined;
  }
  const state = stateOf(snapshot, todos);
  yield undefined;
  return state;
}
