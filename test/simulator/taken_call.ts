/**
 * TakenCall: a request as the server has taken it, with what had been told by then: whatever is
 * answered must know at least that.
 */

import type { Conditions } from "./conditions.ts";
import type { Reached } from "./reached.ts";
import type { TrueList, Truth, wordOf } from "./truth.ts";

/** What judges go by. */
export interface Bench {
  readonly truth: Truth;
  readonly conditions: Conditions;
  readonly reached: Reached;
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
  readonly todo?: { readonly title: string };
  readonly todos?: readonly { readonly title: string }[];
  readonly patch?: { readonly title?: string };
  readonly title?: string;
  readonly ops?: readonly SentOp[];
  readonly user?: string;
  readonly role?: string;
  readonly key?: string;
  readonly if_rev?: number;
  readonly epoch?: string;
  readonly seq?: number;
  readonly after?: number | string;
  readonly before?: number;
  readonly limit?: number;
  readonly date?: string | null;
  readonly deleted?: boolean;
  readonly timeout_ms?: number;
}

/** One op of a `tx`. */
export interface SentOp {
  readonly op: "add_todo" | "update_todo" | "delete_todo";
  readonly id?: number;
  readonly todo?: { readonly title: string };
  readonly patch?: { readonly title?: string };
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

/** The event of that seq, as a change. */
export function changeAt({ events }: TrueList, seq: number) {
  const event = events[seq - 1];
  if (event === undefined) return undefined;
  const change = JSON.parse(event.body) as Parameters<typeof wordOf>[0];
  return { ...event, change };
}
