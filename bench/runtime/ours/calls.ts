/** calls: GenServer calls and casts, and a reply that others' mail waits beside, on our runtime. */
import {
  type Call,
  call,
  GenServer,
  type Pid,
  receive,
  reply,
  self,
  send,
  spawn,
  type Waiting,
} from "../../../server/runtime/index.ts";
import { cpuMs, type Figures, perSecond } from "../run_scenario.ts";
import { BACKLOG_MESSAGES } from "../sizes.ts";
import { inProcess, runtime } from "./own_runtime.ts";

type Get = { readonly type: "get" } & GenServer.Asks<number>;
type Counter = GenServer.ServerPid<Get, "increment">;

const GET: Get = { type: "get" };

const counter: GenServer.Module<number, number, Get, "increment"> = {
  name: "counter",
  init: (first) => ["ok", first],
  handleCall: (_get, _from, count) => ["reply", count, count],
  handleCast: (_increment, count) => ["noreply", count + 1],
};

/** One caller, one call after the other. */
export function calls(size: number): Promise<Figures> {
  return inProcess(function* () {
    const server = startCounter();
    const startedAt = cpuMs();
    for (let index = 0; index < size; index++) {
      const { ok } = yield* GenServer.call(server, GET);
      if (!ok) throw new Error("no answer");
    }
    return { perSecond: perSecond(startedAt, size) };
  });
}

/** Casts as fast as they can be sent; a call at the end says that all have been taken. */
export function casts(size: number): Promise<Figures> {
  return inProcess(function* () {
    const server = startCounter();
    const startedAt = cpuMs();
    for (let index = 0; index < size; index++) GenServer.cast(server, "increment");
    const counted = yield* GenServer.call(server, GET);
    if (!counted.ok || counted.value !== size) throw new Error("not all casts were taken");
    return { perSecond: perSecond(startedAt, size) };
  });
}

/** Microseconds of one call, there and back, with and without other mail waiting. */
export function backlog(size: number): Promise<Figures> {
  return inProcess(function* () {
    const echo = spawn<Call>(answer);
    const microsWithout = yield* microsPerCall(echo, size);
    const me = self();
    for (let message = 0; message < BACKLOG_MESSAGES; message++) send(me, message as never);
    const micros = yield* microsPerCall(echo, size);
    for (let message = 0; message < BACKLOG_MESSAGES; message++) yield* receive();
    return { micros, microsWithout };
  });
}

function startCounter(): Counter {
  const started = GenServer.start(runtime, counter, { args: 0 });
  if (!started.ok) throw new Error("the counter does not start");
  return started.pid;
}

function* microsPerCall(echo: Pid, size: number): Waiting<number> {
  const startedAt = cpuMs();
  for (let index = 0; index < size; index++) {
    const answered = yield* call<number>(echo, index);
    if (!answered.ok) throw new Error("no answer");
  }
  return ((cpuMs() - startedAt) * 1000) / size;
}

function* answer(): Waiting<never> {
  for (;;) {
    const { from, request } = yield* receive<Call>();
    reply(from, request);
  }
}
