/**
 * TodoServer: the process of one list, a GenServer.
 *
 * Start: on demand, by the directory. It loads its list from the log, portion by portion, and takes
 *        its first request after that; requests wait in the mailbox meanwhile, in order. It sleeps
 *        when idle: in the turn in which it decides so, its name is free again, so that no message
 *        falls between.
 * Bound: LIST_MAILBOX_MAX requests waiting; no request while too much is uncommitted
 *        (uncommitted.ts).
 * Errors: a message it does not know leaves everything as it was. A request whose time is over is
 *        skipped: nobody waits for its answer.
 */
import { LIST_MAILBOX_MAX } from "../../shared/protocol/limits.ts";
import type { RateLimits } from "../../shared/rate_limit.ts";
import {
  Call,
  type Clock,
  type Down,
  type ExitReason,
  exit,
  GenServer,
  isOrderly,
  type Pid,
  type Registry,
  type Runtime,
  selectOnly,
  self,
  sendAfter,
} from "../runtime/index.ts";
import type { AppendNews, EventLog, Loaded, LookBack } from "../storage/event_log.ts";
import type { CrashedLists } from "./crashed_lists.ts";
import { ListProcess } from "./list_process.ts";
import type { ListLimits } from "./room.ts";
import { Recovery } from "./todo_recovery.ts";
import type { Ask } from "./todo_request.ts";

/** Milliseconds without a request after which a list nobody watches goes to sleep. */
export const IDLE_MS = 60_000;
/** Why a list's process ends that has found another's events in its log. */
const OUTDATED = "outdated";

/** What it takes beside requests, which come by `call` or `request` and are Asks. */
export type TodoServerMessage =
  | AppendNews
  | Loaded
  | LookBack
  | { readonly type: "idle?" }
  | { readonly type: "recover" };
export type TodoServerPid = Pid<TodoServerMessage>;

/** What a list's process is started with. */
export interface TodoServerArgs {
  readonly list: string;
  readonly log: EventLog;
  readonly runtime: Runtime;
  /** How many new lists a user may make. */
  readonly newLists: RateLimits;
  readonly limits: ListLimits;
  /** Where its crash is noted. */
  readonly crashed: CrashedLists;
  /** Where it stands under its list's id while it lives. */
  readonly registry: Registry<TodoServerMessage>;
}

/** Starts the process of one list, linked with its supervisor, whose turn it is. */
export function start(args: TodoServerArgs): GenServer.Started {
  return GenServer.start(args.runtime, todoServer, {
    args,
    link: true,
    mailbox: { max: LIST_MAILBOX_MAX, fair: true },
  });
}

interface State {
  readonly list: string;
  readonly clock: Clock;
  readonly registry: Registry<TodoServerMessage>;
  readonly process: ListProcess;
  readonly crashed: CrashedLists;
  /** What is left to bring back of the list. */
  recovery: Recovery | undefined;
  usedAt: number;
}

const todoServer: GenServer.Module<TodoServerArgs, State, Ask | null | undefined> = {
  name: "todo_server",

  init({ list, log, runtime, registry, newLists, limits, crashed }) {
    const { clock } = runtime;
    const pid = self<TodoServerMessage>();
    const process = new ListProcess({ list, log, clock, newLists, limits, pid });
    selectOnly(isOfLoading);
    log.load(list, pid, list);
    const usedAt = clock.now();
    return ["ok", { list, clock, registry, process, crashed, recovery: undefined, usedAt }];
  },

  handleCall(ask, from, state) {
    const now = state.clock.now();
    state.usedAt = now;
    if (ask && now <= ask.deadline) state.process.ask(from, ask);
    return next(state);
  },

  handleCast(_unknown, state) {
    return ["noreply", state];
  },

  handleInfo(message, state) {
    const news = message as TodoServerMessage | Down | null | undefined;
    switch (news?.type) {
      case "committed":
        state.process.committed(news.seq);
        return next(state);
      case "refused":
        state.process.refused(news.reason);
        return next(state);
      case "events":
      case "writes":
      case "made":
      case "look_failed":
        state.process.lookedBack(news);
        return next(state);
      case "loaded":
        if (news.state !== null) state.recovery = new Recovery(news.state);
        return recover(state);
      case "recover":
        return recover(state);
      case "load_failed":
        return exit({ load_failed: news.reason, list: news.list });
      case "DOWN":
        state.process.forget(news.pid);
        return ["noreply", state];
      case "idle?":
        return mayLetGo(state) ? sleep(state) : ["noreply", state];
      default:
        return ["noreply", state];
    }
  },

  terminate(reason, { list, clock, crashed }) {
    if (!isOrderly(reason) && reason !== OUTDATED)
      crashed.note(list, clock.now(), isDamaged(reason));
  },
};

/** Brings back the next portion of the list; others have their turn in between. */
function recover(state: State): GenServer.Next<State> {
  const recovered = state.recovery?.step();
  if (state.recovery !== undefined && recovered === undefined) {
    sendAfter(self<TodoServerMessage>(), { type: "recover" }, 0);
    return ["noreply", state];
  }
  if (recovered !== undefined) state.process.recovered(recovered);
  state.recovery = undefined;
  selectOnly(undefined);
  return ["noreply", state];
}

/** What is on disk is not what was written: the next process would find the same. */
function isDamaged(reason: ExitReason): boolean {
  return typeof reason === "object" && reason !== null && "load_failed" in reason
    ? reason.load_failed === "damaged"
    : false;
}

/** After each request: a list that does not exist is let go, a full one takes only news. */
function next(state: State): GenServer.Next<State> {
  const { process } = state;
  if (process.isOutdated) return exit(OUTDATED); // Its next life reads the log.
  selectOnly(process.mustWait ? isNews : undefined);
  if (process.isAbsent && hasNoMail()) return sleep(state);
  return ["noreply", state];
}

function mayLetGo({ process, clock, usedAt }: State): boolean {
  return process.isQuiet && hasNoMail() && clock.now() - usedAt >= IDLE_MS;
}

function hasNoMail(): boolean {
  return (self().process?.mailboxSize ?? 0) === 0;
}

function sleep(state: State): GenServer.Next<State> {
  state.registry.unregister(state.list);
  return ["stop", "normal", state];
}

function isOfLoading(message: unknown): boolean {
  const type = (message as Partial<TodoServerMessage> | null | undefined)?.type;
  return type === "loaded" || type === "recover" || type === "load_failed";
}

function isNews(message: unknown): boolean {
  return !(message instanceof Call);
}
