/**
 * SimLoop: time and order of a simulated world follow from its dice alone.
 */
import { expect, test } from "vitest";
import { Dice } from "./dice.ts";
import { SimClock, SimLoop } from "./sim_loop.ts";

test("things happen in the order of their moments, and time is theirs", async () => {
  const loop = new SimLoop(new Dice(1));
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name} ${loop.nowMs}`);
  loop.at(30, note("c"));
  loop.at(10, note("a"));
  loop.at(20, () => loop.at(5, note("b"))); // In the past: now.
  await loop.run(100);
  expect(seen).toEqual(["a 10", "b 20", "c 30"]);
  expect(loop.nowMs).toBe(100);
});

test("what is called off does not happen", async () => {
  const loop = new SimLoop(new Dice(1));
  const seen: string[] = [];
  const callOff = loop.at(1, () => seen.push("off"));
  loop.at(2, () => seen.push("on"));
  callOff();
  await loop.run(10);
  expect(seen).toEqual(["on"]);
});

test("the order of what happens at once follows from the dice, and differs with them", async () => {
  const orderOf = async (seed: number) => {
    const loop = new SimLoop(new Dice(seed));
    const seen: number[] = [];
    for (let n = 0; n < 20; n++) loop.at(1, () => seen.push(n));
    await loop.run(2);
    return seen;
  };
  expect(await orderOf(1)).toEqual(await orderOf(1));
  expect(await orderOf(2)).not.toEqual(await orderOf(1));
});

test("promises settle before the next thing happens, when what happens concerns them", async () => {
  const loop = new SimLoop(new Dice(1));
  const seen: string[] = [];
  loop.at(1, () => {
    loop.stir();
    void (async () => {
      for (let step = 0; step < 50; step++) await Promise.resolve();
      seen.push("promise");
    })();
  });
  loop.at(1.001, () => seen.push("next"));
  await loop.run(2);
  expect(seen).toEqual(["promise", "next"]);
});

test("a clock that is stopped calls nothing any more", async () => {
  const loop = new SimLoop(new Dice(1));
  const clock = new SimClock(loop, new Dice(2), { stirs: false });
  const seen: string[] = [];
  clock.soon(() => seen.push("soon"));
  clock.alarm(50, () => seen.push("alarm"));
  await loop.run(10);
  clock.stop();
  await loop.run(100);
  expect(seen).toEqual(["soon"]);
});
