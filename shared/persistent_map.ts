/**
 * PersistentMap: a map from integers to values, as an immutable value ordered by key.
 *
 * Shape:  a 32-way radix trie. Each level of branches is chosen by five bits of the key, the leaves
 *         by the lowest five; a node keeps only the slots in use, told by a bitmap. The trie is as
 *         high as its largest key needs, so equal maps have equal nodes, whatever their history.
 * Bound:  keys are integers in 0..2^32-1. Other keys are never in a map, and may not be set.
 * Cost:   get, set, remove and each entry gone through: O(log32 of the largest key). set and remove
 *         copy one path, at most 32 slots a node, and share all the rest.
 * Source: Bagwell, "Ideal Hash Trees" (2001), with the key itself in place of its hash.
 */
import { assert } from "./assert.ts";

const BITS = 5; // Of a key, for each level …
const SLOTS = 2 ** BITS; // … so that a node's slots fill the 32 bits of a bitmap.
const SHIFT_MAX = 30; // Of the root at its highest: 35 bits, enough for keys of 32.
const KEY_MAX = 2 ** 32 - 1;

/** `slots` in order of their bits in `bitmap`: at shift 0 they are values, above it nodes. */
interface Node<Value> {
  readonly bitmap: number;
  readonly slots: readonly (Node<Value> | Value)[];
}

/** A key and its value. */
export type Entry<Value> = readonly [key: number, value: Value];

/** The map itself. `shift` is how far a key is shifted right to choose a slot of `root`. */
export interface T<Value extends {}> {
  readonly root: Node<Value>;
  readonly shift: number;
  readonly size: number;
}

const NO_SLOTS: Node<never> = { bitmap: 0, slots: [] };

/** The map without entries. */
export const empty: T<never> = { root: NO_SLOTS, shift: 0, size: 0 };

/** The value under `key`; undefined when there is none. */
export function get<Value extends {}>(map: T<Value>, key: number): Value | undefined {
  const leaf = leafOf(map, key);
  const bit = 1 << digitOf(key, 0);
  return leaf.bitmap & bit ? (leaf.slots[indexOf(leaf, bit)] as Value) : undefined;
}

/** Puts `value` under `key`, in place of what is there. The same map when it is there already. */
export function set<Value extends {}>(map: T<Value>, key: number, value: Value): T<Value> {
  assert(isKey(key), "the key of a persistent map: want an integer in 0..2^32-1");
  const old = get(map, key);
  if (old === value) return map;
  const { root, shift } = raised(map, key);
  const size = old === undefined ? map.size + 1 : map.size;
  return { root: inserted(root, shift, [key, value]), shift, size };
}

/** Takes out what is under `key`. The same map when nothing is. */
export function remove<Value extends {}>(map: T<Value>, key: number): T<Value> {
  if (get(map, key) === undefined) return map;
  return lowered({ ...map, root: removed(map.root, map.shift, key), size: map.size - 1 });
}

/** How many entries there are. */
export function size<Value extends {}>(map: T<Value>): number {
  return map.size;
}

/** The entries whose keys are above `after`, by ascending key; all of them when it is left out. */
export function* entriesFrom<Value extends {}>(map: T<Value>, after = -1): Generator<Entry<Value>> {
  for (let from = keyFrom(map, Math.max(0, after + 1)); from !== undefined; ) {
    const leaf = leafOf(map, from);
    const start = from - digitOf(from, 0); // The key of the leaf's first slot.
    for (let bits = leaf.bitmap & (-1 << digitOf(from, 0)); bits !== 0; bits &= bits - 1) {
      const bit = bits & -bits;
      yield [start + digitOfBit(bit), leaf.slots[indexOf(leaf, bit)] as Value];
    }
    from = keyFrom(map, start + SLOTS);
  }
}

// ── Up and down: the root stands exactly as high as the largest key needs

function isKey(key: number): boolean {
  return Number.isInteger(key) && key >= 0 && key <= KEY_MAX;
}

/** Whether a trie whose root has this shift has room for `key`. */
function reaches(shift: number, key: number): boolean {
  return isKey(key) && (shift === SHIFT_MAX || key >>> (shift + BITS) === 0);
}

