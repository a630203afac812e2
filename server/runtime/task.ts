/**
 * Task: one piece of work in a process of its own, whose result is awaited.
 *
 *     const task = Task.async(function* () { return yield* loadAll(); });
 *     const outcome = yield* Task.await(task); // { ok: true, value } | { ok: false, error }
 *
 * The owner is the process that started it. Both are linked: a task that fails ends its owner,
 * unless that traps exits. The result comes as a message, so that servers take it in handleInfo.
 * Errors: one process asking for the task of another is a bug; it throws.
 * Source: Elixir Task.
 */
import { assert } from "../../shared/assert.ts";
import { CALL_TIMEOUT_MS, type CallResult } from "./call.ts";
import { current } from "./current.ts";
import type { ExitReason } from "./exit_reason.ts";
import { callAtEnd, type Down, exitProcess } from "./exits.ts";
import { checkData } from "./isolation.ts";
import { unlink } from "./links.ts";
import { demonitor, monitor } from "./monitors.ts";
import type { Pid } from "./pid.ts";
import { after, on, receive } from "./receive.ts";
import { makeRef, type Ref } from "./ref.ts";
import { self, spawnLink } from "./spawn.ts";
import type { Waiting } from "./waiting.ts";

/** Stands for no task: the time was over. */
const TIMED_OUT = 0 as Ref;

/** A task as its owner knows it. */
export interface Task<Value> {
  readonly pid: Pid;
  /** Its result, and its Down if it fails, carry this. */
  readonly ref: Ref;
  readonly owner: Pid;
  readonly value?: Value; // Only for the type; never set.
}

/** What the owner receives when the work is done. */
export interface Result<Value = unknown> {
  readonly type: "task";
  readonly ref: Ref;
  readonly value: Value;
}

/** Begins the work, which may wait, in a process linked with the calling one. */
export function async<Value>(work: () => Waiting<Value>): Task<Value> {
  const owner = current();
  const pid = spawnLink(
    function* () {
      const value = yield* work();
      const wanted = owner.bonds?.watched?.get(ref) === pid; // Else it was given up: dropped.
      checkData(owner.runtime, value);
      if (wanted) owner.pid.process?.deliver({ type: "task", ref, value } satisfies Result);
    },
    { label: "task" },
  );
  const ref = monitor(pid);
  return { pid, ref, owner: owner.pid };
}

/**
 * The same for work outside of all processes: a promise, whose value becomes the result and whose
 * rejection ends the task, and nothing else. When the task ends first, `signal` is aborted.
 */
export function fromPromise<Value>(work: (signal: AbortSignal) => Promise<Value>): Task<Value> {
  return async(() => settled(work));
}

/** To the task itself: what became of its promise. */
type Settled<Value> = { readonly type: "settled"; readonly ref: Ref } & PromiseSettledResult<Value>;

function* settled<Value>(work: (signal: AbortSignal) => Promise<Value>): Waiting<Value> {
  const { pid } = current();
  const ref = makeRef();
  const aborter = new AbortController();
  let isSettled = false;
  callAtEnd(() => {
    if (!isSettled) aborter.abort();
  });
  const tell = (result: PromiseSettledResult<Value>): void => {
    isSettled = true;
    pid.process?.deliver({ type: "settled", ref, ...result } satisfies Settled<Value>);
  };
  work(aborter.signal).then(
    (value) => tell({ status: "fulfilled", value }),
    (reason: unknown) => tell({ status: "rejected", reason }),
  );
  return yield* receive(
    on({ type: "settled", ref }, (result: Settled<Value>) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    }),
  );
}

/**
 * Waits for the result. `error`: "timeout", or the reason with which it failed. A timeout gives the
 * task up: it goes on, and its result is dropped.
 */
function* awaitOne<Value>(
  task: Task<Value>,
  timeoutMs = CALL_TIMEOUT_MS,
): Waiting<CallResult<Value>> {
  const outcome = yield* yieldOne(task, timeoutMs);
  if (outcome !== undefined) return outcome;
  giveUp(task);
  return { ok: false, error: "timeout" };
}

/** Waits for all within one time. Values in the order of the tasks; or the first failure. */
export function* awaitMany<Value>(
  tasks: readonly Task<Value>[],
  timeoutMs = CALL_TIMEOUT_MS,
): Waiting<CallResult<Value[]>> {
  const until = now() + timeoutMs;
  const waiting = new Map(tasks.map((task) => [task.ref, task]));
  const values = new Map<Ref, Value>();
  for (const task of tasks) assertOwner(task);
  while (waiting.size > 0) {
    const { ref, outcome } = yield* nextOf<Value>(waiting, until - now());
    if (!outcome.ok) {
      for (const task of waiting.values()) giveUp(task);
      return outcome;
    }
    waiting.delete(ref);
    values.set(ref, outcome.value);
  }
  return { ok: true, value: tasks.map(({ ref }) => values.get(ref) as Value) };
}

/** How many tasks run at a time, and what each may take: one that takes longer is killed. */
export interface StreamOptions {
  readonly atOnce: number;
  readonly timeoutMs?: number; // 5000 when absent
}

