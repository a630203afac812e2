/**
 * Isolation: what may be sent is plain data, which nobody changes any more.
 *
 * Messages are shared, not copied; so a process that kept hold of what it has sent, or sent
 * something that works on its own memory, would share state with another. A runtime made with
 * `isolated: true`, as tests do, finds that: whatever is sent is frozen through and through, and
 * what is not data is refused with its place. Other runtimes look at nothing: it costs more than
 * the rest of a send.
 * Data: null, undefined, booleans, numbers, bigints, strings, arrays, objects made by `{}`, maps,
 *   sets, bytes (these three cannot be frozen), pids, and what a class says is data (`[DATA]`).
 * Bound: what has been checked and frozen once is not looked at again.
 */
import { Pid } from "./pid.ts";
import type { Runtime } from "./runtime.ts";

/** A class with this as a static member has only instances that are data. */
export const DATA: unique symbol = Symbol("data");

/** One value and where it stands: "the message.todo". */
type Part = readonly [value: unknown, place: string];

const checked = new WeakSet<object>();

/** Throws a TypeError that names the place, if the runtime is isolated and this is not data. */
export function checkData(runtime: Runtime, message: unknown): void {
  if (!runtime.isolated) return;
  const found = new Set<object>();
  const left: Part[] = [[message, "the message"]];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const [value, place] = part;
    if (typeof value === "function" || typeof value === "symbol") refuse(value, place);
    if (typeof value !== "object" || value === null) continue;
    if (checked.has(value) || found.has(value)) continue;
    if (value instanceof Pid || ArrayBuffer.isView(value)) continue;
    found.add(value);
    left.push(...partsOf(value, place));
  }
  for (const one of found) {
    checked.add(one); // Only now: what holds something refused is refused again.
    if (!(one instanceof Map || one instanceof Set)) Object.freeze(one);
  }
}

function partsOf(value: object, place: string): Part[] {
  if (value instanceof Map || value instanceof Set) {
    return [...value.entries()].flatMap(([key, part]): Part[] => [
      [key, `a key of ${place}`],
      [part, `${place}.${String(key)}`],
    ]);
  }
  if (!isPlain(value) && !isOfDataClass(value)) refuse(value, place);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).map(([member, property]) => {
    const inside = `${place}.${member}`;
    if (!("value" in property)) refuse(inside, inside, "a getter");
    return [property.value, inside];
  });
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isOfDataClass(value: object): boolean {
  return typeof value.constructor === "function" && DATA in value.constructor;
}

function refuse(value: unknown, place: string, what = kindOf(value)): never {
  throw new TypeError(`${place} is ${what}; what is sent has to be plain data`);
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const made = value.constructor;
  return `an instance of ${typeof made === "function" ? made.name : "an unknown class"}`;
}
