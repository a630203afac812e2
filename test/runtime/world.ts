/**
 * World: a runtime on a virtual clock, and the few processes that runtime tests are made of.
 *
 * Names are those of the Elixir questions that many tests mirror (case numbers stand in their
 * titles): take, drain, dead, idle, reasonOf.
 */
import {
  after,
  any,
  type Down,
  describeReason,
  type ExitReason,
  monitor,
  on,
  type Pid,
  Runtime,
  receive,
  spawn,
  VirtualClock,
  type Waiting,
} from "../../server/runtime/index.ts";
import { nextShuffle } from "./shuffle.ts";

export interface World {
  readonly clock: VirtualClock;
  readonly runtime: Runtime;
}

/** Virtual milliseconds after which a test's process that has not ended is taken to hang. */
const PATIENCE_MS = 600_000;

/** What a world is like. */
export interface WorldOptions {
  /** What is sent in it has to be plain data; unless false. */
  readonly isolated?: boolean;
  /** For a test that is about the usual order: that, also when the suite runs under seeds. */
  readonly inOrder?: boolean;
  /** The seed of its order; that of this repetition when absent. */
  readonly shuffle?: number | undefined;
}

/** A runtime on a clock of its own. */
export function newWorld({ isolated = true, inOrder = false, ...rest }: WorldOptions = {}): World {
  const clock = new VirtualClock();
  const shuffle = inOrder ? undefined : (rest.shuffle ?? nextShuffle());
  return { clock, runtime: new Runtime({ clock, isolated, shuffle }) };
}

/** As run, of processes that send each other functions. */
export function runSharing<Value>(body: (world: World) => Waiting<Value>): Value {
  return run(body, newWorld({ isolated: false }));
}

/** Runs `body` as a process of a world to its end, time included; gives what it returns. */
export function run<Value>(body: (world: World) => Waiting<Value>, world = newWorld()): Value {
  const { clock, runtime } = world;
  const outcome: { value?: Value; reason?: ExitReason } = {};
  const pid: Pid = runtime.spawn(function* () {
    outcome.value = yield* body(world);
  });
  const off = runtime.telemetry.attach("process_exited", (event) => {
    if (event.pid === pid) outcome.reason = event.reason;
  });
  clock.advance(PATIENCE_MS);
  off();
  if (outcome.reason === undefined) throw new Error("the test's process still waits");
  if (!("value" in outcome)) throw new Error(`it ended: ${describeReason(outcome.reason)}`);
  return outcome.value as Value;
}

/** The next message; "nothing" when none comes within `ms`. */
export function* take(ms = 1000): Waiting<unknown> {
  return yield* receive<unknown>(
    on(any, (message: unknown) => message),
    after(ms, () => "nothing"),
  );
}

/**
 * Everything in the mailbox now, oldest first; with `ms`, what comes until nothing does for that.
 */
export function* drain(ms = 0): Waiting<unknown[]> {
  const messages: unknown[] = [];
  for (;;) {
    const message = yield* receive<unknown>(
      on(any, (came: unknown) => ({ came })),
      after(ms, () => undefined),
    );
    if (message === undefined) return messages;
    messages.push((message as { readonly came: unknown }).came);
  }
}

/** Words that came in an order that nobody promises, in that of the alphabet. */
export function sorted(words: readonly unknown[]): string[] {
  return words.map(String).toSorted();
}

/** Lets `ms` of virtual time pass. */
export function* pass(ms: number): Waiting<void> {
  yield* receive<void>(after(ms, () => undefined));
}

/** Why `pid` ends; monitors it from now on. */
export function* downOf(pid: Pid, ms = 2000): Waiting<ExitReason> {
  const ref = monitor(pid);
  return yield* receive<ExitReason>(
    on({ type: "DOWN", ref }, (down: Down) => down.reason),
    after(ms, () => "still_alive"),
  );
}

/** The reason with which a process that runs `body` ends. */
export function* reasonOf(body: () => Waiting<void>): Waiting<ExitReason> {
  return yield* downOf(spawn(body));
}

/** The pid of a process that is certainly gone. */
export function* dead(): Waiting<Pid<unknown>> {
  const pid = spawn<unknown>(function* () {});
  yield* downOf(pid);
  return pid;
}

/** A process that waits for "stop" and leaves all else in its mailbox. */
export function idle(): Pid<unknown> {
  return spawn<unknown>(function* () {
    yield* receive<void>(
      on(
        (message) => message === "stop",
        () => undefined,
      ),
    );
  });
}

/** A process that waits for ever. */
export function* forever(): Waiting<void> {
  yield* receive<void>(
    on(
      () => false,
      () => undefined,
    ),
  );
}

/** A process outside of all, and all it has received. */
export function collector({ runtime }: World): { pid: Pid<unknown>; inbox: unknown[] } {
  const inbox: unknown[] = [];
  const pid = runtime.spawn<unknown>(function* () {
    for (;;) inbox.push(yield* receive());
  });
  return { pid, inbox };
}
