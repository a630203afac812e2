/**
 * SimWorld: one simulated world: a disk, the lives of a server's program, a network, and who judges
 * them; what can befall them is called here, by faults.ts.
 *
 * Owner: run.ts, which makes one for each seed.
 */
import { describeReason, type ExitReason } from "../../server/runtime/index.ts";
import type { EventLog } from "../../server/storage/event_log.ts";
import { CallOrder } from "./call_order.ts";
import type { Dial } from "./client_socket.ts";
import { Conditions } from "./conditions.ts";
import { Dice } from "./dice.ts";
import { History } from "./history.ts";
import { Reached } from "./reached.ts";
import { SimDisk } from "./sim_disk.ts";
import { type LinkTap, SimLink } from "./sim_link.ts";
import { type ProgramEnd, SimLog } from "./sim_log.ts";
import { SimClock, SimLoop } from "./sim_loop.ts";
import { type ServerLimits, SimServer } from "./sim_server.ts";
import type { Bench } from "./taken_call.ts";
import { Truth } from "./truth.ts";
import { Violation } from "./violation.ts";
import { WireJudge } from "./wire_judge.ts";

/** Milliseconds that a program takes to start, at most. */
const START_MS = 400;

/** Ends of processes that are as they should be. */
const EXPECTED = /^(?:normal|shutdown|killed)$|load_failed|a bug that this append meets/;

const FATES = ["lost", "kept", "torn"] as const;

/** What a planted bug changes of a world. */
export interface WorldBug {
  readonly wrapLog?: (log: EventLog) => EventLog;
}

/** A connection: its link, and who judges what the server says over it. */
export interface Connection {
  readonly link: SimLink;
  readonly judge: WireJudge;
}

export class SimWorld {
  readonly dice: Dice;
  readonly loop: SimLoop;
  readonly history: History;
  readonly truth: Truth;
  readonly conditions: Conditions;
  readonly reached = new Reached();
  readonly disk: SimDisk;
  readonly limits: ServerLimits;
  readonly #seed: number;
  readonly #bug: WorldBug;
  /** What judges go by. */
  readonly bench: Bench;
  readonly #networkDice: Dice;
  readonly #connections: Connection[] = [];
  /** All that there ever were. */
  readonly #all: SimLink[] = [];
  #server: SimServer | undefined;
  #log: SimLog | undefined;
  #lives = 0;
  #links = 0;
  #isMachineUp = true;
  #isStarting = false;
  #callOffStart: () => void = () => undefined;
  /** How often the network answers nobody who connects. */
  deafness = 0;
  /** Milliseconds a message is under way, on the average. */
  delayMs = 2;
  /** The first thing that should never have happened. */
  failure: Error | undefined;

  constructor(seed: number, bug: WorldBug = {}) {
    this.#seed = seed;
    this.#bug = bug;
    this.dice = new Dice(seed, 1);
    this.loop = new SimLoop(new Dice(seed, 2));
    this.#networkDice = new Dice(seed, 3);
    const now = () => this.loop.nowMs;
    this.history = new History(now);
    this.truth = new Truth(now);
    this.conditions = new Conditions(now);
    const { truth, conditions, reached } = this;
    const dice = new Dice(seed, 9);
    this.disk = new SimDisk({ secret: `secret-${seed}`, dice, truth, conditions, reached });
    this.limits = limitsOf(this.dice);
    this.bench = {
      truth: this.truth,
      conditions: this.conditions,
      reached: this.reached,
      limits: this.limits,
      order: new CallOrder(),
      now,
      generation: () => this.disk.generation,
      loadedAt: (list) => this.#log?.loadedAt.get(list) ?? 0,
    };
  }

  /** Connections whose server's end is there. */
  get connections(): readonly Connection[] {
    return this.#connections.filter(({ link }) => link.isServed);
  }

  get isUp(): boolean {
    return this.#server !== undefined;
  }

  get server(): SimServer | undefined {
    return this.#server;
  }

