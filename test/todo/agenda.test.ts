/**
 * Agenda: dated todos over all of a user's lists, page by page.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exitProcess, makeRef, Reply, startCallback } from "../../server/runtime/index.ts";
import type { AgendaQuery } from "../../server/todo/agenda.ts";
import type { Answer } from "../../server/todo/todo_request.ts";
import { IDLE_MS } from "../../server/todo/todo_server.ts";
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import type { Results } from "../../shared/protocol/results.ts";
import type { NewTodo } from "../../shared/todo/todo.ts";
import { ListWorld } from "./list_world.ts";

type Agenda = Results<"agenda">;

/** alice's lists, by id. */
function worldOf(lists: { readonly [list: string]: readonly NewTodo[] }): ListWorld {
  const world = new ListWorld();
  const alice = world.caller("alice");
  for (const [list, todos] of Object.entries(lists)) {
    alice.ask({ type: "start", title: `Title of ${list}` }, { list });
    for (const todo of todos) alice.askSoon({ type: "add_todo", todo }, { list });
    world.settle();
  }
  world.commit();
  return world;
}

function ask(world: ListWorld, query: Partial<AgendaQuery>): Answer {
  const answers: Answer[] = [];
  const to = startCallback(world.runtime, (message) => {
    if (message instanceof Reply) answers.push((message as Reply<Answer>).value);
  });
  const deadline = world.clock.now() + 5000;
  const asker = { to: to.pid, ref: makeRef() };
  world.directory.agenda({ user: "alice", deadline, ...asker, ...query });
  world.settle();
  const [answer] = answers;
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

function agenda(world: ListWorld, query: Partial<AgendaQuery>): Agenda {
  const answer = ask(world, query);
  if (!answer.ok) throw new Error(answer.kind);
  return answer.result as Agenda;
}

/** "list:id" of each todo, over all pages. */
function all(world: ListWorld, query: Partial<AgendaQuery>): { found: string[]; pages: number } {
  const found: string[] = [];
  let after: Partial<AgendaQuery> = {};
  for (let pages = 1; ; pages++) {
    const { lists, more } = agenda(world, { ...query, ...after });
    const bytes = Buffer.byteLength(JSON.stringify(lists));
    expect(bytes).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    for (const { list, todos } of lists) found.push(...todos.map(({ id }) => `${list}:${id}`));
    const last = lists.at(-1);
    if (more !== true || last === undefined) return { found, pages };
    after = { after: last.list, afterId: last.todos.at(-1)?.id };
  }
}

const MON = "2026-11-23";
const TUE = "2026-11-24";
const WED = "2026-11-25";

const WORLD = {
  b: [
    { title: "late", date: WED },
    { title: "early", date: MON },
    { title: "done", date: TUE, done: true },
  ],
  a: [{ title: "never" }, { title: "tue", date: TUE }],
  c: [{ title: "never" }],
};

describe("agenda", () => {
  test("has the open todos of those days, by list and id; never undated ones", () => {
    const world = worldOf(WORLD);
    expect(all(world, {}).found).toEqual(["a:2", "b:1", "b:2"]);
    expect(all(world, { done: true }).found).toEqual(["a:2", "b:1", "b:2", "b:3"]);
    expect(all(world, { from: TUE }).found).toEqual(["a:2", "b:1"]);
    expect(all(world, { until: TUE }).found).toEqual(["a:2", "b:2"]);
    expect(all(world, { from: TUE, until: TUE, done: true }).found).toEqual(["a:2", "b:3"]);
    expect(all(world, { from: WED, until: MON }).found).toEqual([]);
    expect(agenda(world, { from: TUE, until: TUE })).toEqual({
      lists: [
        {
          list: "a",
          title: "Title of a",
          seq: 2,
          todos: [{ id: 2, title: "tue", date: TUE, done: false, rev: 2 }],
        },
      ],
    });
  });

  test("counts lists by its limit, and has more only when there is", () => {
    const world = worldOf(WORLD);
    expect(agenda(world, { limit: 1 })).toMatchObject({ lists: [{ list: "a" }], more: true });
    expect(agenda(world, { limit: 2 })).not.toHaveProperty("more");
    expect(agenda(world, { limit: 1, after: "a" })).toMatchObject({ lists: [{ list: "b" }] });
    expect(all(world, { limit: 1 })).toEqual({ found: ["a:2", "b:1", "b:2"], pages: 2 });
  });

  test("is of the user's own lists, as far as they are shared at that moment", () => {
    const world = worldOf(WORLD);
    expect(agenda(world, { user: "eve" })).toEqual({ lists: [] });
    const alice = world.caller("alice");
    alice.ask({ type: "share", user: "eve", role: "viewer" }, { list: "b" });
    world.commit();
    expect(all(world, { user: "eve" }).found).toEqual(["b:1", "b:2"]);
  });

  test("goes on within a list that does not fit", () => {
    const notes = "n".repeat(10_000);
    const long = Array.from({ length: 60 }, () => ({ title: "x", date: MON, notes }));
    const world = worldOf({ a: long, b: [{ title: "x", date: MON }] });
    const { found, pages } = all(world, {});
    expect(found).toEqual([...long.map((_, index) => `a:${index + 1}`), "b:1"]);
    expect(pages).toBe(3);
  });

  test("finds each todo once, whatever the lists, the days and the limit", () => {
    const aTodo = fc.record({
      title: fc.constant("x"),
      date: fc.constantFrom(MON, TUE, WED, null),
      done: fc.boolean(),
      notes: fc.constantFrom("", "n".repeat(9_000)),
    });
    const someLists = fc.array(fc.array(aTodo, { maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(someLists, fc.integer({ min: 1, max: 4 }), fc.boolean(), (lists, limit, done) => {
        const named = Object.fromEntries(lists.map((todos, index) => [`l${index}`, todos]));
        const wanted = lists.flatMap((todos, index) =>
          todos.flatMap((todo, place) => {
            const isWanted = todo.date !== null && todo.date >= TUE && (done || !todo.done);
            return isWanted ? [`l${index}:${place + 1}`] : [];
          }),
        );
        expect(all(worldOf(named), { from: TUE, done, limit }).found).toEqual(wanted);
      }),
      { numRuns: 30 },
    );
  });

  test("names lists that are damaged, and tells the rest", () => {
    const world = worldOf(WORLD);
    world.pass(2 * IDLE_MS);
    for (const list of ["b", "c"]) world.log.breakFor(list);
    for (let n = 0; n < 2; n++) {
      const told = { lists: [{ list: "a" }], missing: ["b", "c"] };
      expect(agenda(world, {})).toMatchObject(told);
      world.pass(2 * IDLE_MS);
    }
  });

  test("stops when nobody wants it any more", () => {
    const world = worldOf(WORLD);
    world.pass(2 * IDLE_MS);
    const to = startCallback(world.runtime, () => {});
    exitProcess(to.pid, "kill");
    const asker = { user: "alice", to: to.pid, ref: makeRef(), deadline: Infinity };
    world.directory.agenda(asker);
    world.settle();
    expect(world.directory.size).toBe(0); // No list was started for it.
  });

  test("is given up when its time is over", () => {
    const world = worldOf(WORLD);
    expect(ask(world, { deadline: world.clock.now() })).toMatchObject({ kind: "timeout" });
  });
});
