/**
 * Shutdown: its steps come in order, and none of them uses up the time of those behind it.
 */
import { expect, test } from "vitest";
import { Connections, type Reminder } from "../server/gateway/connections.ts";
import {
  type Pid,
  Runtime,
  receive,
  Supervisor,
  trapExits,
  VirtualClock,
} from "../server/runtime/index.ts";
import { type Stopped, stop } from "../server/shutdown.ts";

/** What the shutdown is given, and what it did at which millisecond of the virtual clock. */
class World {
  readonly clock = new VirtualClock();
  readonly runtime = new Runtime({ clock: this.clock, isolated: true });
  readonly connections = new Connections();
  readonly done: (readonly [what: string, atMs: number])[] = [];
  readonly root: Pid;
  /** Milliseconds the log's close takes. */
  closeMs = 0;

  constructor() {
    const started = Supervisor.start(this.runtime, { name: "root", children: [] });
    if (!started.ok) throw new Error(String(started.reason));
    this.root = started.pid;
  }

  note(what: string): void {
    this.done.push([what, this.clock.now()]);
  }

  /** One that is connected; `leaves`: it goes when it is told `leave`. */
  connect({ leaves }: { readonly leaves: boolean }): void {
    const { connections, note } = { connections: this.connections, note: this.note.bind(this) };
    const pid: Pid<Reminder> = this.runtime.spawn<Reminder>(function* () {
      for (;;) {
        const { type } = yield* receive<Reminder>();
        note(type);
        if (type === "leave" && leaves) return connections.remove(pid);
      }
    });
    connections.add(pid);
  }

  /** A process beside the tree that no signal but a kill ends. */
  addStubborn(): void {
    this.runtime.spawn(function* () {
      trapExits(true);
      for (;;) yield* receive();
    });
  }

  /** Stops it all, letting virtual time pass until that is done. */
  async stop(): Promise<{ readonly stopped: Stopped; readonly tookMs: number }> {
    const begunAt = this.clock.now();
    let stopped: Stopped | undefined;
    void stop({
      runtime: this.runtime,
      root: this.root,
      connections: this.connections,
      http: { drain: () => this.note("drain"), close: () => this.note("close") },
      log: { close: () => this.#closeLog() },
    }).then((came) => {
      stopped = came;
    });
    while (stopped === undefined && this.clock.now() < 60_000) {
      this.clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve)); // What was awaited goes on.
    }
    if (stopped === undefined) throw new Error("the shutdown does not end");
    return { stopped, tookMs: this.clock.now() - begunAt };
  }

  #closeLog(): Promise<void> {
    this.note("log");
    return new Promise((resolve) => this.clock.alarm(this.clock.now() + this.closeMs, resolve));
  }
}

test("the steps come in order, and those that are done at once take no time", async () => {
  const world = new World();
  world.connect({ leaves: true });
  const { stopped, tookMs } = await world.stop();
  expect(stopped).toEqual({ ok: true });
  expect(world.done.map(([what]) => what)).toEqual(["drain", "goaway", "leave", "close", "log"]);
  expect(tookMs).toBeLessThan(1_700);
  expect(world.runtime.processCount).toBe(0);
});

test("when nobody is connected nobody is waited for", async () => {
  const { stopped, tookMs } = await new World().stop();
  expect(stopped).toEqual({ ok: true });
  expect(tookMs).toBeLessThan(100);
});

test("a connection and a process that do not end leave the log 3 s to close in", async () => {
  const world = new World();
  world.connect({ leaves: false });
  world.addStubborn();
  world.closeMs = 2_900;
  const { stopped, tookMs } = await world.stop();
  expect(stopped).toEqual({ ok: true });
  expect(tookMs).toBeLessThan(9_500);
});

test.each([true, false])("a log that never closes is given up within 10 s (%s)", async (leaves) => {
  const world = new World();
  world.connect({ leaves });
  if (!leaves) world.addStubborn();
  world.closeMs = Number.POSITIVE_INFINITY;
  const { stopped, tookMs } = await world.stop();
  expect(stopped).toEqual({
    ok: false,
    sentence: expect.stringMatching(/^The log was not closed/),
  });
  expect(tookMs).toBeLessThan(10_000);
});