  /** Something should not have happened; the run ends with the first. */
  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Violation(String(error));
  }

  /** Runs what judges; what it throws is the run's failure. */
  judge(judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.fail(error);
    }
  }

  // ── The network

  /** How the sockets of a client of that name connect. */
  dial(name: string): Dial {
    return (client, protocols) => {
      this.#links += 1;
      const dice = new Dice(this.#seed, 1000 + this.#links);
      const weight = this.#networkDice.chance(0.7) ? 1 : 64;
      const { loop, delayMs } = this;
      const link = new SimLink({ loop, dice, client, delayMs, weight });
      link.isUnanswered = () => !this.#isMachineUp;
      const options = { bench: this.bench, history: this.history, name: `${name}~${this.#links}` };
      const isLimited = this.limits.messagesPerS > 0;
      const judge = new WireJudge({
        ...options,
        isLimited,
        isStalled: () => link.isStalled,
        isGone: () => !link.isOpen,
      });
      link.tap = this.#tap(judge);
      this.#all.push(link);
      this.loop.after(dice.wait(delayMs), () => this.#connect({ link, judge }, protocols));
      return link;
    };
  }

  #connect(connection: Connection, protocols: readonly string[]): void {
    const { link } = connection;
    if (!this.#isMachineUp || this.#networkDice.chance(this.deafness)) return link.halfOpen();
    if (this.#server === undefined) return link.orphan({ isMachine: false });
    this.#connections.push(connection);
    this.#server.accept(link, protocols, (text) => this.judge(() => connection.judge.taken(text)));
  }

  #tap(judge: WireJudge): LinkTap {
    return {
      said: (frame) => this.judge(() => judge.said(frame)),
      serverEnded: () => this.judge(() => judge.serverEnded()),
    };
  }

  // ── The program

  /** Starts it, or says when it will be started. */
  start(afterMs = 0): void {
    if (this.#server !== undefined || this.#isStarting) return;
    this.#isStarting = true;
    const begin = () => {
      this.#isStarting = false;
      this.judge(() => this.#begin());
    };
    this.#callOffStart = this.loop.after(afterMs + this.dice.next() * START_MS, begin);
  }

  #begin(): void {
    this.#lives += 1;
    this.#isMachineUp = true;
    const seed = this.#seed * 64 + this.#lives;
    const clock = new SimClock(this.loop, new Dice(seed, 4), { stirs: false });
    const { loop, disk, truth, conditions, reached } = this;
    this.#log = new SimLog({
      loop,
      clock,
      dice: new Dice(seed, 5),
      disk,
      truth,
      conditions,
      reached,
      newGeneration: `g${truth.era}`,
      onFatal: (end) => {
        this.#note(end.isMachine ? "lost while writing" : "fsync failed");
        this.kill(end);
        this.start();
      },
    });
    this.#server = new SimServer({
      clock,
      log: this.#bug.wrapLog?.(this.#log) ?? this.#log,
      limits: this.limits,
      shuffle: this.#seed % 4 === 0 ? undefined : seed,
      reached,
      crashed: (label, reason) => this.#processEnded(label, reason),
    });
    this.#note(`life ${this.#lives} of generation ${disk.generation}`);
  }

  #processEnded(label: string, reason: ExitReason): void {
    const why = describeReason(reason);
    this.#note(`${label} ended: ${why}`);
    if (!EXPECTED.test(why)) this.fail(new Violation(`a ${label} ended: ${why}`));
  }

  /** The program or its machine is gone at once; what was not synced meets its fate. */
  kill({ isMachine, fate }: ProgramEnd): void {
    this.#callOffStart();
    this.#isStarting = false;
    const server = this.#server;
    if (server === undefined && !(isMachine && this.#isMachineUp)) return;
    this.#note(isMachine ? "machine lost" : "killed");
    this.reached.mark(isMachine ? "machine_lost" : "program_killed");
    if (this.connections.some(({ judge }) => judge.hasUntold)) {
      this.reached.mark("crash_between_commit_and_reply");
    }
    this.#server = undefined;
    this.#isMachineUp = !isMachine;
    server?.die({ isMachine });
    this.#crashDisk({ isMachine, fate });
    this.#forgetOver();
  }

  #crashDisk({ isMachine, fate = this.dice.pick(FATES) }: ProgramEnd): void {
    if (!this.disk.crash({ isMachine, fate })) return;
    this.#note(`unsynced: ${fate}`);
    if (fate !== "torn") this.reached.mark(fate === "lost" ? "unsynced_lost" : "unsynced_kept");
  }

  /** SIGTERM, and a new start. */
  drain(): void {
    const server = this.#server;
    if (server === undefined) return;
    this.#note("SIGTERM");
    this.reached.mark("program_drained");
    const { clock } = server;
    const ended = (isClean: boolean) => {
      clock.stop();
      if (this.#server !== server) return; // It was killed meanwhile.
      this.#note(isClean ? "exit 0" : "exit 1");
      this.#server = undefined;
      this.#crashDisk({ isMachine: false });
      this.#forgetOver();
      this.start();
    };
    this.#drain(server)
      .then(ended)
      .catch((error) => this.fail(error));
  }

  /** It waits by promises: they are to settle as time passes. */
  async #drain(server: SimServer): Promise<boolean> {
    let isOver = false;
    const stir = () => {
      this.loop.stir();
      if (!isOver) this.loop.after(20, stir);
    };
    stir();
    const isClean = await server.drain();
    isOver = true;
    return isClean;
  }

  /** The store is put back from a copy while the program is down. */
  putBack(records: number): void {
    this.kill({ isMachine: false });
    const kept = this.disk.putBack(records);
    this.judge(() => this.truth.putBack(kept));
    this.reached.mark("put_back");
    this.#note(`put back to ${kept} records`);
    this.start(this.dice.wait(200));
  }

  /** A list's process dies. */
  killList(list: string): void {
    this.conditions.note("list", list);
    if (this.#server?.killList(list) !== true) return;
    this.#note(`${list} killed`);
    this.reached.mark("list_crashed");
  }

  /** Lets go of what would go on by the machine's own time, or stay on its disk. */
  close(): void {
    for (const link of this.#all) link.drop();
    this.disk.close();
  }

  #forgetOver(): void {
    const left = this.#connections.filter(({ link }) => link.isServed);
    this.#connections.splice(0, this.#connections.length, ...left);
  }

  #note(what: string): void {
    this.history.note("server", what);
  }
}

function limitsOf(dice: Dice): ServerLimits {
  return {
    newListsPerMin: dice.chance(0.2) ? 3 : 0,
    messagesPerS: dice.chance(0.1) ? 50 : 0,
    listTodosMax: dice.chance(0.2) ? 12 : 10_000,
  };
}
