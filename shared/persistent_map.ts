/**
 * PersistentMap: a map from integers to values, as an immutable value ordered by key.
 *
 * Shape:  a 32-way radix trie. Each level of branches is chosen by five bits of the key, the leaves
 *         by the lowest five; a node keeps only the slots in use, told by a bitmap. The root is the
 *         lowest node that holds all keys, so equal maps have equal nodes, whatever their history.
 * Bound:  keys are integers in 0..2^32-1. Other keys are never in a map, and may not be set.
 * Cost:   get, set, remove and each entry gone through: O(log32 of the span of the keys). set and
 *         remove copy one path, at most 32 slots a node, and share all the rest.
 * Source: Bagwell, "Ideal Hash Trees" (2001), with the key itself in place of its hash.
 */
import { assert } from "./assert.ts";

const BITS = 5; // Of a key, for each level …
const SLOTS = 2 ** BITS; // … so that a node's slots fill the 32 bits of a bitmap.

/** `slots` in order of their bits in `bitmap`: at shift 0 they are values, above it nodes. */
interface Node<Value> {
  readonly bitmap: number;
  readonly slots: readonly (Node<Value> | Value)[];
}

/** A node that is being made: nobody else has it yet. */
interface NewNode<Value> {
  readonly bitmap: number;
  readonly slots: (Node<Value> | Value)[];
}

/**
 * A node and where it stands. `shift` is how far a key is shifted right to choose a slot of `root`;
 * `base` is what all keys have above the bits that choose, as a signed integer.
 */
interface Trie<Value> {
  readonly root: Node<Value>;
  readonly shift: number;
  readonly base: number;
}

/** A key and its value. */
export type Entry<Value> = readonly [key: number, value: Value];

/** The map itself. */
export interface T<Value extends {}> extends Trie<Value> {
  readonly size: number;
}

const NO_SLOTS: Node<never> = { bitmap: 0, slots: [] };
const KEY_WANTED = "the key of a persistent map: want an integer in 0..2^32-1";
const SORTED = "the keys of a persistent map, when sorted: want each above the one before";

/** The map without entries. */
export const empty: T<never> = { root: NO_SLOTS, shift: 0, base: 0, size: 0 };

/** The map of `values` under `keys`, which ascend. Cost: O(keys). */
export function fromSorted<Value extends {}>(
  keys: readonly number[],
  values: readonly Value[],
): T<Value> {
  assert(keys.every(isKey), KEY_WANTED);
  const [first] = keys;
  if (first === undefined) return empty;
  let level: Level<Node<Value>> = gathered<Value>({ keys, slots: values });
  let shift = 0;
  for (; level.slots.length > 1; shift += BITS) level = gathered(level);
  const root = level.slots[0] as Node<Value>;
  return { root, shift, base: baseOf(first, shift), size: keys.length };
}

/** The value under `key`; undefined when there is none. */
export function get<Value extends {}>(map: T<Value>, key: number): Value | undefined {
  const leaf = leafOf(map, key);
  const bit = bitOf(key, 0);
  return leaf.bitmap & bit ? (leaf.slots[indexOf(leaf.bitmap, bit)] as Value) : undefined;
}

/** Puts `value` under `key`, in place of what is there. The same map when it is there already. */
export function set<Value extends {}>(map: T<Value>, key: number, value: Value): T<Value> {
  assert(isKey(key), KEY_WANTED);
  const { root, shift, base } = raised(map, key);
  const copy = withRoom(root, bitOf(key, shift));
  let node = copy;
  for (let above = shift; above > 0; above -= BITS) {
    const index = indexOf(node.bitmap, bitOf(key, above));
    const child = (node.slots[index] ?? NO_SLOTS) as Node<Value>;
    node = node.slots[index] = withRoom(child, bitOf(key, above - BITS));
  }
  const index = indexOf(node.bitmap, bitOf(key, 0));
  const old = node.slots[index];
  if (old === value) return map;
  node.slots[index] = value;
  return { root: copy, shift, base, size: old === undefined ? map.size + 1 : map.size };
}

