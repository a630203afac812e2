/**
 * Process: what the runtime keeps of one process. Others know only its pid.
 *
 * Owner: the runtime. A behaviour (a generator's, a server's) runs the process turn by turn.
 * Cost:  what few processes need (mailbox, links, monitors) is made when first needed.
 */
import { assert } from "../../shared/assert.ts";
import type { ExitReason } from "./exit_reason.ts";
import { Mailbox } from "./mailbox.ts";
import { Pid } from "./pid.ts";
import type { Ref } from "./ref.ts";
import type { Runtime } from "./runtime.ts";
import type { Timer } from "./timers.ts";

/** How a process runs. */
export interface Behaviour {
  /** True: a reply to `request` comes as a Reply message. False: replies wake a waiting `call`. */
  readonly takesReplies: boolean;
  /**
   * One turn: goes on until nothing is left to do or `process.budget` is spent. True: there is more
   * to do. Whatever it throws ends the process with that reason.
   */
  turn(process: Process): boolean;
}

/** Whatever knows processes by names or keys. */
export interface Registers {
  /** Frees all that a process has there. */
  forget(pid: Pid): void;
}

/** Messages beyond which a mailbox is first reported as high; then at every doubling. */
const HIGH_MARK = 1_000;

export class Process {
  readonly pid: Pid<unknown>; // Its holders narrow it to what the process takes.
  readonly runtime: Runtime;
  readonly behaviour: Behaviour;
  /** What it is, for people: "todo_server", "connection". */
  readonly label: string;
  /** The process that started it, if any did. */
  readonly parent: Pid | undefined;
  /** Messages its mailbox holds before `send` refuses; Infinity when unbounded. */
  readonly mailboxMax: number;

  mailbox: Mailbox | undefined;
  /** Messages it may still take in this turn. */
  budget = 0;
  /** What it has used of its budgets in the turns before this one. */
  reductions = 0;
  /** Stands in the run queue or is running. */
  queued = false;
  /** It is its turn, or its start; then an exit signal waits until that is over. */
  running = false;
  /** Waits for a reply: messages do not wake it. */
  deaf = false;
  /** Set: only messages for which it is true are taken; the others wait. */
  selects: ((message: unknown) => boolean) | undefined;
  trapsExits = false;
  /** An exit signal that reached it while running; it ends when its turn does. */
  doomed: ExitReason | undefined;
  /** The deadline of the receive or call it waits in. */
  timer: Timer | undefined;
  /** The call it waits for, whom it asked, and what became of it. */
  awaited: Ref | undefined;
  asked: Pid | undefined;
  answer: unknown;

  links: Set<Process> | undefined;
  /** Who is told of its end, by the ref they were given. */
  watchers: Map<Ref, Process> | undefined;
  /** Whom it watches. */
  watched: Map<Ref, Pid> | undefined;
  /** Where it is registered: they are told of its end first of all. */
  registries: Set<Registers> | undefined;
  #highMark = HIGH_MARK;

  constructor(runtime: Runtime, behaviour: Behaviour, options: ProcessOptions) {
    this.pid = new Pid(options.id);
    this.pid.process = this;
    this.runtime = runtime;
    this.behaviour = behaviour;
    this.label = options.label;
    this.parent = options.parent;
    this.mailboxMax = options.mailboxMax;
  }

  get mailboxSize(): number {
    return this.mailbox === undefined ? 0 : this.mailbox.size;
  }

  /** Puts a message or a system signal into the mailbox, whatever its bound, and wakes it. */
  deliver(message: unknown): void {
    this.mailbox ??= new Mailbox();
    this.mailbox.push(message);
    if (this.mailbox.size > this.#highMark) this.#tellHigh(this.mailbox.size);
    if (this.deaf || this.queued) return;
    if (this.selects === undefined || this.selects(message)) this.runtime.enqueue(this);
  }

  wake(): void {
    if (!this.queued) this.runtime.enqueue(this);
  }

  #tellHigh(size: number): void {
    this.#highMark *= 2;
    this.runtime.telemetry.emit("mailbox_high", { pid: this.pid, label: this.label, size });
  }
}

/** What is known of a process when it is made. */
export interface ProcessOptions {
  readonly id: number;
  readonly label: string;
  readonly parent: Pid | undefined;
  readonly mailboxMax: number;
}

let running: Process | undefined;

/** The process whose turn it is. Outside any process it throws: only processes may ask. */
export function current(): Process {
  assert(running !== undefined, "this may be called only inside a process");
  return running;
}

/** The process whose turn it is; undefined outside of any. */
export function currentOrNone(): Process | undefined {
  return running;
}

/** Says whose turn it is from now on; answers whose it was. */
export function setCurrent(process: Process | undefined): Process | undefined {
  const former = running;
  running = process;
  return former;
}
