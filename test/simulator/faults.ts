/**
 * Faults: what goes wrong in a simulated world, when and how long, as the dice say.
 *
 * Each seed has its own weather: a part of the faults, the others never; so that each is met both
 * among few and among many. The end of the program, and of the machine, may come in all of them.
 */
import type { Dice } from "./dice.ts";
import type { SimWorld } from "./sim_world.ts";
import { isDeleted } from "./taken_call.ts";
import type { Workload } from "./workload.ts";

const FAULTS = {
  cut: 4,
  halfOpen: 2,
  stall: 3,
  losePush: 2,
  behind: 2.5,
  restartClient: 2,
  leaveRaw: 2,
  kill: 3,
  loseMachine: 2,
  drain: 1.5,
  killList: 3,
  killDeleted: 1.5,
  poison: 1.5,
  damage: 0.7,
  full: 2,
  slow: 3,
  failFsync: 1,
  badAppend: 1.5,
  readFaults: 1.5,
  backlog: 1,
  putBack: 2,
  deaf: 1,
  quiet: 1,
} as const;

type Fault = keyof typeof FAULTS;

/** Milliseconds after which both ends have found out that the other is gone. */
const HEARTBEATS_MS = 100_000;
/** Writes that are more than is queued for a wide link; just so; and for a narrow one. */
const MUCH = 34;
const NEARLY_MUCH = 28;
const FEW = 3;
/** How often one who is behind asks something. */
const ASKS = 6;
/** Milliseconds that a deploy may take. */
const DEPLOY_MS = 10_000;
/** How often it is looked whether something is on disk, and how closely. */
const LOOKS = 400;
const LOOKS_PER_COMMIT = 10;
/** How many of the faults a seed's weather has, beside those that each has. */
const OF_ALL = 0.35;
const ALWAYS: ReadonlySet<Fault> = new Set(["kill", "loseMachine"]);
/** How many seeds have deploys and slow peers alone: nobody is to notice much of those. */
const OF_DEPLOYS = 0.08;

export class Faults {
  readonly #world: SimWorld;
  readonly #workload: Workload;
  readonly #dice: Dice;
  readonly #weather: Partial<Record<Fault, number>>;
  readonly #rate: number;
  /** Milliseconds of a commit when nothing is slow. */
  readonly #commitMs: number;
  readonly #hasOnlyDeploys: boolean;
  /** How to end what lasts. */
  #ends: (() => void)[] = [];
  #quietMs = 0;

  constructor(world: SimWorld, workload: Workload, dice: Dice) {
    this.#world = world;
    this.#workload = workload;
    this.#dice = dice;
    this.#weather = {};
    for (const [fault, weight] of Object.entries(FAULTS) as [Fault, number][]) {
      if (dice.chance(OF_ALL) || ALWAYS.has(fault)) this.#weather[fault] = weight;
    }
    this.#rate = dice.pick([0.02, 0.1, 0.2]);
    this.#hasOnlyDeploys = dice.chance(OF_DEPLOYS);
    if (this.#hasOnlyDeploys) {
      this.#weather = { drain: 1, stall: 1 };
      this.#rate = 0.05;
    }
    world.delayMs = dice.pick([0.3, 2, 15]);
    this.#commitMs = dice.pick([0.5, 3, 20]);
    world.conditions.commitMs = this.#commitMs;
    world.conditions.readMs = dice.pick([0.3, 2, 20]);
  }

