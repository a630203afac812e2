/**
 * ListProcess, given keyed writes again and again: each is in the log once, with one result.
 *
 * Callers send their writes in any order and number, through commits, refusals, crashes, sleeps, an
 * end and a return of the list; at the end each sends what it has no answer to until it has one.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exitProcess } from "../../server/runtime/index.ts";
import type { Command, TodoRequest } from "../../server/todo/todo_request.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { type Asked, type Caller, LIST, ListWorld } from "./list_world.ts";

const WRITES = 6;

type Step =
  | { readonly step: "send"; readonly who: number; readonly write: number }
  | { readonly step: "commit"; readonly count: number }
  | { readonly step: "refuse" | "crash" | "settle" | "sleep" | "end" | "return" };

const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      step: fc.constant("send" as const),
      who: fc.nat(1),
      write: fc.nat(WRITES - 1),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ step: fc.constant("commit" as const), count: fc.nat(3) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constantFrom("refuse", "crash", "settle", "settle", "sleep", "end", "return"),
    }) as fc.Arbitrary<Step>,
  },
);

/** The write of that number: adds, and every third a tx of two adds. */
function writeOf(who: number, write: number): Command {
  const key = `k${write}`; // The same for both callers: a key is its user's.
  const title = `${who}.${write}`;
  const add = { type: "add_todo", todo: { title } } as const;
  return write % 3 === 2 ? { type: "tx", ops: [add, add], key } : { ...add, key };
}

/** One caller's questions, by write. */
class Writer {
  readonly #caller: Caller;
  readonly #who: number;
  readonly asked = new Map<number, Asked[]>();

  constructor(caller: Caller, who: number) {
    this.#caller = caller;
    this.#who = who;
  }

  send(write: number): void {
    const asked = this.#caller.askSoon(writeOf(this.#who, write), { timeoutMs: 1e9 });
    this.asked.set(write, [...(this.asked.get(write) ?? []), asked]);
  }

  ask(request: TodoRequest): void {
    this.#caller.askSoon(request);
  }

  /** The good answers to that write, without the mark of a replay. */
  results(write: number): object[] {
    return (this.asked.get(write) ?? []).flatMap(({ answer }) => {
      if (answer?.ok !== true) return [];
      const { replayed: _replayed, ...result } = answer.result as { replayed?: true };
      return [result];
    });
  }
}

function take(world: ListWorld, writers: readonly Writer[], step: Step): void {
  switch (step.step) {
    case "send":
      return writers[step.who]?.send(step.write);
    case "commit":
      return world.commit(step.count);
    case "refuse":
      return world.refuse("read_only");
    case "settle":
      return world.settle();
    case "sleep":
      return world.pass(2 * IDLE_MS);
    case "end":
      return writers[0]?.ask({ type: "delete_list" });
    case "return":
      return writers[0]?.ask({ type: "restore_list" });
    case "crash": {
      const server = world.directory.whereis(LIST);
      if (server !== undefined) exitProcess(server, "kill");
      return world.settle();
    }
    default:
      step satisfies never;
  }
}

/** Lets everybody have an answer to everything. */
function finish(world: ListWorld, writers: readonly Writer[]): void {
  const flush = () => {
    for (let n = 0; n < 4; n++) {
      world.settle();
      world.commit();
    }
  };
  flush();
  take(world, writers, { step: "return" });
  flush();
  for (const writer of writers) for (let n = 0; n < WRITES; n++) writer.send(n);
  flush();
}

test("a keyed write is done once, and every answer to it is the same", () => {
  let replays = 0;
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 80, size: "max" }), (steps) => {
      const world = new ListWorld();
      const { alice, bob } = world.shared();
      const writers = [new Writer(alice, 0), new Writer(bob, 1)];
      for (const step of steps) take(world, writers, step);
      finish(world, writers);
      const titles: string[] = [];
      for (const [who, writer] of writers.entries()) {
        for (let write = 0; write < WRITES; write++) {
          const [first, ...others] = writer.results(write);
          expect(first).toBeDefined();
          for (const other of others) expect(other).toEqual(first);
          replays += others.length;
          titles.push(...Array<string>(write % 3 === 2 ? 2 : 1).fill(`${who}.${write}`));
        }
      }
      const added = (world.log.durable(LIST) ?? []).flatMap(({ body }) => {
        const { todo } = JSON.parse(body) as { readonly todo?: { readonly title: string } };
        return todo === undefined ? [] : [todo.title];
      });
      expect(added.sort()).toEqual(titles.sort());
    }),
    { numRuns: 300 },
  );
  expect(replays).toBeGreaterThan(500);
});
