/**
 * Runtime: runs processes: one run queue, one queue of deadlines, one clock.
 *
 * A *turn* of the runtime is one callback of the event loop: timers that are due fire, then
 * processes run in the order they became ready, each for at most MESSAGES_PER_TURN messages, until
 * none is ready or TURN_MS are over; then what asked for the turn's end runs (the commit queue, the
 * outboxes) and sockets and other callbacks get their chance. The same input gives the same order,
 * always.
 */
import { CALL_TIMEOUT_MS, type CallResult, callFrom } from "./call.ts";
import { type Clock, SystemClock } from "./clock.ts";
import { type ExitReason, reasonOf } from "./exit_reason.ts";
import { end } from "./exits.ts";
import type { Pid } from "./pid.ts";
import { type Behaviour, currentOrNone, Process, setCurrent } from "./process.ts";
import { Registry } from "./registry.ts";
import { RunQueue } from "./run_queue.ts";
import { type Body, spawnIn } from "./spawn.ts";
import { Telemetry } from "./telemetry.ts";
import { Timers } from "./timers.ts";

/** Messages one process takes before the others get their turn. */
const MESSAGES_PER_TURN = 200;
/** Milliseconds after which a turn gives way to the event loop. */
const TURN_MS = 5;
/** Processes run between two looks at the clock. */
const RUNS_PER_LOOK = 32;
/** A process that keeps the thread longer than this is named by a `long_turn` event. */
const LONG_TURN_MS = 10;

export interface SpawnOptions {
  /** For people: logs and traces call it so. */
  readonly label?: string;
  /** Links it with the process that spawns it. */
  readonly link?: boolean;
  /** Messages its mailbox holds before `send` refuses; unbounded when absent. */
  readonly mailboxMax?: number;
}

/** One scheduler and all its processes. Made by the application, or by a test. */
export class Runtime {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly timers = new Timers();
  readonly names = new Registry();
  readonly #queue = new RunQueue();
  #atTurnEnd: (() => void)[] = [];
  #lastId = 0;
  #living = 0;
  #scheduled = false;
  #inTurn = false;
  #alarmAt = Number.POSITIVE_INFINITY;
  #cancelAlarm: () => void = () => {};

  constructor(options: { readonly clock?: Clock; readonly telemetry?: Telemetry } = {}) {
    this.clock = options.clock ?? new SystemClock();
    this.telemetry = options.telemetry ?? new Telemetry();
  }

  /** Starts a hand-written process, from inside or outside of any process. */
  spawn<Message>(body: Body, options: SpawnOptions = {}): Pid<Message> {
    return spawnIn<Message>(this, body, options);
  }

  /** Asks a server from outside any process. Never rejects: what goes wrong is in the answer. */
  call<Value>(pid: Pid, request: unknown, timeoutMs = CALL_TIMEOUT_MS): Promise<CallResult<Value>> {
    return callFrom<Value>(this, pid, { request, timeoutMs });
  }

  /** Processes alive. */
  get processCount(): number {
    return this.#living;
  }

  /** The common part of every start: makes a process; it runs when first enqueued. */
  start(behaviour: Behaviour, options: SpawnOptions = {}): Process {
    this.#lastId += 1;
    this.#living += 1;
    const { label = "process", mailboxMax = Number.POSITIVE_INFINITY } = options;
    const parent = currentOrNone()?.pid;
    const process = new Process(this, behaviour, { id: this.#lastId, label, parent, mailboxMax });
    if (this.telemetry.hears("process_spawned")) {
      this.telemetry.emit("process_spawned", { pid: process.pid, label });
    }
    return process;
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

  /** The process has something to do. */
  enqueue(process: Process): void {
    process.queued = true;
    this.#queue.push(process);
    this.#schedule();
  }

  /** Calls `work` once, when this turn ends, after all processes that were ready have run. */
  atTurnEnd(work: () => void): void {
    this.#atTurnEnd.push(work);
    this.#schedule();
  }

  /** Calls `fire` once at `deadline` of the clock's `now`. */
  addTimer(deadline: number, fire: () => void): ReturnType<Timers["add"]> {
    const timer = this.timers.add(deadline, fire);
    if (!this.#inTurn) this.#setAlarm();
    return timer;
  }

  /** For tests: runs turns, at once, until no process is ready. */
  runUntilIdle(): void {
    while (this.#queue.size > 0 || this.#atTurnEnd.length > 0) this.#turn();
  }

  /** Messages taken and calls made by a process so far, this turn included. */
  reductionsOf({ reductions, running, budget }: Process): number {
    return running && budget > 0 ? reductions + MESSAGES_PER_TURN - budget : reductions;
  }

  /** The runtime's own: a process has ended. */
  exited(process: Process, reason: ExitReason): void {
    this.#living -= 1;
    if (!this.telemetry.hears("process_exited")) return;
    this.telemetry.emit("process_exited", { pid: process.pid, label: process.label, reason });
  }

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
      this.#endTurn();
    } finally {
      this.#inTurn = false;
      if (this.#queue.size > 0 || this.#atTurnEnd.length > 0) this.#schedule();
      this.#setAlarm();
    }
  }

  #runAll(until: number): void {
    let runs = 0;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#run(next);
      runs += 1;
      if (runs % RUNS_PER_LOOK === 0 && this.clock.now() >= until) return;
    }
  }

  /** As runAll, with a look at the clock after each process. */
  #runTimed(startedAt: number): void {
    let before = startedAt;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#run(next);
      const now = this.clock.now();
      const ms = now - before;
      before = now;
      if (ms > LONG_TURN_MS) {
        this.telemetry.emit("long_turn", { pid: next.pid, label: next.label, ms });
      }
      if (now >= startedAt + TURN_MS) return;
    }
  }

  #run(process: Process): void {
    if (process.pid.process === undefined) return; // Ended while it waited in the queue.
    process.budget = MESSAGES_PER_TURN;
    process.running = true;
    setCurrent(process);
    let more = false;
    let reason: ExitReason | undefined;
    try {
      more = process.behaviour.turn(process);
    } catch (thrown) {
      reason = reasonOf(thrown);
    }
    setCurrent(undefined);
    process.running = false;
    process.reductions += MESSAGES_PER_TURN - process.budget;
    reason = process.doomed ?? reason; // The signal came before whatever it did then.
    if (reason !== undefined) end(process, reason);
    else if (more) this.#queue.push(process);
    else process.queued = false;
  }

  #endTurn(): void {
    if (this.#atTurnEnd.length === 0) return;
    const works = this.#atTurnEnd;
    this.#atTurnEnd = [];
    const thrown: unknown[] = [];
    for (const work of works) {
      try {
        work();
      } catch (error) {
        thrown.push(error); // The others are not to lose theirs.
      }
    }
    if (thrown.length > 1)
      throw new AggregateError(thrown, `${thrown.length} works of a turn's end`);
    if (thrown.length === 1) throw thrown[0];
  }

  /**
   * Keeps one alarm of the clock at the earliest deadline; a later one that is set may ring idly.
   */
  #setAlarm(): void {
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
