/**
 * Supervisors under random crashes and orders: beside a model of which children have to run.
 *
 * After each step all is let come to rest; then what runs is what has to, and nothing else is left:
 * no process, no timer. The intensity is out of reach; giving up has tests of its own.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  exitProcess,
  type GenServer,
  isAlive,
  type Pid,
  receive,
  Supervisor,
  trapExits,
} from "../../server/runtime/index.ts";
import { newWorld, type World } from "./world.ts";

const IDS = ["a", "b", "c", "d"];
const RESTARTS = ["permanent", "transient", "temporary"] as const;
const STRATEGIES = ["one_for_one", "rest_for_one", "one_for_all"] as const;

interface Step {
  readonly kind: "crash" | "leave" | "terminate" | "restart" | "delete" | "start";
  readonly id: string;
  /** Another one that crashes in the same moment. */
  readonly also: string | undefined;
}

type Specs = readonly { readonly restart: Supervisor.Restart; readonly stubborn: boolean }[];

function specOf({ runtime }: World, id: string, kind: Specs[number]): Supervisor.ChildSpec {
  const start = (): GenServer.Started => {
    const body = function* () {
      trapExits(kind.stubborn);
      for (;;) yield* receive();
    };
    return { ok: true, pid: runtime.spawn(body, { link: true }) };
  };
  return { id, start, restart: kind.restart, shutdownMs: 20 };
}

/** Id → does it run; in order. */
type Model = Map<string, boolean>;

interface Rule {
  readonly strategy: (typeof STRATEGIES)[number];
  readonly restartOf: (id: string) => Supervisor.Restart;
  readonly orderly: boolean;
}

/** These end in one moment; who begins again with an earlier one of them does so once. */
function fail(model: Model, ended: readonly string[], rule: Rule): void {
  const again = new Set<string>();
  for (const id of ended) {
    if (model.get(id) === true && !again.has(id)) {
      for (const one of failOne(model, id, rule)) again.add(one);
    }
  }
}

/** Answers who begins again. */
function failOne(model: Model, id: string, rule: Rule): readonly string[] {
  const { strategy, restartOf, orderly } = rule;
  const restart = restartOf(id);
  if (restart === "temporary") model.delete(id);
  else if (restart === "transient" && orderly) model.set(id, false);
  if (restart === "temporary" || (restart === "transient" && orderly)) return [];
  const ids = [...model.keys()];
  const from = strategy === "one_for_all" ? 0 : ids.indexOf(id);
  const group = strategy === "one_for_one" ? [id] : ids.slice(from);
  for (const one of group) {
    if (restartOf(one) === "temporary") model.delete(one);
    else model.set(one, true);
  }
  return group;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("crash", "crash", "leave", "terminate", "restart", "delete", "start"),
    id: fc.constantFrom(...IDS),
    also: fc.option(fc.constantFrom(...IDS), { nil: undefined }),
  }),
  { maxLength: 25, size: "max" },
);
const specs: fc.Arbitrary<Specs> = fc.array(
  fc.record({ restart: fc.constantFrom(...RESTARTS), stubborn: fc.boolean() }),
  { minLength: IDS.length, maxLength: IDS.length },
);

class Run {
  readonly #world = newWorld();
  readonly #specs: Specs;
  readonly #strategy: (typeof STRATEGIES)[number];
  readonly #sup: Pid;
  readonly #model: Model = new Map();

  constructor(strategy: (typeof STRATEGIES)[number], kinds: Specs) {
    this.#specs = kinds;
    this.#strategy = strategy;
    const started = Supervisor.start(this.#world.runtime, {
      name: "sup",
      children: IDS.map((id) => this.#spec(id)),
      strategy,
      intensity: { restarts: 1000, withinMs: 1000 },
    });
    if (!started.ok) throw new Error("the supervisor did not start");
    this.#sup = started.pid;
    for (const id of IDS) this.#model.set(id, true);
    this.rest();
  }

  step({ kind, id, also }: Step): void {
    const pid = this.#pid(id);
    const restartOf = (one: string) => this.#kind(one).restart;
    if (kind === "crash" || kind === "leave") {
      const orderly = kind === "leave";
      const ended = also === undefined || also === id ? [id] : [id, also];
      for (const one of ended) this.#end(one, orderly ? "shutdown" : "crash");
      return fail(this.#model, ended, { strategy: this.#strategy, restartOf, orderly });
    }
    if (kind === "terminate") {
      this.#world.runtime.spawn(() => this.#terminate(id));
      if (!this.#model.has(id)) return;
      if (restartOf(id) === "temporary") this.#model.delete(id);
      else this.#model.set(id, false);
    } else if (kind === "restart") {
      const may = this.#model.get(id) === false;
      expect(Supervisor.restartChild(this.#sup, id).ok).toBe(may);
      if (may) this.#model.set(id, true);
    } else if (kind === "delete") {
      const may = this.#model.get(id) === false;
      expect(Supervisor.deleteChild(this.#sup, id).ok).toBe(may);
      if (may) this.#model.delete(id);
    } else {
      expect(Supervisor.startChild(this.#sup, this.#spec(id)).ok).toBe(!this.#model.has(id));
      if (pid === undefined && !this.#model.has(id)) this.#model.set(id, true);
    }
  }

  /** Lets all that goes on come to its end, and looks at what there is then. */
  rest(): void {
    this.#world.clock.advance(1000);
    const children = Supervisor.whichChildren(this.#sup);
    const running = children.map((one) => [one.id, one.pid !== undefined && isAlive(one.pid)]);
    expect(running).toEqual([...this.#model]);
    const alive = [...this.#model.values()].filter((runs) => runs).length;
    expect(this.#world.runtime.processCount).toBe(1 + alive);
    expect(this.#world.runtime.timers.size).toBe(0);
  }

  stop(): void {
    Supervisor.stop(this.#sup);
    this.#world.clock.advance(1000);
    expect([this.#world.runtime.processCount, this.#world.runtime.timers.size]).toEqual([0, 0]);
  }

  *#terminate(id: string) {
    yield* Supervisor.terminateChild(this.#sup, id);
  }

  /** Also a stubborn one ends, as if by itself. */
  #end(id: string, reason: string): void {
    const pid = this.#pid(id);
    if (pid === undefined) return;
    if (pid.process !== undefined) pid.process.trapsExits = false;
    exitProcess(pid, reason);
  }

  #pid(id: string): Pid | undefined {
    return Supervisor.whichChildren(this.#sup).find((child) => child.id === id)?.pid;
  }

  #kind(id: string): Specs[number] {
    return this.#specs[IDS.indexOf(id)] as Specs[number];
  }

  #spec(id: string): Supervisor.ChildSpec {
    return specOf(this.#world, id, this.#kind(id));
  }
}

test.each(STRATEGIES)("%s: what has to run runs, and nothing is left behind", (strategy) => {
  fc.assert(
    fc.property(steps, specs, (all, kinds) => {
      const running = new Run(strategy, kinds);
      for (const step of all) {
        running.step(step);
        running.rest();
      }
      running.stop();
    }),
  );
});
