/**
 * TodoDirectory: list → pid; starts a list's process when it is asked for.
 *
 * Order: looking up and sending share a turn, and a process that goes to sleep frees its name in
 *        the turn in which it finds its mailbox empty; so a message to a list is never lost between
 *        two of its processes.
 * Cost:  lists that nobody asked for cost nothing; idle ones are found by one sweep for all.
 */
import { RateLimits } from "../../shared/rate_limit.ts";
import {
  type Clock,
  GenServer,
  type Pid,
  Registry,
  type Runtime,
  Supervisor,
  self,
  send,
  sendAfter,
} from "../runtime/index.ts";
import type { EventLog, ListsPage, ListsQuery } from "../storage/event_log.ts";
import * as TodoServer from "./todo_server.ts";

/** Milliseconds between two sweeps for lists to put to sleep. */
const SWEEP_MS = 10_000;

export interface TodoDirectoryOptions {
  readonly runtime: Runtime;
  readonly log: EventLog;
  /** The supervisor under which the lists' processes run. */
  readonly supervisor: Pid;
  /** New lists one user may make a minute; 0: no limit. */
  readonly newListsPerMin: number;
}

/** What comes to who asked for a page of lists. */
export type ListsNews = ListsPage;

/** Every list there is, as far as anybody asks for it. */
export class TodoDirectory {
  readonly #runtime: Runtime;
  readonly #log: EventLog;
  readonly #supervisor: Pid;
  readonly #registry = new Registry<TodoServer.TodoServerMessage>();
  readonly #newLists: RateLimits;
  #started = 0;

  constructor({ runtime, log, supervisor, newListsPerMin }: TodoDirectoryOptions) {
    this.#runtime = runtime;
    this.#log = log;
    this.#supervisor = supervisor;
    this.#newLists = new RateLimits({ perSecond: newListsPerMin / 60, burst: newListsPerMin });
  }

  /** The clock by which the lists' processes see whether a request is overdue. */
  get clock(): Clock {
    return this.#runtime.clock;
  }

  /** Lists that have a process now. */
  get size(): number {
    return this.#registry.size;
  }

  /** The list's process, started if need be; the list itself may not exist. */
  find(list: string): TodoServer.TodoServerPid | undefined {
    return this.#registry.whereis(list) ?? this.#start(list);
  }

  /** The list's process if it runs. */
  whereis(list: string): TodoServer.TodoServerPid | undefined {
    return this.#registry.whereis(list);
  }

  /** One page of a user's lists, sent to `to`. */
  lists(query: ListsQuery, to: Pid<ListsNews>, ref: unknown): void {
    this.#log.lists(query, to, ref);
  }

  /** Asks every list whether it is idle; those that are go to sleep. */
  sweep(): void {
    for (const [, pid] of this.#registry.entries()) send(pid, { type: "idle?" });
  }

  #start(list: string): TodoServer.TodoServerPid | undefined {
    this.#started += 1;
    const args = {
      list,
      log: this.#log,
      runtime: this.#runtime,
      registry: this.#registry,
      newLists: this.#newLists,
    };
    const started = Supervisor.startChild(this.#supervisor, {
      id: `${list}#${this.#started}`, // A name of its own for each life of the list.
      restart: "temporary", // Its next request starts it again, from the log.
      start: () => TodoServer.start(args),
    });
    if (!started.ok) return undefined;
    const pid = started.pid as TodoServer.TodoServerPid;
    this.#registry.register(list, pid);
    return pid;
  }
}

/** The process that sweeps the directory; a child of the supervision tree. */
export function startSweeper(runtime: Runtime, directory: TodoDirectory): GenServer.Started {
  return GenServer.start(runtime, sweeper, { args: directory, link: true });
}

const sweeper: GenServer.Module<TodoDirectory, TodoDirectory> = {
  name: "idle_sweeper",
  init(directory) {
    sendAfter(self(), { type: "sweep" }, SWEEP_MS);
    return ["ok", directory];
  },
  handleInfo(_message, directory) {
    directory.sweep();
    sendAfter(self(), { type: "sweep" }, SWEEP_MS);
    return ["noreply", directory];
  },
};
