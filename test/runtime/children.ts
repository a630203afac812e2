/** Children: supervised servers for tests, which report their start and their end to a log. */
import {
  type ExitReason,
  GenServer,
  type Pid,
  type Runtime,
  Supervisor,
  self,
  send,
  startCallback,
  trapExits,
} from "../../server/runtime/index.ts";
import { drain, newWorld, run, type World } from "./world.ts";

type Kind = "trap" | "plain" | "stubborn" | "failing" | "ignoring";
type Over = Partial<Supervisor.ChildSpec>;

/** Children that report to `log` when they start and end. */
export function childrenOf(runtime: Runtime, log: Pid<unknown>) {
  const module: GenServer.Module<{ id: string; kind: Kind }, string, "bump", ExitReason> = {
    name: "child",
    init({ id, kind }) {
      if (kind === "failing") return ["stop", "bad_child"];
      if (kind === "ignoring") return ["ignore"];
      trapExits(kind !== "plain");
      send(log, `start ${id}`);
      return ["ok", id];
    },
    handleCall: (_request, _from, id) => ["reply", id, id],
    handleCast: (reason, id) => ["stop", reason, id],
    terminate(reason, id) {
      send(log, `stop ${id} ${String(reason)}`);
    },
  };
  /** A child that hears every EXIT and stays; from its start on, as if it had an init. */
  function stubborn(id: string): GenServer.Started {
    const hear = (message: unknown) =>
      send(log, `${id} refuses ${(message as { reason: string }).reason}`);
    const process = startCallback(runtime, hear, { link: true });
    runtime.inside(process, () => trapExits(true));
    return { ok: true, pid: process.pid };
  }
  return (id: string, kind: Kind = "trap", over: Over = {}): Supervisor.ChildSpec => ({
    id,
    start: () => {
      if (kind === "stubborn") return stubborn(id);
      return GenServer.start(runtime, module, { args: { id, kind }, link: true });
    },
    ...over,
  });
}

/** A supervisor linked with the calling process, and the log's mailbox being that process's own. */
export function up(
  runtime: Runtime,
  specs: readonly Supervisor.ChildSpec[],
  extra: Partial<Supervisor.SupervisorOptions> = {},
): Pid {
  trapExits(true);
  const options = { name: "sup", children: specs, link: true, ...extra };
  const started = Supervisor.start(runtime, options);
  if (!started.ok) throw new Error("the supervisor did not start");
  return started.pid;
}

/** The running child of that id. */
export function child(supervisor: Pid, id: string): Pid {
  const found = Supervisor.whichChildren(supervisor).find((one) => one.id === id)?.pid;
  if (found === undefined) throw new Error(`${id} does not run`);
  return found;
}

/**
 * Runs a test's process whose mailbox is the children's log; EXITs are left out of what it reads.
 */
export function supervised<Value>(
  body: (
    world: World & { spec: ReturnType<typeof childrenOf>; log: typeof logged },
  ) => Generator<undefined, Value, undefined>,
): Value {
  const world = newWorld();
  return run(function* () {
    const spec = childrenOf(world.runtime, self());
    return yield* body({ ...world, spec, log: logged });
  }, world);
}

function* logged(ms = 0): Generator<undefined, unknown[], undefined> {
  return (yield* drain(ms)).filter((message) => typeof message === "string");
}
