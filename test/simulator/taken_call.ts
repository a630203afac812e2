/**
 * TakenCall: a request as the server has taken it, with what had been told by then: whatever is
 * answered must know at least that.
 */

import type { NewTodo, Role, TodoPatch } from "../../shared/todo/todo.ts";
import type { CallOrder } from "./call_order.ts";
import type { Conditions } from "./conditions.ts";
import type { Reached } from "./reached.ts";
import type { ServerLimits } from "./sim_server.ts";
import type { TrueList, Truth } from "./truth.ts";

/** What judges go by. */
export interface Bench {
  readonly truth: Truth;
  readonly conditions: Conditions;
  readonly reached: Reached;
  readonly limits: ServerLimits;
  readonly order: CallOrder;
  readonly now: () => number;
  /** The store's, as the running server has it. */
  readonly generation: () => string;
  /** When the list was read from the log last. */
  readonly loadedAt: (list: string) => number;
}

/** Params as this workload sends them; what a method does not have is absent. */
export interface SentParams {
  readonly list?: string;
  readonly id?: number;
  readonly todo?: NewTodo;
  readonly todos?: readonly NewTodo[];
  readonly patch?: TodoPatch;
  readonly add_tags?: readonly string[];
  readonly remove_tags?: readonly string[];
  readonly title?: string;
  readonly ops?: readonly SentOp[];
  readonly user?: string;
  readonly role?: Role;
  readonly key?: string;
  readonly if_rev?: number;
  readonly epoch?: string;
  readonly seq?: number;
  readonly after?: number | string;
  readonly after_id?: number;
  readonly from?: string;
  readonly to?: string;
  readonly done?: boolean;
  readonly before?: number;
  readonly limit?: number;
  readonly date?: string | null;
  readonly deleted?: boolean;
  readonly timeout_ms?: number;
}

/** One op of a `tx`, or the call that has the same params. */
export interface SentOp
  extends Pick<SentParams, "id" | "todo" | "patch" | "add_tags" | "remove_tags" | "if_rev"> {
  readonly op: "add_todo" | "update_todo" | "delete_todo";
}

/** What had been told of one list. */
interface Known {
  readonly told: number;
  readonly lives: number;
  readonly isDeleted: boolean;
}

/** One call that has no answer yet. */
export interface TakenCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: SentParams;
  /** Its place among the calls of its connection. */
  readonly number: number;
  readonly takenAt: number;
  readonly deadline: number;
  readonly known: ReadonlyMap<string, Known>;
}

const CALL_TIMEOUT_MS = 5_000;
/** Milliseconds in which it crashes so often, and those for which it is left alone then. */
const CRASHES_MS = 120_000;
const CRASHES_MIN = 3;

/** The call as it comes in now. */
export function takenCall(
  bench: Bench,
  { id, method, params, number }: Pick<TakenCall, "id" | "method" | "params" | "number">,
): TakenCall {
  const { truth, now } = bench;
  const lists = params.list === undefined ? truth.lists.values() : [truth.lists.get(params.list)];
  const known = new Map<string, Known>();
  for (const list of lists) {
    if (list === undefined) continue;
    const { told, lives } = list;
    known.set(list.list, { told, lives, isDeleted: isDeleted(list) });
  }
  const takenAt = now();
  const deadline = takenAt + (params.timeout_ms ?? CALL_TIMEOUT_MS);
  return { id, method, params, number, takenAt, deadline, known };
}

/** The seq that an answer about the list speaks of at least. */
export function floorOf({ known }: TakenCall, list: string): number {
  return Math.max(0, known.get(list)?.told ?? 0);
}

/** Whether the list's life has changed since the call was taken. */
export function hasChangedLife({ known }: TakenCall, list: TrueList): boolean {
  return (known.get(list.list)?.lives ?? 0) !== list.lives;
}

/** Whether the list may be left alone: it has crashed or was damaged some times of late. */
export function mayBeLeftAlone(bench: Bench, { takenAt }: TakenCall, list: string): boolean {
  return bench.conditions.countSince(takenAt - CRASHES_MS, "list", list) >= CRASHES_MIN;
}

/** Whether it is deleted now. */
export function isDeleted({ life }: TrueList): boolean {
  return life !== null && life.deletedAt !== null;
}

/** The words by which the writes of a call are known (truth.ts). */
export function wordsOf({ method, params }: Pick<TakenCall, "method" | "params">): string[] {
  const { todo, todos = [], patch, title, ops = [] } = params;
  if (method === "start") return todos.map((each) => each.title);
  if (method === "rename_list") return title === undefined ? [] : [title];
  const all = [{ todo, patch }, ...ops];
  return all.flatMap((op) => op.todo?.title ?? op.patch?.title ?? []);
}
