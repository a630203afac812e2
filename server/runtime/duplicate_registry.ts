/**
 * DuplicateRegistry: keys that many processes may stand under, for telling all of them something.
 *
 * Each entry holds a value of its own. A process may stand under several keys, and several times
 * under one. Its entries are gone the moment it has exited.
 * Order: lookup and dispatch go by the order of registration.
 * Cost:  register, and an exit for each of its entries, O(1).
 * Source: Elixir Registry with `keys: :duplicate`.
 */
import { Bonds } from "./bonds.ts";
import type { Pid } from "./pid.ts";
import { send } from "./send.ts";

/** One process under one key. */
export interface Entry<Message, Value> {
  readonly key: string;
  readonly pid: Pid<Message>;
  readonly value: Value;
}

export class DuplicateRegistry<Message = never, Value = undefined> {
  readonly #byKey = new Map<string, Set<Entry<Message, Value>>>();
  readonly #byPid = new Map<Pid, Set<Entry<Message, Value>>>();
  #size = 0;

  /** Entries, of all keys. */
  get size(): number {
    return this.#size;
  }

  /** False, and nothing changes: the process has exited. */
  register(key: string, pid: Pid<Message>, value: Value): boolean {
    const { process } = pid;
    if (process === undefined) return false;
    const entry = { key, pid, value };
    entriesOf(this.#byKey, key).add(entry);
    entriesOf(this.#byPid, pid).add(entry);
    this.#size += 1;
    process.bonds ??= new Bonds();
    process.bonds.registries ??= new Set();
    process.bonds.registries.add(this);
    return true;
  }

  /** Takes all entries of that process under that key; answers how many there were. */
  unregister(key: string, pid: Pid): number {
    const own = [...(this.#byPid.get(pid) ?? [])].filter((entry) => entry.key === key);
    for (const entry of own) {
      this.#remove(entry);
      this.#byPid.get(pid)?.delete(entry);
    }
    if (this.#byPid.get(pid)?.size === 0) this.#byPid.delete(pid);
    return own.length;
  }

  /** All under that key. */
  lookup(key: string): readonly Entry<Message, Value>[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  /** The keys that a process stands under, one for each of its entries. */
  keysOf(pid: Pid): readonly string[] {
    return [...(this.#byPid.get(pid) ?? [])].map(({ key }) => key);
  }

  /** Sends to all under that key; answers how many mailboxes took it: a full one does not. */
  dispatch(key: string, message: Message): number {
    let taken = 0;
    for (const { pid } of this.#byKey.get(key) ?? []) if (send(pid, message)) taken += 1;
    return taken;
  }

  /** Takes all entries of a process; the runtime calls it when the process exits. */
  forget(pid: Pid): void {
    for (const entry of this.#byPid.get(pid) ?? []) this.#remove(entry);
    this.#byPid.delete(pid);
  }

  #remove(entry: Entry<Message, Value>): void {
    const others = this.#byKey.get(entry.key);
    others?.delete(entry);
    if (others?.size === 0) this.#byKey.delete(entry.key);
    this.#size -= 1;
  }
}

function entriesOf<Key, Item>(map: Map<Key, Set<Item>>, key: Key): Set<Item> {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = new Set<Item>();
  map.set(key, made);
  return made;
}
