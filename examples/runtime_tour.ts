/**
 * Tour of the runtime: a hand-written process, a server, a supervisor, and a caller outside of all.
 *
 * docs/runtime.md explains it piece by piece; test/examples/runtime_tour.test.ts runs it.
 */
import {
  after,
  type CallResult,
  cases,
  DynamicSupervisor,
  exit,
  GenServer,
  monitor,
  on,
  type Pid,
  type Runtime,
  receive,
  Supervisor,
  send,
  spawn,
  Task,
  trapExits,
  type Waiting,
} from "../server/runtime/index.ts";

/** A process that answers "pong" to each "ping" of whoever asks, until it is told to stop. */
export function startPonger(runtime: Runtime): Pid<Ping | "stop"> {
  return runtime.spawn(function* () {
    for (;;) {
      const message = yield* receive<Ping | "stop">();
      if (message === "stop") return;
      send(message.from, "pong");
    }
  });
}
type Ping = { readonly type: "ping"; readonly from: Pid<"pong"> };

/** Selective receive: the end of that one process, or nothing within 100 ms. */
export function startWatcher(runtime: Runtime, note: (line: string) => void): void {
  runtime.spawn(function* () {
    const short = spawn(() => exit({ shutdown: "done" }));
    const ref = monitor(short);
    const line = yield* receive<string>(
      on({ type: "DOWN", ref }, () => "it has ended"),
      after(100, () => "it lives"),
    );
    note(line);
  });
}

type Command = { readonly type: "add"; readonly by: number } | { readonly type: "stop" };

/** A clause for each message of a union; long work gives way by a bare `yield`. */
export function startAdder(runtime: Runtime, note: (sum: number) => void): Pid<Command> {
  return runtime.spawn(function* () {
    let sum = 0;
    for (;;) {
      const added = yield* receive(
        cases<Command, number | undefined>({ add: ({ by }) => by, stop: () => undefined }),
      );
      if (added === undefined) break;
      for (let n = 0; n < added; n++) {
        sum += 1;
        if (n % 1000 === 999) yield;
      }
    }
    note(sum);
  });
}

type Request =
  | ({ readonly type: "next" } & GenServer.Asks<number>)
  | ({ readonly type: "name" } & GenServer.Asks<string>);
type Cast = { readonly type: "crash" };

/** A server: a state, and what each request and cast makes of it. */
const counter: GenServer.Module<number, number, Request, Cast> = {
  name: "counter",
  init: (first) => ["ok", first],
  handleCall(request, _from, count) {
    switch (request.type) {
      case "next":
        return ["reply", count, count + 1];
      case "name":
        return ["reply", `counter at ${count}`, count];
    }
  },
  handleCast: () => exit("crash"),
};

/** Its pid says what may be asked of it, and what comes back. */
export type Counter = GenServer.ServerPid<Request, Cast>;

/** One that no caller can flood: they take turns, and 1,000 messages at most wait in it. */
export function startCounter(runtime: Runtime, first: number): GenServer.Started<Counter> {
  return GenServer.start(runtime, counter, {
    args: first,
    link: true,
    mailbox: { max: 1000, whenFull: "refuse", fair: true },
  });
}

/** A supervision tree: counters that begin again when they crash, and room for jobs. */
export function startTree(runtime: Runtime): GenServer.Started {
  const counterFrom = (first: number): Supervisor.ChildSpec => ({
    id: `counter from ${first}`,
    start: () => startCounter(runtime, first),
  });
  return Supervisor.start(runtime, {
    name: "tree",
    strategy: "one_for_one",
    intensity: { restarts: 3, withinMs: 5_000 },
    children: [
      counterFrom(1),
      counterFrom(100),
      {
        id: "jobs",
        type: "supervisor",
        start: () => DynamicSupervisor.start(runtime, { name: "jobs", childrenMax: 100 }),
      },
    ],
  });
}

/** Work outside of all processes; -1 when it fails or takes more than a second. */
export function* lengthOf(read: (signal: AbortSignal) => Promise<string>): Waiting<number> {
  trapExits(true); // Else a task that fails takes its owner with it.
  const outcome = yield* Task.await(Task.fromPromise(read), 1000);
  return outcome.ok ? outcome.value.length : -1;
}

/** From outside of any process: a promise, which is never rejected. */
export function next(runtime: Runtime, pid: Counter): Promise<CallResult<number>> {
  return runtime.call(pid, { type: "next" }, 1000);
}
