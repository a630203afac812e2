/**
 * Runtime: runs processes: one run queue, one queue of deadlines, one clock.
 *
 * A *turn* of the runtime is one callback of the event loop: timers that are due fire, then
 * processes run in the order they became ready, each for at most 200 messages, until none is ready
 * or TURN_MS are over; then what asked for the turn's end runs (the commit queue, the outboxes) and
 * sockets and other callbacks get their chance. The same input gives the same order, always; with
 * `shuffle` another one for each seed.
 */
import { CALL_TIMEOUT_MS, type CallResult, callFrom } from "./call.ts";
import { type Clock, SystemClock } from "./clock.ts";
import type { AnswerTo, BarePid, ServerPid } from "./contract.ts";
import { type ExitReason, reasonOf } from "./exit_reason.ts";
import { end } from "./exits.ts";
import type { Pid } from "./pid.ts";
import {
  budgetLeft,
  currentOrNone,
  type Outcome,
  type Process,
  setBudget,
  setCurrent,
} from "./process.ts";
import { Registry } from "./registry.ts";
import { FirstCome, type RunOrder, Shuffled } from "./run_order.ts";
import { type SpawnOptions, spawnIn } from "./spawn.ts";
import { Telemetry } from "./telemetry.ts";
import { CallbackTimer, type Timer, Timers } from "./timers.ts";
import { TurnEnd } from "./turn_end.ts";
import type { Body } from "./waiting.ts";

/**
 * Milliseconds after which a turn gives way to the event loop. With what it takes to notice, a
 * timer of the event loop is less than 5 ms late, however busy the processes are.
 */
const TURN_MS = 4;
/** Messages taken between two looks at the clock; a run counts as RUN_COST more. */
const MESSAGES_PER_LOOK = 512;
const RUN_COST = 16;
/** A process that keeps the thread longer than this is named by a `long_turn` event. */
const LONG_TURN_MS = 10;

export interface RuntimeOptions {
  /** The machine's when absent. */
  readonly clock?: Clock;
  readonly telemetry?: Telemetry;
  /** For tests: ready processes run in an order that this seed decides. */
  readonly shuffle?: number | undefined;
  /** For tests: messages are checked to be plain data, and frozen (isolation.ts). */
  readonly isolated?: boolean;
}

/** One scheduler and all its processes. Made by the application, or by a test. */
export class Runtime {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly isolated: boolean;
  readonly timers = new Timers();
  readonly names = new Registry();
  readonly #order: RunOrder;
  readonly #turnEnd = new TurnEnd();
  #lastId = 0;
  #living = 0;
  #scheduled = false;
  #inTurn = false;
  #budget = 0; // What the process whose turn it is was given.
  #alarmAt = Number.POSITIVE_INFINITY;
  #cancelAlarm: () => void = () => {};

  constructor({ clock, telemetry, shuffle, isolated = false }: RuntimeOptions = {}) {
    this.clock = clock ?? new SystemClock();
    this.telemetry = telemetry ?? new Telemetry();
    this.isolated = isolated;
    this.#order = shuffle === undefined ? new FirstCome() : new Shuffled(shuffle);
  }

  /** Starts a hand-written process, from inside or outside of any process. */
  spawn<Message>(body: Body, options?: SpawnOptions): Pid<Message> {
    return spawnIn<Message>(this, body, options);
  }

  /** Asks a server from outside any process. Never rejects: what goes wrong is in the answer. */
  call<Request, const Asked extends Request>(
    pid: ServerPid<Request, never>,
    request: Asked,
    timeoutMs?: number,
  ): Promise<CallResult<AnswerTo<Request, Asked>>>;
  call<Value>(pid: BarePid, request: unknown, timeoutMs?: number): Promise<CallResult<Value>>;
  call(pid: Pid, request: unknown, timeoutMs = CALL_TIMEOUT_MS): Promise<CallResult<unknown>> {
    return callFrom(this, pid, { request, timeoutMs });
  }

  /** Processes alive. */
  get processCount(): number {
    return this.#living;
  }

  /**
   * Runs `work` as that process, at once: for starting servers, whose init is part of the start.
   */
  inside<Value>(process: Process, work: () => Value): Value {
    const former = setCurrent(process);
    const wasRunning = process.running;
    process.running = true;
    try {
      return work();
    } finally {
      process.running = wasRunning;
      setCurrent(former);
    }
  }

  /** Calls `work` once, when this turn ends, after all processes that were ready have run. */
  atTurnEnd(work: () => void): void {
    this.#turnEnd.add(work);
    this.#schedule();
  }

  /** Calls `fire` once after `ms` of the clock; `timers.cancel` calls it off. */
  addTimer(ms: number, fire: () => void): Timer {
    const timer = new CallbackTimer(fire);
    this.setTimer(timer, ms);
    return timer;
  }

