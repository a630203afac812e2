/**
 * Faults: what goes wrong in a simulated world, when and how long, as the dice say.
 *
 * Each seed has its own weather: a part of the faults, the others never; so that each is met both
 * alone and among others.
 */
import type { Dice } from "./dice.ts";
import type { SimWorld } from "./sim_world.ts";
import type { Workload } from "./workload.ts";

const FAULTS = {
  cut: 4,
  halfOpen: 2,
  stall: 3,
  losePush: 2,
  behind: 1.5,
  restartClient: 2,
  leaveRaw: 2,
  kill: 3,
  loseMachine: 1,
  drain: 1.5,
  killList: 3,
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
/** How many of the faults a seed's weather has. */
const OF_ALL = 0.35;

export class Faults {
  readonly #world: SimWorld;
  readonly #workload: Workload;
  readonly #dice: Dice;
  readonly #weather: Partial<Record<Fault, number>>;
  readonly #rate: number;
  /** How to end what lasts. */
  #ends: (() => void)[] = [];
  #quietMs = 0;

  constructor(world: SimWorld, workload: Workload, dice: Dice) {
    this.#world = world;
    this.#workload = workload;
    this.#dice = dice;
    this.#weather = {};
    for (const [fault, weight] of Object.entries(FAULTS) as [Fault, number][]) {
      if (dice.chance(OF_ALL)) this.#weather[fault] = weight;
    }
    this.#rate = dice.pick([0.02, 0.1, 0.2]);
    world.delayMs = dice.pick([0.3, 2, 15]);
    world.conditions.commitMs = dice.pick([0.5, 3, 20]);
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
      case "loseMachine":
        this.#world.kill({ isMachine: fault === "loseMachine" });
        return this.#world.start(this.#dice.wait(500));
      case "drain":
        return this.#world.drain();
      case "putBack":
        return this.#world.putBack(this.#dice.int(this.#world.disk.records + 1));
      case "killList":
        return this.#world.killList(this.#list());
      case "poison": {
        const doses = this.#dice.pick([1, 1, 5]);
        conditions.poisoned.set(this.#list(), doses);
        return this.#later(forMs, () => conditions.poisoned.clear());
      }
      case "damage": {
        const list = this.#list();
        conditions.damaged.add(list);
        this.#world.killList(list);
        return this.#later(forMs, () => conditions.damaged.clear());
      }
      case "full":
        conditions.isFull = true;
        return this.#later(forMs, () => (conditions.isFull = false));
      case "slow": {
        const { commitMs } = conditions;
        conditions.commitMs = this.#dice.pick([50, 400, 3_000]);
        return this.#later(forMs, () => (conditions.commitMs = commitMs));
      }
      case "failFsync":
        conditions.failsFsync = true;
        return;
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

  #link(fault: "cut" | "halfOpen" | "stall" | "losePush", forMs: number): void {
    const { connections, reached } = this.#world;
    if (connections.length === 0) return;
    const { link } = this.#dice.pick(connections);
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
        link.stall();
        return this.#later(forMs * 4, () => link.flow());
    }
  }

  /** Somebody reads nothing while a list is written much, and crashes perhaps. */
  #behind(forMs: number): void {
    const { connections, loop } = this.#world;
    const subscribed = connections.filter(({ judge }) => judge.subscriptions.lists.length > 0);
    if (subscribed.length === 0) return;
    const { link, judge } = this.#dice.pick(subscribed);
    const list = this.#dice.pick(judge.subscriptions.lists);
    link.stall();
    this.#workload.writeMuch(list);
    this.#later(forMs * 4, () => link.flow());
    if (this.#dice.chance(0.5)) return;
    this.#workload.writeMuch(list);
    loop.after(forMs, () => this.#world.killList(list));
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
