/** seed: the article's TodoServer, examples/seed_todo_server.ts as it is, on our runtime. */
import * as TodoServer from "../../../examples/seed_todo_server.ts";
import type { Pid, Waiting } from "../../../server/runtime/index.ts";
import type { Todo } from "../../../shared/todo/todo.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";
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
import { inProcess } from "./own_runtime.ts";

type Server = Pid<TodoServer.Message>;

const DATES: readonly string[] = Array.from({ length: MIXED_DATES }, (_, index) => dateOf(index));

function dateFor(index: number): string {
  return DATES[index % MIXED_DATES] ?? "";
}

/** Adds to one server, then its list; then the same with the next server. */
export function seedA(size: number): Promise<Figures> {
  return inProcess(function* () {
    const rounds = Math.ceil(size / SEED_A_ADDS);
    const startedAt = cpuMs();
    for (let round = 0; round < rounds; round++) {
      const server = TodoServer.start();
      for (let index = 0; index < SEED_A_ADDS; index++) addOne(server, index % SEED_DATES);
      const list = yield* TodoServer.list(server);
      if ("error" in list || TodoList.size(list) !== SEED_A_ADDS) throw new Error("wrong list");
    }
    return { perSecond: perSecond(startedAt, rounds * SEED_A_ADDS) };
  });
}

/** Adds to many servers in turn, then the todos of one date of each. */
export function seedB(size: number): Promise<Figures> {
  return inProcess(function* () {
    const servers = Array.from({ length: SEED_B_SERVERS }, () => TodoServer.start());
    const each = Math.ceil(size / SEED_B_SERVERS);
    const startedAt = cpuMs();
    for (let index = 0; index < each; index++) {
      for (const server of servers) addOne(server, index % SEED_DATES);
    }
    for (const server of servers) yield* todosOf(server, 0);
    return { perSecond: perSecond(startedAt, (each + 1) * SEED_B_SERVERS) };
  });
}

/** todos(date), there and back: two of ten todos. */
export function todoCall(size: number): Promise<Figures> {
  return inProcess(function* () {
    const server = TodoServer.start();
    const dates = SMALL_LIST_TODOS / 2;
    for (let index = 0; index < SMALL_LIST_TODOS; index++) addOne(server, index % dates);
    const startedAt = cpuMs();
    for (let index = 0; index < size; index++) {
      const entries = yield* todosOf(server, index % dates);
      if (entries.length !== 2) throw new Error(`${entries.length} todos, want 2`);
    }
    return { perSecond: perSecond(startedAt, size) };
  });
}

/** All four operations on a list of many todos; each round begins with a new one. */
export function todoMixed(size: number): Promise<Figures> {
  return inProcess(function* () {
    let ms = 0;
    let operations = 0;
    while (operations < size) {
      const server = TodoServer.start();
      for (let index = 0; index < MIXED_TODOS; index++) addOne(server, index);
      yield* todosOf(server, 0);
      const startedAt = cpuMs();
      yield* mixedRound(server);
      ms += cpuMs() - startedAt;
      operations += MIXED_OPERATIONS;
    }
    return { perSecond: operations / (ms / 1000) };
  });
}

function* mixedRound(server: Server): Waiting<void> {
  let next = MIXED_TODOS + 1;
  for (let index = 0; index < MIXED_OPERATIONS; index++) {
    switch (MIXED_TURNS[index % MIXED_TURNS.length]) {
      case "add":
        addOne(server, index);
        next += 1;
        break;
      case "update":
        TodoServer.updateTodo(server, mixedId(index, next), rename);
        break;
      case "delete":
        TodoServer.deleteTodo(server, mixedId(index, next));
        break;
      default:
        yield* todosOf(server, index);
    }
  }
  yield* todosOf(server, 0); // The last casts are done.
}

/** The longest call among many lists that live on the heap and change all the time. */
export function worstCall(size: number): Promise<Figures> {
  return inProcess(function* () {
    const servers = Array.from({ length: size }, () => TodoServer.start());
    for (const server of servers) {
      for (let index = 0; index < SMALL_LIST_TODOS; index++) addOne(server, index);
      yield* todosOf(server, 0);
    }
    const times = new Float64Array(size * CALLS_PER_LIST);
    for (let call = 0; call < times.length; call++) {
      const server = servers[(call * 7919) % size] as Server;
      const startedAt = performance.now();
      addOne(server, call);
      yield* todosOf(server, call);
      times[call] = performance.now() - startedAt;
    }
    times.sort();
    return { worstMs: times.at(-1) ?? 0, p999Ms: times[Math.floor(times.length * 0.999)] ?? 0 };
  });
}

function addOne(server: Server, index: number): void {
  TodoServer.addTodo(server, { title: "Buy milk", date: dateFor(index) });
}

function* todosOf(server: Server, index: number): Waiting<readonly Todo[]> {
  const entries = yield* TodoServer.todos(server, dateFor(index));
  if ("error" in entries) throw new Error("no answer");
  return entries;
}

function rename(todo: Todo): Todo {
  return { ...todo, title: "Buy oat milk" };
}