function raised<Value extends {}>(map: T<Value>, key: number): T<Value> {
  let { root, shift } = map;
  for (; !reaches(shift, key); shift += BITS) {
    if (map.size > 0) root = { bitmap: 1, slots: [root] };
  }
  return { root, shift, size: map.size };
}

function lowered<Value extends {}>(map: T<Value>): T<Value> {
  if (map.size === 0) return empty;
  let { root, shift } = map;
  for (; shift > 0 && root.bitmap === 1; shift -= BITS) root = root.slots[0] as Node<Value>;
  return { root, shift, size: map.size };
}

// ── One path

/** The leaf that holds `key` if any does; an empty one when there is no such leaf. */
function leafOf<Value extends {}>(map: T<Value>, key: number): Node<Value> {
  if (!reaches(map.shift, key)) return NO_SLOTS;
  let node = map.root;
  for (let shift = map.shift; shift > 0; shift -= BITS) {
    const bit = 1 << digitOf(key, shift);
    if ((node.bitmap & bit) === 0) return NO_SLOTS;
    node = node.slots[indexOf(node, bit)] as Node<Value>;
  }
  return node;
}

/** The node with `entry` in place of what its key has, if anything. */
function inserted<Value>(node: Node<Value>, shift: number, entry: Entry<Value>): Node<Value> {
  const bit = 1 << digitOf(entry[0], shift);
  const index = indexOf(node, bit);
  const present = (node.bitmap & bit) !== 0;
  const child = (present ? node.slots[index] : NO_SLOTS) as Node<Value>;
  const slot = shift === 0 ? entry[1] : inserted(child, shift - BITS, entry);
  const slots = node.slots.slice();
  if (present) slots[index] = slot;
  else slots.splice(index, 0, slot);
  return { bitmap: node.bitmap | bit, slots };
}

/** The node without `key`, which it holds. A child that has become empty goes too. */
function removed<Value>(node: Node<Value>, shift: number, key: number): Node<Value> {
  const bit = 1 << digitOf(key, shift);
  const index = indexOf(node, bit);
  const slots = node.slots.slice();
  if (shift > 0) {
    const child = removed(node.slots[index] as Node<Value>, shift - BITS, key);
    if (child.bitmap !== 0) {
      slots[index] = child;
      return { bitmap: node.bitmap, slots };
    }
  }
  slots.splice(index, 1);
  return { bitmap: node.bitmap & ~bit, slots };
}

/** The lowest key that is not below `from`; undefined when there is none. */
function keyFrom<Value extends {}>(map: T<Value>, from: number): number | undefined {
  return reaches(map.shift, from) ? lowestFrom(map.root, map.shift, from) : undefined;
}

/** The lowest key under `node` that is not below `from`; both without the bits above the node. */
function lowestFrom(node: Node<unknown>, shift: number, from: number): number | undefined {
  const first = digitOf(from, shift);
  for (let bits = node.bitmap & (-1 << first); bits !== 0; bits &= bits - 1) {
    const digit = digitOfBit(bits & -bits);
    if (shift === 0) return digit;
    const child = node.slots[indexOf(node, 1 << digit)] as Node<unknown>;
    const rest = lowestFrom(child, shift - BITS, digit === first ? from : 0);
    if (rest !== undefined) return ((digit << shift) | rest) >>> 0;
  }
  return undefined;
}

// ── Bits

/** The five bits of `key` that choose a slot of a node at `shift`. */
function digitOf(key: number, shift: number): number {
  return (key >>> shift) & (SLOTS - 1);
}

/** 1 → 0, 2 → 1, 4 → 2 … */
function digitOfBit(bit: number): number {
  return 31 - Math.clz32(bit);
}

/** Where the slot of `bit` stands, or would stand: after those of all lower bits. */
function indexOf(node: Node<unknown>, bit: number): number {
  return bitsSet(node.bitmap & (bit - 1));
}

/** How many bits are set: added up in pairs, fours and bytes ("Hacker's Delight", figure 5-2). */
function bitsSet(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
