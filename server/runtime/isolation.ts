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

const checked = new WeakSet<object>();

/** Throws a TypeError that names the place, if the runtime is isolated and this is not data. */
export function checkData(runtime: Runtime, message: unknown): void {
  if (!runtime.isolated) return;
  const found = new Set<object>();
  check(message, "the message", found);
  for (const one of found) {
    checked.add(one); // Only now: what holds something refused is refused again.
    if (!(one instanceof Map || one instanceof Set)) Object.freeze(one);
  }
}

/** Looks at `value` and all that it holds; `found`: what is to be frozen. */
function check(value: unknown, place: string, found: Set<object>): void {
  if (typeof value === "function" || typeof value === "symbol") refuse(value, place);
  if (typeof value !== "object" || value === null) return;
  if (checked.has(value) || found.has(value)) return;
  if (value instanceof Pid || ArrayBuffer.isView(value)) return;
  found.add(value);
  if (value instanceof Map || value instanceof Set) {
    for (const [key, part] of value.entries()) {
      check(key, `a key of ${place}`, found);
      check(part, `${place}.${String(key)}`, found);
    }
    return;
  }
  if (!isPlain(value) && !(DATA in value.constructor)) refuse(value, place);
  for (const [member, part] of Object.entries(value)) check(part, `${place}.${member}`, found);
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function refuse(value: unknown, place: string): never {
  const what = typeof value === "object" ? `an instance of ${nameOf(value)}` : `a ${typeof value}`;
  throw new TypeError(`${place} is ${what}; what is sent has to be plain data`);
}

function nameOf(value: object | null): string {
  return value?.constructor.name ?? "?";
}