/** Takes out what is under `key`. The same map when nothing is. */
export function remove<Value extends {}>(map: T<Value>, key: number): T<Value> {
  if (get(map, key) === undefined) return map;
  if (map.size === 1) return empty;
  const rest = removed(map.root, map.shift, key);
  const { root, shift, base } = lowered({ root: rest, shift: map.shift, base: map.base });
  return { root, shift, base, size: map.size - 1 };
}

/** How many entries there are. */
export function size<Value extends {}>(map: T<Value>): number {
  return map.size;
}

/** Shows each value and its key to `visit`, by ascending key. */
export function forEach<Value extends {}>(
  { root, shift, base }: Trie<Value>,
  visit: (value: Value, key: number) => void,
): void {
  let bits = root.bitmap;
  for (const slot of root.slots) {
    const key = base | (digitOfBit(bits & -bits) << shift);
    bits &= bits - 1;
    if (shift === 0) visit(slot as Value, key >>> 0);
    else forEach({ root: slot as Node<Value>, shift: shift - BITS, base: key }, visit);
  }
}

/** The entries whose keys are above `after`, by ascending key; all of them when it is left out. */
export function* entriesFrom<Value extends {}>(map: T<Value>, after = -1): Generator<Entry<Value>> {
  for (let from = keyFrom(map, Math.max(0, after + 1)); from !== undefined; ) {
    const leaf = leafOf(map, from);
    const start = from - digitOf(from, 0); // The key of the leaf's first slot.
    for (let bits = leaf.bitmap & (-1 << digitOf(from, 0)); bits !== 0; bits &= bits - 1) {
      const bit = bits & -bits;
      yield [start + digitOfBit(bit), leaf.slots[indexOf(leaf.bitmap, bit)] as Value];
    }
    from = keyFrom(map, start + SLOTS);
  }
}

/** What stands side by side at one level, under keys without the bits below that level. */
interface Level<Slot> {
  readonly keys: readonly number[];
  readonly slots: readonly Slot[];
}

/** The level above: the nodes that hold these slots. */
function gathered<Value>({ keys, slots }: Level<Node<Value> | Value>): Level<Node<Value>> {
  const above: { keys: number[]; slots: Node<Value>[] } = { keys: [], slots: [] };
  for (let start = 0; start < keys.length; ) {
    const key = (keys[start] as number) >>> BITS;
    let bitmap = 0;
    let end = start;
    for (; end < keys.length && (keys[end] as number) >>> BITS === key; end++) {
      const bit = bitOf(keys[end] as number, 0);
      assert(bit >>> 0 > bitmap >>> 0, SORTED);
      bitmap |= bit;
    }
    above.keys.push(key);
    above.slots.push({ bitmap, slots: slots.slice(start, end) });
    start = end;
  }
  return above;
}

// ── Up and down: the root is the lowest node that holds all keys

function isKey(key: number): boolean {
  return key >>> 0 === key;
}

/** What a key has above the bits that choose from a root with this shift. */
function baseOf(key: number, shift: number): number {
  return key & (-SLOTS << shift);
}

/** Whether `key` has a place in this trie, without raising it. */
function reaches({ base, shift }: Trie<unknown>, key: number): boolean {
  return isKey(key) && (key ^ base) >>> shift < SLOTS;
}

function raised<Value>(trie: Trie<Value>, key: number): Trie<Value> {
  if (reaches(trie, key)) return trie;
  if (trie.root.bitmap === 0) return { root: NO_SLOTS, shift: 0, base: baseOf(key, 0) };
  const shift = trie.shift + BITS;
  const root = { bitmap: bitOf(trie.base, shift), slots: [trie.root] };
  return raised({ root, shift, base: baseOf(trie.base, shift) }, key);
}

