/**
 * ListProcess, whatever happens: random commands, commits, refusals, crashes, a rival.
 *
 * The durable log is the truth. Against it: every answer and every push, when it was heard, the
 * order in which each caller heard them, and a copy kept by pushes alone.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { exitProcess, type Pid } from "../../server/runtime/index.ts";
import type { StoredEvent } from "../../server/storage/event_log.ts";
import type { TodoRequest } from "../../server/todo/todo_request.ts";
import type { List, Member } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { Change, ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { row } from "../storage/samples.ts";
import { Follower, shown } from "./follower.ts";
import { type Asked, type Caller, type Heard, LIST, ListWorld } from "./list_world.ts";

type Step =
  | { readonly step: "ask"; readonly who: number; readonly request: TodoRequest }
  | { readonly step: "settle" | "crash" | "rival" }
  | { readonly step: "commit"; readonly count: number }
  | { readonly step: "refuse"; readonly reason: "read_only" | "constraint" };

const anId = fc.integer({ min: 1, max: 6 });
const aUser = fc.constantFrom("bob", "carol", "eve"); // alice stays, so that her copy is whole.
const aRole = fc.constantFrom("viewer" as const, "editor" as const, "owner" as const);
const aTitle = fc.constantFrom("Milk", "Eggs", "Tea");
const maybeRev = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined, freq: 4 });
const aPatch = fc.oneof(
  fc.record({ done: fc.boolean() }),
  fc.record({ title: aTitle }),
  fc.record({ date: fc.constantFrom(null, "2026-12-24") }),
);

const aRead = fc.constantFrom<TodoRequest>(
  { type: "list" },
  { type: "todos", date: null },
  { type: "members" },
  { type: "subscribe" },
  { type: "unsubscribe" },
  { type: "start" },
);
const aWrite: fc.Arbitrary<TodoRequest> = fc.oneof(
  { weight: 5, arbitrary: aTitle.map((title) => ({ type: "add_todo", todo: { title } }) as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("update_todo" as const),
      id: anId,
      change: fc.record({ patch: aPatch }),
      ifRev: maybeRev,
    }),
  },
  fc.record({ type: fc.constant("delete_todo" as const), id: anId, ifRev: maybeRev }),
  fc.record({ type: fc.constant("rename_list" as const), title: aTitle }),
  fc.record({ type: fc.constant("share" as const), user: aUser, role: aRole }),
  fc.record({ type: fc.constant("unshare" as const), user: aUser }),
);
const anAsk = fc.record({
  step: fc.constant("ask" as const),
  who: fc.constantFrom(0, 0, 0, 1, 1, 2, 3),
  request: fc.oneof({ weight: 3, arbitrary: aWrite }, { weight: 2, arbitrary: aRead }),
});
const calm: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 30, arbitrary: anAsk },
  { weight: 8, arbitrary: fc.record({ step: fc.constant("settle" as const) }) },
  {
    weight: 10,
    arbitrary: fc.record({ step: fc.constant("commit" as const), count: fc.nat(4) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant("refuse" as const),
      reason: fc.constantFrom("read_only" as const, "constraint" as const),
    }),
  },
];
const storm: fc.WeightedArbitrary<Step> = {
  weight: 1,
  arbitrary: fc.record({ step: fc.constantFrom("crash" as const, "rival" as const) }),
};

/** How many events a load has after its snapshot; undefined: it has none. */
const anyCut = fc.option(fc.nat(4), { nil: undefined });
const manyOf = (aStep: fc.Arbitrary<Step>) =>
  fc.array(aStep, { minLength: 1, maxLength: 120, size: "max" });

/** What the checks looked at, over all runs: or they have seen nothing. */
const tried = { changes: 0, refusals: 0, pushes: 0, crashed: 0, rivals: 0 };

