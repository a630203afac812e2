/**
 * Pid: the name of one process, good for sending to it and for nothing else.
 *
 * Plain data to whoever holds it: it can be stored, compared with `===` and sent in messages. A pid
 * outlives its process; what is sent to it then goes nowhere. Text: "<0.117.0>", as in Erlang.
 */
import type { Process } from "./process.ts";

/** `Message` is what its process takes. The text form is `String(pid)`. */
export class Pid<in Message = never> {
  readonly id: number;
  /** The runtime's own: the living process; undefined once it has exited. */
  process: Process | undefined;
  declare readonly takes?: (message: Message) => void; // Only for the type; never set.

  constructor(id: number, process: Process) {
    this.id = id;
    this.process = process;
  }

  toString(): string {
    return `<0.${this.id}.0>`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** True until the process has exited. */
export function isAlive(pid: Pid): boolean {
  return pid.process !== undefined;
}
