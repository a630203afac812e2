/** processes: many idle ones, their end all at once, and many that come and go, on our runtime. */
import {
  after,
  type Down,
  exitProcess,
  GenServer,
  monitor,
  on,
  type Pid,
  processInfo,
  receive,
  self,
  send,
  spawn,
  spawnLink,
  type Waiting,
} from "../../../server/runtime/index.ts";
import { collectGarbage, cpuMs, type Figures, heapBytes, perSecond } from "../run_scenario.ts";
import { BATCH } from "../sizes.ts";
import { inProcess, runtime } from "./own_runtime.ts";

type Pids = (Pid<never> | undefined)[];

/** Processes that wait in their first receive. */
export function idle(size: number): Promise<Figures> {
  return inProcess(function* () {
    const pids: Pids = new Array(size).fill(undefined); // Made first: it is not theirs.
    const before = heapBytes();
    const startedAt = cpuMs();
    for (let place = 0; place < size; place++) pids[place] = spawn<never>(waitForever);
    yield* untilAllWait();
    const rate = perSecond(startedAt, size);
    const bytesEach = (heapBytes() - before) / size;
    killAll(pids);
    return { perSecond: rate, bytesEach };
  });
}

const quiet: GenServer.Module<number, number> = { name: "quiet", init: (first) => ["ok", first] };

/** The same with GenServers that have a number for a state. */
export function idleServer(size: number): Figures {
  const pids: Pids = new Array(size).fill(undefined);
  const before = heapBytes();
  const startedAt = cpuMs();
  for (let place = 0; place < size; place++) {
    const started = GenServer.start(runtime, quiet, { args: place });
    if (started.ok) pids[place] = started.pid;
  }
  const rate = perSecond(startedAt, size);
  const bytesEach = (heapBytes() - before) / size;
  killAll(pids);
  return { perSecond: rate, bytesEach };
}

/** All linked with one, which ends. */
export async function killLinked(size: number): Promise<Figures> {
  const others = runtime.processCount;
  const owner = await inProcess<Pid<never>>(function* () {
    const main = self<"ready">();
    const pid = spawn<never>(function* () {
      for (let place = 0; place < size; place++) spawnLink(waitForever);
      yield* untilAllWait();
      send(main, "ready");
      yield* waitForever();
    });
    yield* receive<"ready">();
    return pid;
  });
  collectGarbage();
  const startedAt = cpuMs();
  exitProcess(owner, "shutdown");
  await untilCount(others);
  return { ms: cpuMs() - startedAt };
}

/** Each with a name of its own; each is sent its end. */
export async function killNamed(size: number): Promise<Figures> {
  const others = runtime.processCount;
  const pids: Pids = new Array(size).fill(undefined);
  await inProcess(function* () {
    for (let place = 0; place < size; place++) {
      const pid = spawn<never>(waitForever);
      runtime.names.register(`name ${place}`, pid);
      pids[place] = pid;
    }
    yield* untilAllWait();
  });
  collectGarbage();
  const startedAt = cpuMs();
  killAll(pids);
  await untilCount(others);
  const ms = cpuMs() - startedAt;
  if (runtime.names.size !== 0) throw new Error("names are left");
  return { ms };
}

/** Each has a name, a link, a monitor and a deadline, gets one message and ends. */
export function churn(size: number): Promise<Figures> {
  return inProcess(function* () {
    const living = runtime.processCount;
    yield* comeAndGo(BATCH);
    const before = heapBytes();
    const startedAt = cpuMs();
    for (let done = 0; done < size; done += BATCH) yield* comeAndGo(BATCH);
    const rate = perSecond(startedAt, size);
    const info = processInfo(self());
    const left =
      runtime.names.size +
      (info?.links.length ?? 0) +
      (info?.monitors.length ?? 0) +
      (Number.isFinite(runtime.timers.next) ? 1 : 0) +
      (runtime.processCount - living);
    return { heapRatio: heapBytes() / before, left, perSecond: rate };
  });
}

/** Each sends one message to its parent and ends. */
export function spawnAndExit(size: number): Promise<Figures> {
  return inProcess(function* () {
    const me = self<number>();
    const startedAt = cpuMs();
    for (let done = 0; done < size; done += BATCH) {
      for (let place = 0; place < BATCH; place++) spawn(() => giveResult(me, place));
      for (let place = 0; place < BATCH; place++) yield* receive<number>();
    }
    return { perSecond: perSecond(startedAt, size) };
  });
}

function* comeAndGo(count: number): Waiting<void> {
  for (let place = 0; place < count; place++) {
    const pid = spawnLink<"go">(takeOne);
    runtime.names.register(`name ${place}`, pid);
    monitor(pid);
    send(pid, "go");
  }
  for (let place = 0; place < count; place++) yield* receive<Down>();
}

function* takeOne(): Waiting<void> {
  yield* receive(
    on(isGo, () => undefined),
    after(60_000, () => undefined),
  );
}

function isGo(message: unknown): boolean {
  return message === "go";
}

function* giveResult(parent: Pid<number>, result: number): Waiting<void> {
  send(parent, result);
}

function* waitForever(): Waiting<void> {
  yield* receive<never>();
}

/** One more process, which begins after those that were spawned before it. */
function* untilAllWait(): Waiting<void> {
  const me = self<"all">();
  spawn(function* () {
    send(me, "all");
  });
  yield* receive<"all">();
}

function killAll(pids: Pids): void {
  for (const pid of pids) if (pid !== undefined) exitProcess(pid, "shutdown");
}

async function untilCount(count: number): Promise<void> {
  while (runtime.processCount > count) await new Promise(setImmediate);
}
