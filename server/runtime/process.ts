/**
 * Process: what the runtime keeps of one process. Others know only its pid.
 *
 * Owner: the runtime. Each kind (a generator's, a server's) has its own `turn`.
 * Cost:  an idle one is this object, its pid, and its generator or state: what few processes need
 *        (mailbox, bonds) is made when first needed.
 */
import { assert } from "../../shared/assert.ts";
import { Bonds } from "./bonds.ts";
import { Mailbox } from "./mailbox.ts";
import { type MailboxOptions, mailboxFrom } from "./mailbox_bound.ts";
import { Pid } from "./pid.ts";
import type { Runtime } from "./runtime.ts";
import type { Timer } from "./timers.ts";

/** What a turn has left: nothing to do, more to do, or nothing for ever. */
export type Outcome = "waits" | "more" | "done";

/** How a process begins. */
export interface ProcessOptions {
  /** For people: logs and traces call it so. */
  readonly label?: string;
  /** How it takes its mail: bounded, fair; neither when absent. */
  readonly mailbox?: MailboxOptions;
}

export abstract class Process {
  readonly pid: Pid<unknown>; // Its holders narrow it to what the process takes.
  readonly runtime: Runtime;
  /** What it is, for people: "todo_server", "connection". */
  readonly label: string;
  /** The process that started it, if any did. */
  readonly parent: Pid | undefined;
  mailbox: Mailbox | undefined;
  bonds: Bonds | undefined = undefined;
  /** Stands in the run queue, is running, or is paused: it need not be woken. */
  queued = false;
  /** It is its turn, or its start; then an exit signal waits until that is over. */
  running = false;
  /** Waits for a reply: messages do not wake it. */
  deaf = false;
  /** Exit signals come as messages. */
  trapsExits = false;
  /** What it has used of its budgets in the turns before this one. */
  reductions = 0;
  /** The deadline of what it waits in, if that has one; its end calls it off. */
  timer: Timer | undefined = undefined;

  constructor(runtime: Runtime, { label = "process", mailbox }: ProcessOptions) {
    this.runtime = runtime;
    this.pid = new Pid(runtime.nextId(), this);
    this.label = label;
    this.parent = running === undefined ? undefined : running.pid;
    this.mailbox = mailbox === undefined ? undefined : mailboxFrom(mailbox);
  }

  /**
   * One turn: goes on until nothing is left to do or the budget is spent. Whatever it throws ends
   * the process with that reason.
   */
  abstract turn(): Outcome;

  /** True: a reply to `request` comes as a Reply message. False: replies wake a waiting `call`. */
  abstract get takesReplies(): boolean;

  get mailboxSize(): number {
    return this.mailbox === undefined ? 0 : this.mailbox.size;
  }

  /**
   * Puts a message or a system signal into the mailbox, whatever its bound, and wakes it. It comes
   * from `sender`: the one that is running, or none.
   */
  deliver(message: unknown, sender: Process | undefined = running): void {
    if (this.mailbox === undefined) this.mailbox = new Mailbox();
    const { mailbox } = this;
    mailbox.push(message, sender);
    if (mailbox.size > mailbox.highMark) this.#tellHigh(mailbox);
    if (this.queued || this.deaf) return;
    if (mailbox.selects === undefined || mailbox.selects(message)) this.runtime.enqueue(this);
  }

  /** It has something to do. */
  wake(): void {
    if (!this.queued) this.runtime.enqueue(this);
  }

  /** It has no turn until `goOn`, which the mailbox of `other` calls when there is room in it. */
  pauseFor(other: Process): void {
    this.bonds ??= new Bonds();
    this.bonds.pausedFor = other;
    spendAll(this);
  }

  goOn(): void {
    if (this.bonds === undefined || this.pid.process === undefined) return;
    this.bonds.pausedFor = undefined;
    if (!this.running) this.runtime.enqueue(this);
  }

  get pausedFor(): Process | undefined {
    return this.bonds === undefined ? undefined : this.bonds.pausedFor;
  }

  /** Takes only messages for which `test` is true from now on; undefined: all. */
  selectOnly(test: Mailbox["selects"]): void {
    this.mailbox ??= new Mailbox();
    this.mailbox.selects = test;
  }

  #tellHigh(mailbox: Mailbox): void {
    mailbox.highMark *= 2;
    const { pid, label } = this;
    this.runtime.telemetry.emit("mailbox_high", { pid, label, size: mailbox.size });
  }
}

let running: Process | undefined;
let spender: Process | undefined; // Whose turn it is, whatever it runs in another's name.
let budget = 0; // Messages that it may still take in this turn …
let forfeited = 0; // … and those it may not take any more.

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

/** The turn of `process` begins, with this budget. */
export function setBudget(process: Process, messages: number): void {
  spender = process;
  budget = messages;
  forfeited = 0;
}

/** What it has not used of its budget. */
export function budgetLeft(): number {
  return budget + forfeited;
}

/** Takes one message's worth of the budget. False: it is spent, others have their turn. */
export function spend(): boolean {
  if (budget <= 0) return false;
  budget -= 1;
  return true;
}

/** The turn of that process ends as soon as it can. */
export function spendAll(process: Process): void {
  if (spender !== process) return;
  forfeited += budget;
  budget = 0;
}
