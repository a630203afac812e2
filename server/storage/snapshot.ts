/**
 * Snapshot: a list after one of its events, as texts, and back.
 *
 * Shape: the head is JSON of its title, the next id and its members; each part JSON of some todos,
 *        by ascending id, as they stand in events. Part of the file format: a change of it, and any
 *        new op of events, wants a migration that empties the table (migrations.ts).
 * Bound: a part has PART_TODOS, or one above PART_LENGTH: some 1 ms to make or to read.
 */
import type { Role, Todo } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { Snapshot } from "./event_log.ts";

const PART_TODOS = 500;
/** Characters. */
const PART_LENGTH = 64 * 1024;

interface Head {
  readonly title: string;
  readonly next: number;
  readonly members: readonly (readonly [user: string, role: Role])[];
}

/** The head of the snapshot of `state`. */
export function headOf({ title, todos, members }: ListState): string {
  return JSON.stringify({ title, next: todos.next, members: [...members] } satisfies Head);
}

/** Its parts, one by one. */
export function* partsOf({ todos }: ListState): Generator<string, void, undefined> {
  let part: string[] = [];
  let length = 0;
  for (const todo of TodoList.page(todos, 0)) {
    const text = JSON.stringify(todo);
    part.push(text);
    length += text.length;
    if (part.length < PART_TODOS && length < PART_LENGTH) continue;
    yield `[${part.join()}]`;
    part = [];
    length = 0;
  }
  if (part.length > 0) yield `[${part.join()}]`;
}

/** The todos of a part. */
export function todosOf(part: string): Todo[] {
  return JSON.parse(part) as Todo[];
}

/** Bytes of a part's todos as JSON; `count`: how many they are. */
export function todosBytesOf(part: string, count: number): number {
  return Buffer.byteLength(part) - "[]".length - ",".length * (count - 1);
}

/** The list again; `todos`: those of all its parts. Cost: some 1 ms for 10,000 todos. */
export function stateOf({ seq, head }: Snapshot, todos: readonly Todo[]): ListState {
  const { title, next, members } = JSON.parse(head) as Head;
  return { title, seq, todos: TodoList.restore(todos, next), members: new Map(members) };
}
