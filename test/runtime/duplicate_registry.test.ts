/** DuplicateRegistry: many under one key, told together, gone at their exit. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DuplicateRegistry,
  exitProcess,
  isAlive,
  type Pid,
  receive,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import { dead, downOf, drain, forever, idle, newWorld, run } from "./world.ts";

test("85 registry-dispatch-and-drop-at-exit", () => {
  const got = run(function* () {
    const registry = new DuplicateRegistry<unknown, number>();
    const me = self<unknown>();
    for (const n of [1, 2, 3]) {
      const pid = spawn<unknown>(function* () {
        for (;;) send(me, [n, yield* receive()]);
      });
      registry.register("topic", pid, n);
    }
    const told = registry.dispatch("topic", "news");
    const news = ((yield* drain(1)) as [number, string][]).toSorted(([a], [b]) => a - b);
    const [first, ...others] = registry.lookup("topic");
    if (first !== undefined) exitProcess(first.pid, "kill");
    const left = registry.lookup("topic");
    return [told, news, others.length, left.length, registry.dispatch("topic", "more")];
  });
  const news = [1, 2, 3].map((n) => [n, "news"]);
  expect(got).toEqual([3, news, 2, 2, 2]);
});

test("by the time a DOWN is here the entries are gone", () => {
  const got = run(function* () {
    const registry = new DuplicateRegistry<unknown, undefined>();
    const pid = idle();
    for (const key of ["a", "b"]) registry.register(key, pid, undefined);
    send(pid, "stop");
    yield* downOf(pid);
    return [registry.size, registry.lookup("a"), registry.keysOf(pid)];
  });
  expect(got).toEqual([0, [], []]);
});

test("one process several times under one key: told so often, unregistered at once", () => {
  const got = run(function* () {
    const registry = new DuplicateRegistry<unknown, string>();
    const me = self<unknown>();
    for (const value of ["first", "second"]) registry.register("a", me, value);
    registry.register("b", me, "third");
    const told = registry.dispatch("a", "twice");
    const values = registry.lookup("a").map(({ value }) => value);
    const keys = registry.keysOf(me);
    const counts = [registry.unregister("a", me), registry.unregister("a", me), registry.size];
    return [told, yield* drain(), values, keys, counts, registry.keysOf(me)];
  });
  const values = ["first", "second"];
  expect(got).toEqual([2, ["twice", "twice"], values, ["a", "a", "b"], [2, 0, 1], ["b"]]);
});

test("the dead are not registered, an unknown key has nobody, the full are not counted", () => {
  const got = run(function* ({ runtime }) {
    const registry = new DuplicateRegistry<unknown, undefined>();
    const ofTheDead = registry.register("a", yield* dead(), undefined);
    registry.register("a", runtime.spawn(forever, { mailbox: { max: 0 } }), undefined);
    registry.register("a", idle(), undefined);
    return [ofTheDead, registry.dispatch("a", "x"), registry.dispatch("b", "x")];
  });
  expect(got).toEqual([false, 1, 0]);
});

type Step = { readonly kind: "register" | "unregister" | "kill"; key: string; who: number };

test("whatever happens: its entries are those registered and neither taken nor dead", () => {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom("register", "register", "unregister", "kill"),
    key: fc.constantFrom("a", "b", "c"),
    who: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const { runtime } = newWorld();
      const registry = new DuplicateRegistry<never, number>();
      const pids = Array.from({ length: 4 }, (): Pid => runtime.spawn(function* () {}));
      let model: { key: string; pid: Pid; value: number }[] = [];
      for (const [value, { kind, key, who }] of steps.entries()) {
        const pid = pids[who] as Pid;
        const others = model.filter((entry) => entry.pid !== pid || entry.key !== key);
        if (kind === "register") {
          expect(registry.register(key, pid, value)).toBe(isAlive(pid));
          if (isAlive(pid)) model.push({ key, pid, value });
        } else if (kind === "unregister") {
          expect(registry.unregister(key, pid)).toBe(model.length - others.length);
          model = others;
        } else {
          exitProcess(pid, "kill");
          model = model.filter((entry) => entry.pid !== pid);
        }
        for (const one of ["a", "b", "c"]) {
          expect(registry.lookup(one)).toEqual(model.filter((entry) => entry.key === one));
        }
        expect(registry.size).toBe(model.length);
      }
    }),
  );
});
