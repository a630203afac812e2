/**
 * Runtime: runs processes: one run queue, one queue of deadlines, one clock.
 *
 * A *turn* of the runtime is one callback of the event loop: timers that are due fire, then
 * processes run in the order they became ready, each for at most 200 messages, until none is ready
 * or TURN_MS are over; then what asked for the turn's end runs (the commit queue, the outboxes) and
 * sockets and other callbacks get their chance. The same input gives the same order, always; with
 * `shuffle` another one for each seed.
 */
import { assert } from "../../shared/assert.ts";
import { CALL_TIMEOUT_MS, type CallResult, callFrom } from "./call.ts";
import { type Clock, SystemClock } from "./clock.ts";
import type { AnswerTo, BarePid, ServerPid } from "./contract.ts";
import { beginTurn, budgetLeft, endTurn, setCurrent, turnOf } from "./current.ts";
import { type ExitReason, reasonOf } from "./exit_reason.ts";
import { end } from "./exits.ts";
import { Pace } from "./pace.ts";
import type { Pid } from "./pid.ts";
import type { Outcome, Process } from "./process.ts";
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
const TURN_MS = 3;
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
  readonly #pace = new Pace();
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

  /** Calls `fire` once after `ms` of the clock; `cancelTimer` calls it off. */
  addTimer(ms: number, fire: () => void): Timer {
    const timer = new CallbackTimer(fire);
    this.setTimer(timer, ms);
    return timer;
  }

  /** False when it had fired or was cancelled already. */
  cancelTimer(timer: Timer): boolean {
    const wasSet = this.timers.cancel(timer);
    if (wasSet && !this.#inTurn && this.timers.size === 0) this.#setAlarm();
    return wasSet;
  }

  /** For tests, outside of any process: runs turns, at once, until no process is ready. */
  runUntilIdle(): void {
    while (this.#order.size > 0 || this.#turnEnd.size > 0) this.#turn();
  }

  /** Messages taken and calls made by a process so far, this turn included. */
  reductionsOf(process: Process): number {
    const { reductions } = process;
    return process === turnOf() ? reductions + this.#budget - budgetLeft() : reductions;
  }

  // ── For the rest of this folder

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** The process has something to do. */
  enqueue(process: Process): void {
    this.#order.push(process);
    process.queued = true;
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

  /** A process ends now … */
  countEnd(): void {
    this.#living -= 1;
  }

  /** … and all have been told of it. */
  exited({ pid, label }: Process, reason: ExitReason): void {
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
    assert(turnOf() === undefined, "a turn of the runtime cannot begin inside a process");
    this.#inTurn = true;
    try {
      this.timers.fireDue(this.clock.now());
      const startedAt = this.clock.now(); // What timers did is nobody's turn.
      this.#pace.begin(startedAt);
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
    const pace = this.#pace;
    for (let next = order.shift(); next !== undefined; next = order.shift()) {
      const mayGoOn = pace.goesOn(this.#run(next));
      if (order.endsTurn()) return;
      if (!mayGoOn && pace.look(this.clock.now()) >= until) return;
    }
  }

  /** As runAll, with a look at the clock after each process. */
  #runTimed(startedAt: number): void {
    const order = this.#order;
    const pace = this.#pace;
    let before = startedAt;
    for (let next = order.shift(); next !== undefined; next = order.shift()) {
      pace.goesOn(this.#run(next));
      const now = pace.look(this.clock.now());
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
    if (process.pausedFor !== undefined) {
      process.putAside();
      return 0;
    }
    const budget = this.#pace.budget(this.#order.budget());
    this.#budget = budget;
    beginTurn(process, budget);
    process.running = true;
    let outcome: Outcome | undefined;
    let thrown: unknown;
    try {
      outcome = process.turn();
    } catch (error) {
      thrown = error;
    }
    endTurn();
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

  /** A process that goes on living waits, stands in the queue again, or is put aside. */
  #afterRun(process: Process, outcome: Outcome): void {
    if (process.pausedFor !== undefined) process.putAside();
    else if (outcome === "more") this.#order.push(process);
    else process.queued = false;
  }

  /** Keeps one alarm of the clock at the earliest deadline; it may ring in vain. */
  #setAlarm(): void {
    if (this.timers.hasNew) this.timers.begin(this.clock.now());
    const { next } = this.timers;
    const isNeeded = next !== Number.POSITIVE_INFINITY;
    if (isNeeded && next >= this.#alarmAt) return;
    this.#cancelAlarm();
    this.#alarmAt = next;
    this.#cancelAlarm = isNeeded ? this.clock.alarm(next, () => this.#alarmRang()) : () => {};
  }

  #alarmRang(): void {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    this.#cancelAlarm = () => {};
    this.#turn();
  }
}
