/** Registry: names, and that they go with their process. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exitProcess, type Pid, Registry, self, send } from "../../server/runtime/index.ts";
import { dead, downOf, idle, newWorld, run, take } from "./world.ts";

test("78 register-whereis-send-unregister", () => {
  const answers = run(function* ({ runtime }) {
    const { names } = runtime;
    const registered = names.register("a_name", self());
    const pid = names.whereis("a_name") as Pid<unknown> | undefined;
    if (pid !== undefined) send(pid, "by_name");
    const message = yield* take();
    return [registered, pid === self(), message, names.unregister("a_name"), names.size];
  });
  expect(answers).toEqual([true, true, "by_name", true, 0]);
});

test("79 name-freed-at-exit: by the time the DOWN is here the name is free", () => {
  const answers = run(function* ({ runtime: { names } }) {
    const pid = idle();
    names.register("freed", pid);
    names.register("second", pid);
    send(pid, "stop");
    yield* downOf(pid);
    return [names.whereis("freed"), names.whereis("second"), names.register("freed", self())];
  });
  expect(answers).toEqual([undefined, undefined, true]);
});

test("a name is free at once when its process is killed, before any turn", () => {
  const world = newWorld();
  const pid = world.runtime.spawn(function* () {});
  world.runtime.names.register("a", pid);
  exitProcess(pid, "kill");
  expect(world.runtime.names.size).toBe(0);
});

test("80 name-clash, 82 register-dead-pid, 83 unregister-unknown: false, not a raise", () => {
  const answers = run(function* ({ runtime: { names } }) {
    const holder = idle();
    names.register("taken", holder);
    const clash = names.register("taken", self());
    const ofTheDead = names.register("dead", yield* dead());
    return [clash, names.whereis("taken") === holder, ofTheDead, names.unregister("never")];
  });
  expect(answers).toEqual([false, true, false, false]);
});

test("84 registry-unique-clash: false; the one that holds the name keeps it", () => {
  const answers = run(function* () {
    const registry = new Registry<unknown>();
    const me = self<unknown>();
    registry.register("list:1", me);
    const clash = registry.register("list:1", idle());
    return [clash, registry.whereis("list:1") === me, registry.namesOf(me)];
  });
  expect(answers).toEqual([false, true, ["list:1"]]);
});

test("81 second-name-for-one-process: allowed, where Elixir raises; each goes by itself", () => {
  const answers = run(function* ({ runtime: { names } }) {
    const pid = idle();
    const both = [names.register("a", pid), names.register("b", pid)];
    names.unregister("a");
    return [...both, names.whereis("a"), names.whereis("b") === pid];
  });
  expect(answers).toEqual([true, true, undefined, true]);
});

type Step = { readonly kind: "register" | "unregister" | "kill"; name: string; who: number };

test("it agrees with a plain map, whatever is registered, unregistered and killed", () => {
  const step = fc.record<Step>({
    kind: fc.constantFrom("register", "register", "unregister", "kill"),
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    who: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const { runtime } = newWorld();
      const registry = new Registry();
      const pids = Array.from({ length: 4 }, (): Pid => runtime.spawn(function* () {}));
      const alive = new Set(pids);
      const model = new Map<string, Pid>();
      for (const { kind, name, who } of steps) {
        const pid = pids[who] as Pid;
        if (kind === "register") {
          const free = alive.has(pid) && !model.has(name);
          expect(registry.register(name, pid)).toBe(free);
          if (free) model.set(name, pid);
        } else if (kind === "unregister") {
          expect(registry.unregister(name)).toBe(model.delete(name));
        } else {
          alive.delete(pid);
          exitProcess(pid, "kill");
          for (const [held, holder] of model) if (holder === pid) model.delete(held);
        }
        expect([...registry.entries()].map(([held]) => held)).toEqual([...model.keys()]);
        for (const [held, holder] of model) expect(registry.whereis(held)).toBe(holder);
        expect(registry.size).toBe(model.size);
      }
    }),
  );
});
