/** messages: ping-pong, ring, fan-in, a flat heap, and dispatch, on our runtime. */
import {
  DuplicateRegistry,
  type Pid,
  receive,
  self,
  send,
  spawn,
  type Waiting,
} from "../../../server/runtime/index.ts";
import { cpuMs, type Figures, heapBytes, perSecond } from "../run_scenario.ts";
import { BATCH, DISPATCH_PROCESSES, FAN_IN_SENDERS, RING_PROCESSES } from "../sizes.ts";
import { inProcess, watch } from "./own_runtime.ts";

type Ping = { readonly type: "ping"; readonly from: Pid<"pong"> };

/** Two processes, one message each way in a round trip. */
export function pingPong(size: number): Promise<Figures> {
  return inProcess(function* () {
    const ponger = spawn<Ping>(pong);
    const me = self<"pong">();
    const startedAt = cpuMs();
    for (let trip = 0; trip < size; trip++) {
      send(ponger, { type: "ping", from: me });
      yield* receive<"pong">();
    }
    return { perSecond: perSecond(startedAt, size) };
  });
}

/** The same with every turn timed, as a server has it. */
export function pingPongWatched(size: number): Promise<Figures> {
  watch();
  return pingPong(size);
}

function* pong(): Waiting<never> {
  for (;;) {
    const { from } = yield* receive<Ping>();
    send(from, "pong");
  }
}

/** A token goes round; a number says how many hops it has left. */
export function ring(size: number): Promise<Figures> {
  return inProcess(function* () {
    const me = self<"done">();
    const next: { pid: Pid<number> | undefined } = { pid: undefined };
    const last = spawn<number>(() => forward(() => next.pid as Pid<number>, me));
    let first = last;
    for (let place = 1; place < RING_PROCESSES; place++) {
      const after = first;
      first = spawn<number>(() => forward(() => after, me));
    }
    next.pid = first;
    const startedAt = cpuMs();
    send(first, size);
    yield* receive<"done">();
    return { perSecond: perSecond(startedAt, size) };
  });
}

function* forward(neighbour: () => Pid<number>, main: Pid<"done">): Waiting<never> {
  let hops = yield* receive<number>();
  const to = neighbour();
  for (;;) {
    if (hops === 0) send(main, "done");
    else send(to, hops - 1);
    hops = yield* receive<number>();
  }
}

/** Many send, as fast as they can, to one who counts. */
export function fanIn(size: number): Promise<Figures> {
  return inProcess(function* () {
    const main = self<"done">();
    const each = Math.ceil(size / FAN_IN_SENDERS);
    const startedAt = cpuMs();
    const counter = spawn<number>(function* () {
      for (let left = each * FAN_IN_SENDERS; left > 0; left--) yield* receive<number>();
      send(main, "done");
    });
    for (let sender = 0; sender < FAN_IN_SENDERS; sender++) {
      spawn(function* () {
        for (let message = 0; message < each; message++) send(counter, message);
      });
    }
    yield* receive<"done">();
    return { perSecond: perSecond(startedAt, each * FAN_IN_SENDERS) };
  });
}

/** Very many messages to one process, and what they leave on the heap. */
export function flat(size: number): Promise<Figures> {
  return inProcess(function* () {
    const main = self<"enough">();
    const taker = spawn<number>(function* () {
      for (let taken = 1; ; taken++) {
        yield* receive<number>();
        if (taken % BATCH === 0) send(main, "enough");
      }
    });
    const before = heapBytes();
    const startedAt = cpuMs();
    for (let batch = 0; batch < size / BATCH; batch++) {
      for (let message = 0; message < BATCH; message++) send(taker, message);
      yield* receive<"enough">();
    }
    const rate = perSecond(startedAt, size);
    return { heapRatio: heapBytes() / before, perSecond: rate };
  });
}

type News = { readonly type: "news"; readonly text: string };

/** One message to all under a key; then the next one, when the last of them has it. */
export function dispatch(size: number): Promise<Figures> {
  return inProcess(function* () {
    const main = self<"seen">();
    const registry = new DuplicateRegistry<News>();
    for (let place = 1; place <= DISPATCH_PROCESSES; place++) {
      const isLast = place === DISPATCH_PROCESSES;
      const pid = spawn<News>(function* () {
        for (;;) {
          yield* receive<News>();
          if (isLast) send(main, "seen");
        }
      });
      registry.register("topic", pid, undefined);
    }
    const rounds = Math.ceil(size / DISPATCH_PROCESSES);
    const startedAt = cpuMs();
    for (let round = 0; round < rounds; round++) {
      registry.dispatch("topic", { type: "news", text: "it rains" });
      yield* receive<"seen">();
    }
    return { perSecond: perSecond(startedAt, rounds * DISPATCH_PROCESSES) };
  });
}

/** Two processes without a pause, and how late a timer of the event loop is meanwhile. */
export async function busyPair(forMs: number): Promise<Figures> {
  const late: number[] = [];
  let isOver = false;
  const pair = inProcess(function* () {
    const ponger = spawn<Ping>(pong);
    const me = self<"pong">();
    while (!isOver) {
      send(ponger, { type: "ping", from: me });
      yield* receive<"pong">();
    }
  });
  for (const until = performance.now() + forMs; performance.now() < until; ) {
    const dueAt = performance.now() + TIMER_MS;
    await new Promise((resolve) => setTimeout(resolve, TIMER_MS));
    late.push(performance.now() - dueAt);
  }
  isOver = true;
  await pair;
  return { lateMs: late.toSorted((a, b) => a - b)[Math.floor(late.length * 0.99)] ?? 0 };
}

const TIMER_MS = 10;
