/**
 * Results: what each method answers, as types alone.
 *
 * Shape:  `Results<"add_todo">` is the `result` member of the reply to an `add_todo`.
 * Source: PROTOCOL.md sections 4 and 5. Imports nothing at run time, so a client may use it.
 */
import type { Role, Todo, TodoId } from "../todo/todo.ts";
import type { TodoEvent } from "../todo/todo_event.ts";

/** A member of a list. */
export interface Member {
  readonly user: string;
  readonly role: Role;
}

/** A list, or one page of it: `more` when todos above the last one here are left. */
export interface List {
  readonly list: string;
  readonly title: string;
  readonly epoch: string;
  readonly seq: number;
  /** The id that the next todo will get. */
  readonly next: TodoId;
  readonly todos: readonly Todo[];
  readonly more?: true;
}

/** One line of `lists`. `count` is how many todos it holds. */
export interface ListEntry {
  readonly list: string;
  readonly title: string;
  readonly role: Role;
  readonly seq: number;
  readonly count: number;
  /** Milliseconds since 1970; only with `deleted: true`. */
  readonly deleted_at?: number;
}

/** One list of an `agenda`, with those of its todos that were asked for; never without any. */
export interface AgendaList {
  readonly list: string;
  readonly title: string;
  readonly seq: number;
  /** Ascending ids. */
  readonly todos: readonly Todo[];
}

/** An event as it is pushed: which list's, and in which epoch its seq counts. */
export type EventParams = { readonly list: string; readonly epoch: string } & TodoEvent;

/** Why a subscriber that gave a position got a snapshot and not the events after it. */
export type SnapshotReason = "epoch" | "trimmed" | "too_many" | "ahead";

/** The answer to `subscribe`: the state, or what was missed since the position given. */
export type Subscribed =
  | (List & { readonly mode: "snapshot"; readonly reason?: SnapshotReason })
  | {
      readonly mode: "resumed";
      readonly list: string;
      readonly epoch: string;
      readonly seq: number;
      readonly events: readonly EventParams[];
    };

/** `replayed`: this is the first result again, the key having named a write that was done. */
interface Written {
  readonly seq: number;
  readonly replayed?: true;
}

interface Changed extends Written {
  readonly changed: boolean;
}

/** What one op of a `tx` did: an add, an update, a delete. */
export type OpResult =
  | { readonly id: TodoId; readonly rev: number }
  | { readonly changed: boolean; readonly rev: number }
  | { readonly changed: boolean };

interface ResultTable {
  whoami: { readonly user: string; readonly pid: string; readonly node: string };
  /** The AsyncAPI document of this protocol. */
  describe: { readonly asyncapi: string; readonly [member: string]: unknown };
  lists: { readonly lists: readonly ListEntry[]; readonly more?: true };
  /** `missing`: lists that cannot be read at present, so nothing of them is told. */
  agenda: {
    readonly lists: readonly AgendaList[];
    readonly more?: true;
    readonly missing?: readonly string[];
  };
  start: Written & {
    readonly list: string;
    readonly pid: string;
    readonly epoch: string;
    readonly created: boolean;
  };
  rename_list: Changed;
  add_todo: Written & { readonly id: TodoId; readonly rev: number };
  /** `todo` is absent in a replay when it has been deleted since. */
  update_todo: Changed & { readonly todo?: Todo };
  delete_todo: Changed;
  todos: { readonly todos: readonly Todo[]; readonly seq: number; readonly more?: true };
  list: List;
  /** In the order of the ops. */
  tx: Written & { readonly results: readonly OpResult[] };
  subscribe: Subscribed;
  unsubscribe: Record<string, never>;
  share: Changed & { readonly members: readonly Member[] };
  unshare: Changed & { readonly members: readonly Member[] };
  members: { readonly members: readonly Member[]; readonly seq: number };
  /** Newest first. */
  history: { readonly events: readonly EventParams[]; readonly more?: true };
  delete_list: Record<string, never>;
  restore_list: { readonly seq: number };
}

/** The `result` of a method. */
export type Results<Method extends keyof ResultTable> = ResultTable[Method];