test.each([
  ["a list's process that lives", fc.oneof(...calm), false],
  ["one that crashes, and has a rival that writes to its log", fc.oneof(...calm, storm), true],
])("what is said is true, durable, in order and complete: %s", (_, aStep, isStormy) => {
  for (const kind of Object.keys(tried)) tried[kind as keyof typeof tried] = 0;
  fc.assert(
    fc.property(manyOf(aStep), anyCut, (steps, snapshotsBut) => {
      const { callers, follower, world } = play(steps, snapshotsBut);
      const states = statesOf(world);
      expect(follower.faults).toEqual([]);
      expect(shown(follower.state)).toEqual(shown(states.at(-1) as ListState));
      for (const caller of callers) {
        checkTruth(caller, states);
        checkOrder(caller);
      }
      checkWrites(world, callers);
    }),
    { numRuns: 250 },
  );
  const { changes, refusals, pushes, crashed, rivals } = tried;
  expect(Math.min(changes, refusals, pushes)).toBeGreaterThan(50);
  expect([crashed > 50, rivals > 50]).toEqual([isStormy, isStormy]);
});

/** Plays the steps, then commits what is left and lets everybody hear all. */
function play(steps: readonly Step[], snapshotsBut: number | undefined) {
  const world = new ListWorld();
  world.log.snapshotsBut = snapshotsBut;
  const { alice, bob, carol } = world.shared();
  const callers = [alice, bob, carol, world.caller("eve")];
  for (const caller of callers) caller.heardAll.length = 0;
  const follower = new Follower(world.caller("alice"));
  for (const step of [...steps, ...END]) {
    take(world, callers, step);
    follower.follow();
  }
  return { world, callers, follower };
}

/** A write that makes an outdated process notice; the rest lets the copy join again. */
const LAST: TodoRequest = { type: "add_todo", todo: { title: "last" } };
const FLUSH: readonly Step[] = [{ step: "settle" }, { step: "commit", count: 9999 }];
const END: readonly Step[] = [
  ...FLUSH,
  { step: "ask", who: 0, request: LAST },
  ...FLUSH,
  ...FLUSH,
  ...FLUSH,
];

function take(world: ListWorld, callers: readonly Caller[], step: Step): void {
  switch (step.step) {
    case "ask":
      callers[step.who]?.askSoon(step.request);
      return;
    case "settle":
      return world.settle();
    case "commit":
      return world.commit(step.count);
    case "refuse":
      return world.refuse(step.reason);
    case "crash":
      exitProcess(world.directory.find(LIST) as Pid, "kill");
      return world.settle();
    case "rival": {
      const seq = world.log.seqOf(LIST) + 1;
      const body = JSON.stringify({ op: "list_renamed", title: `rival's ${seq}` });
      world.log.writeBehindItsBack({
        list: LIST,
        rows: [row(seq, { body, user: "rival", pid: "<0.0.0>" })],
      });
      return;
    }
    default:
      step satisfies never;
  }
}

/** The list at every seq, by the log: states[0] before the first event. */
function statesOf(world: ListWorld): ListState[] {
  const states = [TodoEvents.empty("Groceries", "alice")];
  for (const [index, { seq, body }] of (world.log.durable(LIST) ?? []).entries()) {
    expect(seq).toBe(index + 1);
    const change = JSON.parse(body) as Change;
    states.push(TodoEvents.apply(states[index] as ListState, { ...change, seq }));
  }
  return states;
}

/** Everything heard was durable then, and says what the list was at the seq that it speaks of. */
function checkTruth(caller: Caller, states: readonly ListState[]): void {
  for (const heard of caller.heardAll) {
    if (heard.kind === "down") continue;
    const seq = seqOf(heard);
    if (seq === undefined) continue;
    expect(seq).toBeLessThanOrEqual(heard.durable);
    if (heard.kind === "answer") checkAnswer(heard.asked, states[seq] as ListState);
  }
}

function checkAnswer({ request, answer }: Asked, state: ListState): void {
  if (answer?.ok !== true) return;
  const { result } = answer;
  const todos = [...TodoList.page(state.todos, 0)];
  switch (request.type) {
    case "list":
    case "subscribe": {
      const { title, seq, next, todos: read } = result as List;
      return expect({ title, seq, next, todos: read }).toEqual(shown(state));
    }
    case "todos":
      return expect((result as List).todos).toEqual(todos.filter(({ date }) => date === null));
    case "members":
    case "share":
    case "unshare": {
      const { members } = result as { readonly members: readonly Member[] };
      return expect(new Map(members.map(({ user, role }) => [user, role]))).toEqual(state.members);
    }
    case "update_todo": {
      const { todo } = result as { readonly todo: Todo };
      return expect(TodoList.get(state.todos, todo.id)).toEqual(todo);
    }
    default:
  }
}

