/** pace: closed and open loop, on a clock of the test's own. */
import { expect, test } from "vitest";
import { Pace, type Performed, type Performer } from "./pace.ts";

/** A clock that moves only by `advance`, which runs what is due on the way. */
class Clock {
  #nowUs = 0;
  #timers: { atUs: number; run: () => void }[] = [];

  nowUs(): number {
    return this.#nowUs;
  }

  later(ms: number, run: () => void): void {
    this.#timers.push({ atUs: this.#nowUs + ms * 1000, run });
  }

  advance(ms: number): void {
    const untilUs = this.#nowUs + ms * 1000;
    for (;;) {
      this.#timers.sort((a, b) => a.atUs - b.atUs);
      const next = this.#timers[0];
      if (next === undefined || next.atUs > untilUs) break;
      this.#timers.shift();
      this.#nowUs = next.atUs;
      next.run();
    }
    this.#nowUs = untilUs;
  }
}

/** Begins operations and answers them when the test says so. */
class Puppet implements Performer {
  readonly startsUs: number[] = [];
  readonly #under: ((how: Performed) => void)[] = [];

  get underWay(): number {
    return this.#under.length;
  }

  perform(startUs: number, done: (how: Performed) => void): void {
    this.startsUs.push(startUs);
    this.#under.push(done);
  }

  answer(how: Performed = "answered"): void {
    this.#under.shift()?.(how);
  }
}

function paced(rate: number | undefined, outstanding: number, performers = 1) {
  const clock = new Clock();
  const puppets = Array.from({ length: performers }, () => new Puppet());
  const pace = new Pace({ performers: puppets, rate, outstanding, clock });
  return { clock, puppets, puppet: puppets[0] as Puppet, pace };
}

test("closed loop: each slot goes on when it is answered, and not before", () => {
  const { clock, puppet, pace } = paced(undefined, 2);
  pace.begin();
  clock.advance(1000);
  expect(puppet.startsUs).toEqual([0, 0]);
  puppet.answer();
  expect(puppet.startsUs).toEqual([0, 0, 1_000_000]);
  expect(puppet.underWay).toBe(2);
  expect(pace.unsent).toBe(0);
});

test("open loop: operations begin at their rate, whatever the answers do", () => {
  const { clock, puppets, pace } = paced(100, 50, 2);
  pace.begin();
  clock.advance(200);
  const starts = puppets.flatMap(({ startsUs }) => startsUs).sort((a, b) => a - b);
  expect(starts).toHaveLength(20);
  expect(starts.every((us, index) => Math.abs(us - (index + 1) * 10_000) <= 2000)).toBe(true);
  expect(puppets.map(({ underWay }) => underWay)).toEqual([10, 10]);
});

test("an operation that waited for a slot is timed from when it was due", () => {
  const { clock, puppet, pace } = paced(100, 1);
  pace.begin();
  clock.advance(100);
  expect(puppet.startsUs).toEqual([10_000]);
  expect(pace.unsent).toBe(9);
  puppet.answer();
  puppet.answer();
  expect(puppet.startsUs).toEqual([10_000, 20_000, 30_000]);
  expect(pace.unsent).toBe(7);
});

test("a refusal is not repeated at once, and one that is over does nothing more", () => {
  const { clock, puppets, pace } = paced(undefined, 1, 2);
  pace.begin();
  puppets[0]?.answer("refused");
  puppets[1]?.answer("over");
  expect(puppets.map(({ startsUs }) => startsUs.length)).toEqual([1, 1]);
  clock.advance(10);
  expect(puppets.map(({ startsUs }) => startsUs.length)).toEqual([2, 1]);
});

test.each([undefined, 1000])(
  "after the end nothing begins, and it waits (rate %s)",
  async (rate) => {
    const { clock, puppet, pace } = paced(rate, 3);
    pace.begin();
    clock.advance(5);
    let ended = false;
    const end = pace.end().then(() => {
      ended = true;
    });
    puppet.answer();
    puppet.answer("refused");
    clock.advance(1000);
    await Promise.resolve();
    expect([puppet.startsUs.length, puppet.underWay, ended]).toEqual([3, 1, false]);
    puppet.answer("over");
    await end;
  },
);