  /** Perhaps something goes wrong now: milliseconds to wait then; undefined: nothing does. */
  step(): number | undefined {
    const { isUp } = this.#world;
    if (!isUp && this.#dice.chance(0.15)) this.#world.start();
    if (!this.#dice.chance(this.#rate) || Object.keys(this.#weather).length === 0) {
      return undefined;
    }
    this.#quietMs = 0;
    const fault = this.#dice.weighted(this.#weather as Record<Fault, number>);
    this.#world.history.note("fault", fault);
    if (fault === "drain") this.#world.conditions.note("drain");
    else if (fault !== "stall") this.#world.conditions.note("fault");
    this.#do(fault);
    return this.#quietMs;
  }

  /** All is well from now on: what is broken is found out by those whom it concerns. */
  end(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#world.conditions.heal();
    this.#world.deafness = 0;
    for (const { link } of this.#world.connections) link.flow();
    this.#world.start();
  }

  #do(fault: Fault): void {
    const { conditions } = this.#world;
    const forMs = this.#dice.wait(1_500);
    switch (fault) {
      case "cut":
      case "halfOpen":
      case "stall":
      case "losePush":
        return this.#link(fault, forMs);
      case "behind":
        return this.#behind(forMs);
      case "restartClient":
        return this.#workload.restartClient();
      case "leaveRaw":
        return this.#workload.leaveRaw();
      case "kill":
        this.#end({ isMachine: false });
        return this.#loseSoon();
      case "loseMachine":
        conditions.losesMachine = this.#dice.chance(0.5);
        if (!conditions.losesMachine) this.#end({ isMachine: true });
        return;
      case "drain":
        if (this.#hasOnlyDeploys) this.#link("stall", forMs + DEPLOY_MS);
        else if (this.#dice.chance(0.4)) this.#slow(forMs * 4); // There is work in flight then.
        return this.#world.drain();
      case "putBack":
        return this.#world.putBack(this.#dice.int(this.#world.truth.records + 1));
      case "killList":
        return this.#world.killList(this.#list());
      case "killDeleted":
        return this.#killDeleted();
      case "poison": {
        const doses = this.#dice.pick([1, 1, 5]);
        conditions.poisoned.set(this.#list(), doses);
        return this.#later(forMs, () => conditions.poisoned.clear());
      }
      case "damage": {
        const list = this.#list();
        conditions.damaged.add(list);
        if (this.#dice.chance(0.5)) this.#world.killList(list);
        return this.#later(forMs, () => conditions.damaged.clear());
      }
      case "full":
        conditions.isFull = true;
        return this.#later(forMs, () => (conditions.isFull = false));
      case "slow":
        return this.#slow(forMs);
      case "failFsync":
        conditions.failsFsync = true;
        return this.#loseSoon();
      case "badAppend":
        conditions.badBatches = 1 + this.#dice.int(3);
        return;
      case "readFaults":
        conditions.readFaults = this.#dice.pick([0.1, 0.7]);
        return this.#later(forMs, () => (conditions.readFaults = 0));
      case "backlog":
        conditions.backlogBytes = 65 * 1024 * 1024;
        return this.#later(forMs / 3, () => (conditions.backlogBytes = 0));
      case "deaf":
        this.#world.deafness = 0.6;
        return this.#later(forMs, () => (this.#world.deafness = 0));
      case "quiet":
        this.#quietMs = this.#dice.pick([30_000, 75_000, 150_000]);
        return;
      default:
        fault satisfies never;
    }
  }

  #slow(forMs: number): void {
    const { conditions } = this.#world;
    conditions.note("slow");
    conditions.commitMs = this.#dice.pick([50, 400, 3_000]);
    this.#later(forMs, () => {
      conditions.note("slow"); // Until now.
      conditions.commitMs = this.#commitMs;
    });
  }

  #link(fault: "cut" | "halfOpen" | "stall" | "losePush", forMs: number): void {
    const { connections, reached } = this.#world;
    if (connections.length === 0) return;
    const { link, judge } = this.#dice.pick(connections);
    switch (fault) {
      case "cut":
        reached.mark("cut");
        return link.cut();
      case "halfOpen":
        reached.mark("half_open");
        if (this.#dice.chance(0.4)) this.#quietMs = HEARTBEATS_MS;
        return link.halfOpen();
      case "losePush":
        reached.mark("push_lost");
        return link.losePush();
      default:
        this.#world.conditions.note("link", judge.client);
        link.stall();
        return this.#later(forMs * 4, () => link.flow());
    }
  }

  /** Somebody reads nothing while a list is written much, and crashes perhaps. */
  #behind(forMs: number): void {
    const { connections, loop, conditions, delayMs } = this.#world;
    const subscribed = connections.filter(({ judge }) => judge.subscriptions.lists.length > 0);
    if (subscribed.length === 0) return;
    const { link, judge } = this.#dice.pick(subscribed);
    const list = this.#dice.pick(judge.subscriptions.lists);
    link.stall();
    this.#workload.writeMuch(list, this.#dice.pick([FEW, NEARLY_MUCH, MUCH]));
    // Its own calls are answered while it is behind.
    const askMeanwhile = () => this.#workload.askMeanwhile(judge.client, list);
    conditions.commitMs = Math.max(conditions.commitMs, 3 * delayMs);
    const soonMs = delayMs + conditions.commitMs;
    for (let left = ASKS; left > 0; left--) loop.after(this.#dice.wait(soonMs), askMeanwhile);
    this.#later(forMs * 4, () => (conditions.commitMs = this.#commitMs));
    this.#later(forMs * 4, () => link.flow());
    if (this.#dice.chance(0.5)) return;
    this.#workload.writeMuch(list, MUCH);
    loop.after(forMs, () => this.#world.killList(list));
  }

  /** A list is deleted, and its process dies when that is on disk and nobody was told yet. */
  #killDeleted(): void {
    const { truth, loop, reached, conditions } = this.#world;
    const list = truth.lists.get(this.#list());
    if (list === undefined || isDeleted(list)) return;
    this.#workload.deleteList(list);
    const look = (left: number): void => {
      if (isDeleted(list)) {
        this.#world.killList(list.list);
        reached.mark("list_died_deleted");
      } else if (left > 0) loop.after(conditions.commitMs / LOOKS_PER_COMMIT, () => look(left - 1));
    };
    look(LOOKS);
  }

  #end({ isMachine }: { readonly isMachine: boolean }): void {
    this.#world.kill({ isMachine });
    this.#world.start(this.#dice.wait(500));
  }

  /** The machine follows its program perhaps, when that is down still, or has just started. */
  #loseSoon(): void {
    if (!this.#dice.chance(0.3)) return;
    const calledOff = this.#world.loop.after(this.#dice.wait(800), () => {
      this.#end({ isMachine: true });
    });
    this.#ends.push(calledOff);
  }

  #list(): string {
    const lists = [...this.#world.truth.lists.keys()];
    return lists.length === 0 ? "l0" : this.#dice.pick(lists);
  }

  #later(ms: number, end: () => void): void {
    this.#ends.push(end);
    this.#world.loop.after(ms, end);
  }
}