  /** For tests: runs turns, at once, until no process is ready. */
  runUntilIdle(): void {
    while (this.#order.size > 0 || this.#turnEnd.size > 0) this.#turn();
  }

  /** Messages taken and calls made by a process so far, this turn included. */
  reductionsOf(process: Process): number {
    const { reductions } = process;
    return process === currentOrNone() ? reductions + this.#budget - budgetLeft() : reductions;
  }

  // ── For the rest of this folder

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** The process has something to do. */
  enqueue(process: Process): void {
    process.queued = true;
    this.#order.push(process);
    if (!this.#inTurn) this.#schedule();
  }

  setTimer(timer: Timer, ms: number): void {
    this.timers.set(timer, ms);
    if (!this.#inTurn) this.#setAlarm();
  }

  /** A process has been made; it runs when first enqueued. */
  started({ pid, label }: Process): void {
    this.#living += 1;
    if (this.telemetry.hears("process_spawned")) {
      this.telemetry.emit("process_spawned", { pid, label });
    }
  }

  /** A process has ended. */
  exited({ pid, label }: Process, reason: ExitReason): void {
    this.#living -= 1;
    if (this.telemetry.hears("process_exited")) {
      this.telemetry.emit("process_exited", { pid, label, reason });
    }
  }

  // ── Turns

  #schedule(): void {
    if (this.#scheduled || this.#inTurn) return;
    this.#scheduled = true;
    this.clock.soon(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    this.#inTurn = true;
    try {
      const startedAt = this.clock.now();
      this.timers.fireDue(startedAt);
      if (this.telemetry.hears("long_turn")) this.#runTimed(startedAt);
      else this.#runAll(startedAt + TURN_MS);
      this.#turnEnd.run();
    } finally {
      this.#inTurn = false;
      if (this.#order.size > 0 || this.#turnEnd.size > 0) this.#schedule();
      this.#setAlarm();
    }
  }

  #runAll(until: number): void {
    const order = this.#order;
    let work = 0; // Since the last look at the clock.
    for (let next = order.shift(); next !== undefined; next = order.shift()) {
      work += RUN_COST + this.#run(next);
      if (order.endsTurn()) return;
      if (work < MESSAGES_PER_LOOK) continue;
      if (this.clock.now() >= until) return;
      work = 0;
    }
  }

  /** As runAll, with a look at the clock after each process. */
  #runTimed(startedAt: number): void {
    const order = this.#order;
    let before = startedAt;
    for (let next = order.shift(); next !== undefined; next = order.shift()) {
      this.#run(next);
      const now = this.clock.now();
      const ms = now - before;
      before = now;
      if (ms > LONG_TURN_MS) {
        this.telemetry.emit("long_turn", { pid: next.pid, label: next.label, ms });
      }
      if (now >= startedAt + TURN_MS || order.endsTurn()) return;
    }
  }

  /** One turn of one process; answers how much of its budget it has used. */
  #run(process: Process): number {
    if (process.pid.process === undefined) return 0; // Ended while it waited in the queue.
    const budget = this.#order.budget();
    this.#budget = budget;
    setBudget(process, budget);
    process.running = true;
    setCurrent(process);
    let outcome: Outcome | undefined;
    let thrown: unknown;
    try {
      outcome = process.turn();
    } catch (error) {
      thrown = error;
    }
    setCurrent(undefined);
    process.running = false;
    const used = budget - budgetLeft();
    process.reductions += used;
    const { bonds, mailbox } = process;
    // A signal that reached it while it ran came before whatever it did then.
    if (bonds !== undefined && bonds.doomed !== undefined) end(process, bonds.doomed);
    else if (outcome === undefined) end(process, reasonOf(thrown));
    else if (outcome === "done") end(process, "normal");
    else this.#afterRun(process, outcome);
    if (mailbox !== undefined && mailbox.bound !== undefined) mailbox.bound.release(mailbox.size);
    return used;
  }

  /** A process that goes on living waits, stands in the queue again, or is paused. */
  #afterRun(process: Process, outcome: Outcome): void {
    if (process.pausedFor !== undefined) return; // `goOn` puts it into the queue.
    if (outcome === "more") this.#order.push(process);
    else process.queued = false;
  }

  /** Keeps one alarm of the clock at the earliest deadline; it may ring in vain. */
  #setAlarm(): void {
    if (this.timers.hasNew) this.timers.begin(this.clock.now());
    const { next } = this.timers;
    if (next >= this.#alarmAt) return;
    this.#cancelAlarm();
    this.#alarmAt = next;
    this.#cancelAlarm = this.clock.alarm(next, () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      this.#cancelAlarm = () => {};
      this.#turn();
    });
  }
}
