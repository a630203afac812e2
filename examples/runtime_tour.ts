/**
 * Tour of the runtime: a hand-written process, a server, a supervisor, and a caller outside of all.
 *
 * docs/runtime.md explains it piece by piece; test/examples/runtime_tour.test.ts runs it.
 */
import {
  after,
  type CallResult,
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

/** A server: a state, and what each request and cast makes of it. */
const counter: GenServer.Module<number, number, "next", "crash"> = {
  name: "counter",
  init: (first) => ["ok", first],
  handleCall: (_next, _from, count) => ["reply", count, count + 1],
  handleCast: () => exit("crash"),
};

/** Its supervisor: one that crashes is started again, with a fresh state. */
export function startCounters(runtime: Runtime): GenServer.Started {
  const counterFrom = (first: number): Supervisor.ChildSpec => ({
    id: `counter from ${first}`,
    start: () => GenServer.start(runtime, counter, { args: first, link: true }),
  });
  return Supervisor.start(runtime, {
    name: "counters",
    children: [counterFrom(1), counterFrom(100)],
  });
}

/** From outside of any process: a promise, which is never rejected. */
export function next(runtime: Runtime, pid: Pid): Promise<CallResult<number>> {
  return runtime.call<number>(pid, "next", 1000);
}