function lowered<Value>(trie: Trie<Value>): Trie<Value> {
  const { root, shift } = trie;
  if (shift === 0 || root.slots.length > 1) return trie;
  const base = trie.base | (digitOfBit(root.bitmap) << shift);
  return lowered({ root: root.slots[0] as Node<Value>, shift: shift - BITS, base });
}

// ── One path

/** The leaf that holds `key` if any does; an empty one when there is no such leaf. */
function leafOf<Value>(trie: Trie<Value>, key: number): Node<Value> {
  if (!reaches(trie, key)) return NO_SLOTS;
  let node = trie.root;
  for (let shift = trie.shift; shift > 0; shift -= BITS) {
    const bit = bitOf(key, shift);
    if ((node.bitmap & bit) === 0) return NO_SLOTS;
    node = node.slots[indexOf(node.bitmap, bit)] as Node<Value>;
  }
  return node;
}

/** A copy of the node that has a slot for `bit`: with undefined, when the node had none. */
function withRoom<Value>({ bitmap, slots }: Node<Value>, bit: number): NewNode<Value> {
  if (bitmap & bit) return { bitmap, slots: slots.slice() };
  const index = indexOf(bitmap, bit);
  const copy = new Array(slots.length + 1); // As long as it will be: one that grows takes more.
  for (let i = 0; i < index; i++) copy[i] = slots[i];
  copy[index] = undefined;
  for (let i = index; i < slots.length; i++) copy[i + 1] = slots[i];
  return { bitmap: bitmap | bit, slots: copy };
}

/** The node without `key`, which it holds. A child that has become empty goes too. */
function removed<Value>(node: Node<Value>, shift: number, key: number): Node<Value> {
  const bit = bitOf(key, shift);
  if (shift === 0) return without(node, bit);
  const index = indexOf(node.bitmap, bit);
  const child = removed(node.slots[index] as Node<Value>, shift - BITS, key);
  if (child.bitmap === 0) return without(node, bit);
  const slots = node.slots.slice();
  slots[index] = child;
  return { bitmap: node.bitmap, slots };
}

/** A copy of the node without the slot that it has for `bit`. */
function without<Value>({ bitmap, slots }: Node<Value>, bit: number): Node<Value> {
  const index = indexOf(bitmap, bit);
  const copy = new Array(slots.length - 1);
  for (let i = 0; i < index; i++) copy[i] = slots[i];
  for (let i = index + 1; i < slots.length; i++) copy[i - 1] = slots[i];
  return { bitmap: bitmap & ~bit, slots: copy };
}

/** The lowest key that is not below `from`; undefined when there is none. */
function keyFrom(trie: Trie<unknown>, from: number): number | undefined {
  const base = trie.base >>> 0;
  if (from < base) return keyFrom(trie, base);
  if (!reaches(trie, from)) return undefined;
  const rest = lowestFrom(trie.root, trie.shift, from);
  return rest === undefined ? undefined : (base | rest) >>> 0;
}

/** The lowest key under `node` that is not below `from`; both without the bits above the node. */
function lowestFrom(node: Node<unknown>, shift: number, from: number): number | undefined {
  const first = digitOf(from, shift);
  for (let bits = node.bitmap & (-1 << first); bits !== 0; bits &= bits - 1) {
    const digit = digitOfBit(bits & -bits);
    if (shift === 0) return digit;
    const child = node.slots[indexOf(node.bitmap, 1 << digit)] as Node<unknown>;
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

/** The bit of those five bits in the bitmap of such a node. */
function bitOf(key: number, shift: number): number {
  return 1 << digitOf(key, shift);
}

/** 1 → 0, 2 → 1, 4 → 2 … */
function digitOfBit(bit: number): number {
  return 31 - Math.clz32(bit);
}

/** Where the slot of `bit` stands, or would stand: after those of all lower bits. */
function indexOf(bitmap: number, bit: number): number {
  return bitsSet(bitmap & (bit - 1));
}

/** How many bits are set: added up in pairs, fours and bytes ("Hacker's Delight", figure 5-2). */
function bitsSet(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
