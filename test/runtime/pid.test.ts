/** Pid: a process's name. */
import { expect, test } from "vitest";
import { isAlive, self, send, spawn } from "../../server/runtime/index.ts";
import { dead, downOf, idle, newWorld, run, take } from "./world.ts";

test("its text is Erlang's, in strings and in JSON, and no two are alike", () => {
  const { runtime } = newWorld();
  const [a, b] = [runtime.spawn(function* () {}), runtime.spawn(function* () {})];
  expect(String(a)).toMatch(/^<0\.\d+\.0>$/);
  expect(JSON.stringify({ a })).toBe(`{"a":"${String(a)}"}`);
  expect(String(a)).not.toBe(String(b));
});

test("23 self-in-child-is-the-spawned-pid", () => {
  const same = run(function* () {
    const me = self<unknown>();
    const pid = spawn(function* () {
      send(me, self());
    });
    return (yield* take()) === pid && pid !== me;
  });
  expect(same).toBe(true);
});

test("77 alive", () => {
  const alive = run(function* () {
    const pid = idle();
    const before = isAlive(pid);
    send(pid, "stop");
    yield* downOf(pid);
    return [before, isAlive(pid), isAlive(yield* dead())];
  });
  expect(alive).toEqual([true, false, false]);
});
