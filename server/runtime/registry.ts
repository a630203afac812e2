/**
 * Registry: names for processes; a name is free again the moment its process has exited.
 *
 * A runtime has one for its well-known processes (`register`, `whereis`); others can be made, as
 * the lists' directory does. One process may stand under several names of one registry.
 */
import { Bonds } from "./bonds.ts";
import type { Pid } from "./pid.ts";

export class Registry<Message = never> {
  readonly #pids = new Map<string, Pid<Message>>();
  readonly #names = new Map<Pid, string[]>();

  get size(): number {
    return this.#pids.size;
  }

  /** False, and nothing changes: the name is taken, or the process has exited. */
  register(name: string, pid: Pid<Message>): boolean {
    const process = pid.process;
    if (process === undefined || this.#pids.has(name)) return false;
    this.#pids.set(name, pid);
    const names = this.#names.get(pid);
    if (names === undefined) this.#names.set(pid, [name]);
    else names.push(name);
    process.bonds ??= new Bonds();
    process.bonds.registries ??= new Set();
    process.bonds.registries.add(this);
    return true;
  }

  /** False: nobody has that name. */
  unregister(name: string): boolean {
    const pid = this.#pids.get(name);
    if (pid === undefined) return false;
    this.#pids.delete(name);
    const others = (this.#names.get(pid) ?? []).filter((other) => other !== name);
    if (others.length === 0) this.#names.delete(pid);
    else this.#names.set(pid, others);
    return true;
  }

  whereis(name: string): Pid<Message> | undefined {
    return this.#pids.get(name);
  }

  /** In order of registration. */
  namesOf(pid: Pid): readonly string[] {
    return [...(this.#names.get(pid) ?? [])];
  }

  /** Name and pid of all, in order of registration. */
  entries(): IterableIterator<[string, Pid<Message>]> {
    return this.#pids.entries();
  }

  /** Frees all names of a process; the runtime calls it when the process exits. */
  forget(pid: Pid): void {
    for (const name of this.#names.get(pid) ?? []) this.#pids.delete(name);
    this.#names.delete(pid);
  }
}
