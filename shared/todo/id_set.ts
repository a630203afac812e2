/**
 * IdSet: ids of todos, as an immutable value ordered by id.
 *
 * Shape: a persistent map from each block of 32 ids to a bitmap of those that are in the set: few
 *        and small nodes, whether the ids stand close together or far apart.
 * Bound: ids are integers in 0..2^32-1.
 * Cost:  that of the map.
 */
import { assert } from "../assert.ts";
import * as PersistentMap from "../persistent_map.ts";
import type { TodoId } from "./todo.ts";

const BITS = 5; // Of an id, that say which of its block it is.

/** The set itself: block → bitmap, never 0. */
export type T = PersistentMap.T<number>;

/** The set without ids. */
export const empty: T = PersistentMap.empty;

/** The set of `ids`, which ascend. */
export function fromSorted(ids: readonly TodoId[]): T {
  const blocks: number[] = [];
  const bitmaps: number[] = [];
  for (const id of ids) {
    const block = blockOf(id);
    if (blocks.at(-1) !== block) {
      blocks.push(block);
      bitmaps.push(0);
    }
    bitmaps[bitmaps.length - 1] = (bitmaps.at(-1) as number) | bitOf(id);
  }
  return PersistentMap.fromSorted(blocks, bitmaps);
}

/** Puts in `id`. The same set when it is in already. */
export function add(ids: T, id: TodoId): T {
  const block = blockOf(id);
  const bitmap = PersistentMap.get(ids, block) ?? 0;
  return PersistentMap.set(ids, block, bitmap | bitOf(id));
}

/** Takes out `id`. The same set when it is not in. */
export function remove(ids: T, id: TodoId): T {
  const block = blockOf(id);
  const bitmap = (PersistentMap.get(ids, block) ?? 0) & ~bitOf(id);
  if (bitmap === 0) return PersistentMap.remove(ids, block);
  return PersistentMap.set(ids, block, bitmap);
}

/** Whether there are none. */
export function isEmpty(ids: T): boolean {
  return PersistentMap.size(ids) === 0;
}

/** Shows every id to `visit`, ascending. */
export function forEach(ids: T, visit: (id: TodoId) => void): void {
  PersistentMap.forEach(ids, (bitmap, block) => {
    const start = block * 2 ** BITS;
    for (let bits = bitmap; bits !== 0; bits &= bits - 1) {
      visit(start + 31 - Math.clz32(bits & -bits));
    }
  });
}

/** The ids above `after`, ascending; all of them when it is left out. */
export function* idsFrom(ids: T, after: TodoId = -1): Generator<TodoId> {
  const blockAfter = Math.floor((after + 1) / 2 ** BITS) - 1; // `after` may be any number.
  for (const [block, bitmap] of PersistentMap.entriesFrom(ids, blockAfter)) {
    const start = block * 2 ** BITS;
    for (let bits = bitmap; bits !== 0; bits &= bits - 1) {
      const id = start + 31 - Math.clz32(bits & -bits);
      if (id > after) yield id;
    }
  }
}

function blockOf(id: TodoId): number {
  assert(id >>> 0 === id, "an id in a set of ids: want an integer in 0..2^32-1");
  return id >>> BITS;
}

function bitOf(id: TodoId): number {
  return 1 << id; // By the lowest five bits of `id`.
}