/** Does the work for each item, several at a time; outcomes in the order of the items. */
export function* asyncStream<Item, Value>(
  items: Iterable<Item>,
  work: (item: Item) => Waiting<Value>,
  { atOnce, timeoutMs = CALL_TIMEOUT_MS }: StreamOptions,
): Waiting<CallResult<Value>[]> {
  assert(atOnce >= 1, `atOnce ${atOnce}: want >= 1`);
  const running = new Map<Ref, Running<Value>>(); // The oldest first: its time is over first.
  const outcomes: CallResult<Value>[] = [];
  let place = 0;
  for (const item of items) {
    const task = async(() => work(item));
    running.set(task.ref, { task, place, deadline: now() + timeoutMs });
    place += 1;
    if (running.size >= atOnce) yield* finishOne(running, outcomes);
  }
  while (running.size > 0) yield* finishOne(running, outcomes);
  return outcomes;
}

interface Running<Value> {
  readonly task: Task<Value>;
  readonly place: number;
  readonly deadline: number;
}

function* finishOne<Value>(
  running: Map<Ref, Running<Value>>,
  outcomes: CallResult<Value>[],
): Waiting<void> {
  const [oldest] = running.values();
  if (oldest === undefined) return;
  const { ref, outcome } = yield* nextOf<Value>(running, oldest.deadline - now());
  const one = running.get(ref) ?? oldest;
  if (ref === TIMED_OUT) yield* shutdown(oldest.task, 0);
  running.delete(one.task.ref);
  outcomes[one.place] = outcome;
}

/** As await, but after the time it is undefined, and one may ask again. */
function* yieldOne<Value>(
  task: Task<Value>,
  timeoutMs = CALL_TIMEOUT_MS,
): Waiting<CallResult<Value> | undefined> {
  assertOwner(task);
  const { ref } = task;
  return yield* receive<CallResult<Value> | undefined>(
    on({ type: "task", ref }, ({ value }: Result<Value>) => done(ref, value)),
    on({ type: "DOWN", ref }, ({ reason }: Down) => ({ ok: false, error: reason }) as const),
    after(timeoutMs, () => undefined),
  );
}

/**
 * Ends the task: "shutdown", and after `timeoutMs` "kill"; 0: it is killed at once. Gives its
 * result when that had come before, the reason when it failed by itself, undefined when it ended
 * as it was told. Its link is cut: the owner does not end with it.
 */
export function* shutdown<Value>(
  task: Task<Value>,
  timeoutMs = CALL_TIMEOUT_MS,
): Waiting<CallResult<Value> | undefined> {
  assertOwner(task);
  const early = yield* yieldOne(task, 0);
  if (early !== undefined) return early;
  unlink(task.pid);
  const end = monitor(task.pid); // Its own: the task may have been given up before.
  exitProcess(task.pid, timeoutMs > 0 ? "shutdown" : "kill");
  let reason = timeoutMs > 0 ? yield* endOf(end, timeoutMs) : undefined;
  const inTime = reason !== undefined;
  if (reason === undefined) {
    exitProcess(task.pid, "kill");
    reason = yield* endOf(end, Number.POSITIVE_INFINITY);
  }
  const late = yield* yieldOne(task, 0);
  if (late?.ok === true) return late;
  const told = reason === "noproc" || reason === (inTime ? "shutdown" : "killed");
  return told || reason === undefined ? undefined : { ok: false, error: reason };
}

export { awaitOne as await, yieldOne as yield };

/** The result or the end of one of these, whichever comes first. */
function* nextOf<Value>(
  waiting: ReadonlyMap<Ref, unknown>,
  ms: number,
): Waiting<{ readonly ref: Ref; readonly outcome: CallResult<Value> }> {
  const isOne = (message: unknown): boolean => {
    const { type, ref } = (message ?? {}) as Partial<Omit<Down, "type"> & { type: unknown }>;
    return (type === "task" || type === "DOWN") && ref !== undefined && waiting.has(ref);
  };
  return yield* receive(
    on(isOne, (came: Result<Value> | Down) => {
      const { ref } = came;
      if (came.type === "task") return { ref, outcome: done(ref, came.value) };
      return { ref, outcome: { ok: false, error: came.reason } as const };
    }),
    after(ms, () => ({ ref: TIMED_OUT, outcome: { ok: false, error: "timeout" } as const })),
  );
}

function done<Value>(ref: Ref, value: Value): CallResult<Value> {
  demonitor(ref, { flush: true });
  return { ok: true, value };
}

/** Nothing of it is heard any more, also not what is in the mailbox already. */
function giveUp({ ref }: Task<unknown>): void {
  demonitor(ref, { flush: true });
  current().mailbox?.discard((message) => {
    const result = message as Partial<Result> | null | undefined;
    return result?.type === "task" && result.ref === ref;
  });
}

function* endOf(ref: Ref, ms: number): Waiting<ExitReason | undefined> {
  return yield* receive<ExitReason | undefined>(
    on({ type: "DOWN", ref }, ({ reason }: Down) => reason),
    after(ms, () => undefined),
  );
}

function now(): number {
  return current().runtime.clock.now();
}

function assertOwner({ owner, pid }: Task<unknown>): void {
  assert(owner === self(), `task ${String(pid)} may be asked for only by its owner`);
}
