/** seed: to-do lists behind the bare queue. */
import type { Todo } from "../../../shared/todo/todo.ts";
import { cpuMs, type Figures, perSecond } from "../run_scenario.ts";
import {
  CALLS_PER_LIST,
  dateOf,
  MIXED_DATES,
  MIXED_OPERATIONS,
  MIXED_TODOS,
  MIXED_TURNS,
  mixedId,
  SEED_A_ADDS,
  SEED_B_SERVERS,
  SEED_DATES,
  SMALL_LIST_TODOS,
} from "../sizes.ts";
import { Actor, send, untilQuiet } from "./queue.ts";
import { RadixList, type Snapshot } from "./radix_list.ts";

type Message =
  | { readonly type: "add"; readonly todo: { readonly title: string; readonly date: string } }
  | { readonly type: "update"; readonly id: number; readonly updater: (todo: Todo) => Todo }
  | { readonly type: "delete"; readonly id: number }
  | { readonly type: "todos"; readonly caller: Actor; readonly date: string }
  | { readonly type: "list"; readonly caller: Actor };

const DATES: readonly string[] = Array.from({ length: MIXED_DATES }, (_, index) => dateOf(index));

function dateFor(index: number): string {
  return DATES[index % MIXED_DATES] ?? "";
}

function startServer(): Actor {
  const list = new RadixList();
  return new Actor((message: Message) => {
    switch (message.type) {
      case "add":
        return list.add(message.todo);
      case "update":
        return list.update(message.id, message.updater);
      case "delete":
        return list.remove(message.id);
      case "todos":
        return send(message.caller, list.todos(message.date));
      case "list":
        return send(message.caller, list.snapshot());
    }
  });
}

function addOne(server: Actor, index: number): void {
  send(server, { type: "add", todo: { title: "Buy milk", date: dateFor(index) } });
}

function ask(server: Actor, caller: Actor, index: number): void {
  send(server, { type: "todos", caller, date: dateFor(index) });
}

/** Adds to one server, then its list; then the next server. */
export async function seedA(size: number): Promise<Figures> {
  const rounds = Math.ceil(size / SEED_A_ADDS);
  let listed = 0;
  const caller = new Actor((snapshot: Snapshot) => {
    listed += snapshot.size;
  });
  const startedAt = cpuMs();
  for (let round = 0; round < rounds; round++) {
    const server = startServer();
    for (let index = 0; index < SEED_A_ADDS; index++) addOne(server, index % SEED_DATES);
    send(server, { type: "list", caller });
    await untilQuiet();
  }
  return { perSecond: perSecond(startedAt, listed) };
}

/** Adds to many servers in turn, then the todos of one date of each. */
export async function seedB(size: number): Promise<Figures> {
  const servers = Array.from({ length: SEED_B_SERVERS }, startServer);
  const each = Math.ceil(size / SEED_B_SERVERS);
  const caller = new Actor(() => undefined);
  const startedAt = cpuMs();
  for (let index = 0; index < each; index++) {
    for (const server of servers) addOne(server, index % SEED_DATES);
  }
  for (const server of servers) ask(server, caller, 0);
  await untilQuiet();
  return { perSecond: perSecond(startedAt, (each + 1) * SEED_B_SERVERS) };
}

/** todos(date), there and back, one after the other. */
export async function todoCall(size: number): Promise<Figures> {
  const server = startServer();
  const dates = SMALL_LIST_TODOS / 2;
  for (let index = 0; index < SMALL_LIST_TODOS; index++) addOne(server, index % dates);
  let answers = 0;
  const caller: Actor = new Actor((entries: readonly Todo[]) => {
    answers += entries.length / 2;
    if (answers < size) ask(server, caller, answers % dates);
  });
  const startedAt = cpuMs();
  ask(server, caller, 0);
  await untilQuiet();
  return { perSecond: perSecond(startedAt, answers) };
}

/** All four operations on a list of many todos; each round begins with a new one. */
export async function todoMixed(size: number): Promise<Figures> {
  let ms = 0;
  let operations = 0;
  for (; operations < size; operations += MIXED_OPERATIONS) {
    const server = startServer();
    for (let index = 0; index < MIXED_TODOS; index++) addOne(server, index);
    await untilQuiet();
    const startedAt = cpuMs();
    await mixedRound(server);
    ms += cpuMs() - startedAt;
  }
  return { perSecond: operations / (ms / 1000) };
}

async function mixedRound(server: Actor): Promise<void> {
  let next = MIXED_TODOS + 1;
  let index = 0;
  const caller: Actor = new Actor(() => {
    while (index < MIXED_OPERATIONS) {
      const turn = MIXED_TURNS[index % MIXED_TURNS.length];
      const id = mixedId(index, next);
      index += 1;
      if (turn === "todos") return ask(server, caller, index - 1);
      if (turn === "add") {
        addOne(server, index - 1);
        next += 1;
      } else if (turn === "update") send(server, { type: "update", id, updater: rename });
      else send(server, { type: "delete", id });
    }
  });
  send(caller, "go");
  await untilQuiet();
}

/** The longest call among many lists. */
export async function worstCall(size: number): Promise<Figures> {
  const servers = Array.from({ length: size }, startServer);
  for (const server of servers) {
    for (let index = 0; index < SMALL_LIST_TODOS; index++) addOne(server, index);
  }
  await untilQuiet();
  const times = new Float64Array(size * CALLS_PER_LIST);
  let call = -1;
  let startedAt = 0;
  const caller: Actor = new Actor(() => {
    if (call >= 0) times[call] = performance.now() - startedAt;
    call += 1;
    if (call === times.length) return;
    const server = servers[(call * 7919) % size] as Actor;
    startedAt = performance.now();
    addOne(server, call);
    ask(server, caller, call);
  });
  send(caller, "go");
  await untilQuiet();
  times.sort();
  return { worstMs: times.at(-1) ?? 0, p999Ms: times[Math.floor(times.length * 0.999)] ?? 0 };
}

function rename(todo: Todo): Todo {
  return { ...todo, title: "Buy oat milk" };
}
