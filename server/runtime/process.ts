/**
 * Process: what the runtime keeps of one process. Others know only its pid.
 *
 * Owner: the runtime. Each kind (a generator's, a server's) has its own `turn`.
 * Cost:  an idle one is this object, its pid, and its generator or state: what few processes need
 *        (mailbox, bonds) is made when first needed.
 */
import { Bonds } from "./bonds.ts";
import { currentOrNone, spendAll } from "./current.ts";
import { type Mailbox, PlainMailbox, type Sender } from "./mailbox.ts";
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
  /** Stands in the run queue, or it is its turn, or it is put aside: it need not be woken. */
  queued = false;
  /** It is its turn, or its start; then an exit signal waits until that is over. */
  running = false;
  /** Waits for a reply: messages do not wake it. */
  deaf = false;
  /** Exit signals come as messages. */
  trapsExits = false;
  /** It has ended, and all have been told. */
  isOver = false;
  /** What it has used of its budgets in the turns before this one. */
  reductions = 0;
  /** The deadline of what it waits in, if that has one; its end calls it off. */
  timer: Timer | undefined = undefined;

  constructor(runtime: Runtime, { label = "process", mailbox }: ProcessOptions) {
    const parent = currentOrNone();
    this.runtime = runtime;
    this.pid = new Pid(runtime.nextId(), this);
    this.label = label;
    this.parent = parent === undefined ? undefined : parent.pid;
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
   * from `sender`: the one that runs, or none, when left out.
   */
  deliver(message: unknown, sender?: Sender): void {
    if (this.mailbox === undefined) this.mailbox = new PlainMailbox();
    const { mailbox } = this;
    // Woken first: should the stack be full before the message is in, it has not been delivered.
    if (!this.queued && !this.deaf && isWanted(mailbox, message)) this.runtime.enqueue(this);
    mailbox.push(message, sender);
    if (mailbox.size > mailbox.highMark) this.#tellHigh(mailbox);
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
    const { bonds } = this;
    if (bonds === undefined || this.pid.process === undefined) return;
    bonds.pausedFor = undefined;
    if (bonds.aside) this.runtime.enqueue(this);
    bonds.aside = false;
  }

  get pausedFor(): Process | undefined {
    return this.bonds === undefined ? undefined : this.bonds.pausedFor;
  }

  /** It would have a turn now, but is paused. */
  putAside(): void {
    if (this.bonds !== undefined) this.bonds.aside = true;
  }

  #tellHigh(mailbox: Mailbox): void {
    mailbox.highMark *= 2;
    const { pid, label } = this;
    this.runtime.telemetry.emit("mailbox_high", { pid, label, size: mailbox.size });
  }
}

/** Whether the process is to be woken. If its test throws it is: in its own turn, not here. */
function isWanted({ selects }: Mailbox, message: unknown): boolean {
  if (selects === undefined) return true;
  try {
    return selects(message);
  } catch {
    return true;
  }
}
