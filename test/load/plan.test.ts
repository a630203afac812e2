/** plan: who sits where, for shapes of every size. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseLoad } from "./load_options.ts";
import { type Plan, planOf, type Seat } from "./plan.ts";

function plan(args: string, user?: string): Plan {
  const parsed = parseLoad(args.split(" "), {});
  if (parsed.kind !== "options") throw new Error(JSON.stringify(parsed));
  return planOf(parsed.options, { run: "run", user });
}

function seats({ shares }: Plan): Seat[] {
  return shares.flatMap((share) => share.seats);
}

test("call: each connection has a list of its own, whose owner it is", () => {
  const { lists, ...rest } = plan("call --connections 3 --workers 2");
  expect(lists.map(({ id, owner, members }) => [id, owner, members])).toEqual([
    ["run-1", "load-1", []],
    ["run-2", "load-2", []],
    ["run-3", "load-3", []],
  ]);
  expect(rest.shares.map((share) => share.seats.map(({ list, user }) => [list, user]))).toEqual([
    [
      ["run-1", "load-1"],
      ["run-3", "load-3"],
    ],
    [["run-2", "load-2"]],
  ]);
});

test("fanout: the writers come on top, on the same list, and are in every process", () => {
  const planned = plan("fanout --connections 10 --writers 2");
  expect(planned.lists).toHaveLength(1);
  expect(seats(planned).filter(({ subscribes }) => subscribes)).toHaveLength(10);
  for (const share of planned.shares) {
    expect(share.seats.filter(({ writes }) => writes)).toHaveLength(1);
  }
});

test("idle: one writer in all, whose process gets the whole rate", () => {
  const { shares } = plan("idle --connections 7 --lists 3");
  expect(shares.map(({ rate }) => rate)).toEqual([1, 0]);
});

test("with one token all are its user", () => {
  const planned = plan("rooms", "alice");
  expect(planned.users).toEqual(["alice"]);
  expect(planned.lists.map(({ owner, members }) => [owner, members])).toEqual(
    Array.from({ length: 5 }, () => ["alice", []]),
  );
  expect(seats(planned).every(({ user }) => user === "alice")).toBe(true);
});

test("rooms of any size: everyone sits once, is a member, and each list has its writers", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 20 }),
      fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 8 })),
      (lists, writers, [more, workers]) => {
        const connections = lists * writers + more;
        const planned = plan(
          `rooms --connections ${connections} --lists ${lists} --writers ${writers} ` +
            `--workers ${workers} --rate 100`,
        );
        expect(seats(planned)).toHaveLength(connections);
        for (const { id, owner, members } of planned.lists) {
          const own = seats(planned).filter(({ list }) => list === id);
          expect(own.filter(({ writes }) => writes)).toHaveLength(writers);
          expect(own.every(({ user }) => user === owner || members.includes(user))).toBe(true);
          expect(own.every(({ todosMax }) => todosMax * writers <= 1000)).toBe(true);
        }
        const rates = planned.shares.map(({ rate }) => rate ?? Number.NaN);
        expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(100);
      },
    ),
  );
});

test("no user owns more than 100 lists: new ones are limited per user", () => {
  const { lists } = plan("call --connections 2500");
  const perOwner = [...Map.groupBy(lists, ({ owner }) => owner).values()];
  expect(Math.max(...perOwner.map((own) => own.length))).toBe(100);
});