/** Seqs never go back; a subscriber hears each event once; nothing follows `gone`. */
function checkOrder(caller: Caller): void {
  let said = 0;
  let next: number | undefined; // The event that must come next; undefined: it is not subscribed.
  for (const heard of caller.heardAll) {
    const seq = seqOf(heard);
    if (seq !== undefined) {
      expect(seq).toBeGreaterThanOrEqual(said);
      said = seq;
    }
    if (heard.kind === "down") next = undefined;
    else if (heard.kind === "answer") next = afterAnswer(heard.asked, next);
    else if (heard.push.type === "gone") {
      expect(next).toBeDefined();
      next = undefined;
    } else {
      tried.pushes += 1;
      expect(heard.push.seq).toBe(next);
      next = heard.push.seq + 1;
    }
  }
}

function afterAnswer({ request, answer }: Asked, next: number | undefined): number | undefined {
  if (answer?.ok !== true) return next;
  if (request.type === "unsubscribe") return undefined;
  const { seq, changed } = answer.result as { readonly seq: number; readonly changed?: boolean };
  if (request.type === "subscribe") return seq + 1;
  const isWrite = request.type === "add_todo" || changed === true;
  if (isWrite && next !== undefined) expect(seq).toBe(next); // Before its own push.
  return next;
}

/** Every change answered well is in the log once; every one refused is not; nothing else is. */
function checkWrites(world: ListWorld, callers: readonly Caller[]): void {
  const events = new Map((world.log.durable(LIST) ?? []).map((event) => [event.seq, event]));
  for (const seq of [1, 2]) events.delete(seq); // What made the list before the first step.
  const answered = callers.flatMap((caller) =>
    caller.heardAll.flatMap((heard) =>
      heard.kind === "answer" ? [{ caller, ...heard.asked }] : [],
    ),
  );
  for (const { caller, request, answer } of answered) {
    if (answer?.ok !== true) tried.refusals += 1;
    else if (isChange(request, answer.result)) {
      const { seq } = answer.result as { readonly seq: number };
      const event = events.get(seq) as StoredEvent;
      tried.changes += 1;
      events.delete(seq); // A second answer of the same seq would find none.
      expect([event.user, event.pid]).toEqual([caller.user, String(caller.pid)]);
      expect(opOf(event)).toBe(OPS[request.type]);
    }
  }
  checkUnanswered([...events.values()], callers);
}

/** What the log has beyond that is the rival's, or of those whose list's process died. */
function checkUnanswered(events: readonly StoredEvent[], callers: readonly Caller[]): void {
  for (const caller of callers) {
    const ofCaller = events.filter(({ pid }) => pid === String(caller.pid)).map(opOf);
    const died = caller.heard.filter((line) => line.endsWith(" crashed"));
    tried.crashed += died.length;
    expect(ofCaller.length).toBeLessThanOrEqual(died.length);
  }
  const mine = new Set(callers.map(({ pid }) => String(pid)));
  const others = events.filter(({ pid }) => !mine.has(pid));
  expect(others.every(({ user }) => user === "rival")).toBe(true);
  tried.rivals += others.length;
}

const OPS: { readonly [Type in TodoRequest["type"]]?: Change["op"] } = {
  add_todo: "todo_added",
  update_todo: "todo_updated",
  delete_todo: "todo_deleted",
  rename_list: "list_renamed",
  share: "member_set",
  unshare: "member_removed",
};

function isChange({ type }: TodoRequest, result: object): boolean {
  return type === "add_todo" || (result as { readonly changed?: boolean }).changed === true;
}

function opOf({ body }: StoredEvent): string {
  return (JSON.parse(body) as Change).op;
}

function seqOf(heard: Heard): number | undefined {
  if (heard.kind === "down") return undefined;
  if (heard.kind === "push") return heard.push.type === "event" ? heard.push.seq : undefined;
  const { answer } = heard.asked;
  return answer?.ok === true ? (answer.result as { readonly seq?: number }).seq : undefined;
}
