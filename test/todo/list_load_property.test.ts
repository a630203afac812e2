/**
 * A list that is loaded, falls asleep and dies at any moment: nobody's request is lost, doubled or
 * answered before one that came earlier, whether the load starts from a snapshot or not.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exitProcess, type Pid } from "../../server/runtime/index.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import type { Change } from "../../shared/todo/todo_event.ts";
import { type Asked, type Caller, LIST, ListWorld } from "./list_world.ts";

type Step =
  | { readonly step: "add" | "list"; readonly who: number }
  | { readonly step: "sleep" | "crash" | "hold" | "load" | "settle" | "commit" | "snapshot" };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constantFrom("add" as const, "add" as const, "list" as const),
      who: fc.nat(2),
    }),
  },
  fc.record({
    step: fc.constantFrom(
      "sleep" as const,
      "crash" as const,
      "hold" as const,
      "load" as const,
      "settle" as const,
      "commit" as const,
      "snapshot" as const,
    ),
  }),
);

/** How often what is tested came to be. */
const reached = { waitedForLoad: 0, slept: 0, crashed: 0, fromSnapshot: 0 };

test("requests are answered once each, in the order they came, through loads and sleep", () => {
  fc.assert(
    fc.property(fc.array(aStep, { minLength: 5, maxLength: 60, size: "max" }), (steps) => {
      const world = new ListWorld();
      const { alice, bob, carol } = world.shared();
      const callers = [alice, bob, carol];
      for (const caller of callers) caller.heardAll.length = 0;
      const asked: Asked[] = [];
      for (const [index, step] of steps.entries()) {
        const one = take(world, callers, { ...step, title: `t${index}` });
        if (one !== undefined) asked.push(one);
      }
      world.log.answerLoads();
      for (let n = 0; n < 3; n++) world.commit();
      world.settle();
      checkAnswers(callers, asked);
      checkLog(world, asked);
    }),
    { numRuns: 300 },
  );
  expect(Math.min(...Object.values(reached))).toBeGreaterThan(30);
});

function take(
  world: ListWorld,
  callers: readonly Caller[],
  { title, ...step }: Step & { readonly title: string },
): Asked | undefined {
  const { log, directory } = world;
  switch (step.step) {
    case "add":
    case "list": {
      const caller = callers[step.who] as Caller;
      if (log.holdsLoads && directory.whereis(LIST) === undefined) reached.waitedForLoad += 1;
      const forever = { timeoutMs: Number.POSITIVE_INFINITY };
      if (step.step === "list") return caller.askSoon({ type: "list" }, forever);
      return caller.askSoon({ type: "add_todo", todo: { title } }, forever);
    }
    case "sleep":
      if (directory.whereis(LIST) !== undefined) reached.slept += 1;
      world.pass(2 * IDLE_MS);
      return undefined;
    case "crash": {
      const server = directory.whereis(LIST);
      if (server === undefined) return undefined;
      reached.crashed += 1;
      exitProcess(server as Pid, "kill");
      return undefined;
    }
    case "hold":
      log.holdsLoads = true;
      return undefined;
    case "snapshot":
      log.snapshotsBut = log.snapshotsBut === undefined ? 1 : undefined;
      if (log.snapshotsBut !== undefined) reached.fromSnapshot += 1;
      return undefined;
    case "load":
      log.answerLoads();
      return undefined;
    case "settle":
      world.settle();
      return undefined;
    case "commit":
      world.commit();
      return undefined;
    default:
      return step satisfies never;
  }
}

/** Each question that found a process has one answer, and each caller has its in order. */
function checkAnswers(callers: readonly Caller[], asked: readonly Asked[]): void {
  const unanswered = asked.filter(({ server, answer }) => server !== undefined && !answer);
  expect(unanswered).toEqual([]);
  for (const caller of callers) {
    const order = caller.heardAll.flatMap((heard) =>
      heard.kind === "answer" ? [asked.indexOf(heard.asked)] : [],
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
  }
}

/** What was answered well is in the log once, at the seq it was told of; what crashed, at most. */
function checkLog(world: ListWorld, asked: readonly Asked[]): void {
  const titles = new Map<string, number>();
  for (const { seq, body } of world.log.durable(LIST) ?? []) {
    const change = JSON.parse(body) as Change;
    if (change.op !== "todo_added") continue;
    expect(titles.has(change.todo.title)).toBe(false);
    titles.set(change.todo.title, seq);
  }
  for (const { request, answer } of asked) {
    if (request.type !== "add_todo") continue;
    const { title } = request.todo;
    if (answer?.ok === true) {
      expect(titles.get(title)).toBe((answer.result as { readonly seq: number }).seq);
    } else if (answer === undefined) {
      expect(titles.has(title)).toBe(false); // It found no process: the list was left alone.
    }
    titles.delete(title);
  }
  expect([...titles]).toEqual([]);
}
