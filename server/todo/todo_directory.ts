/**
 * TodoDirectory: list → pid; starts a list's process when it is asked for.
 *
 * Order: looking up and sending share a turn, and a process that goes to sleep frees its name in
 *        the turn in which it finds its mailbox empty; so a message to a list is never lost between
 *        two of its processes.
 * Cost:  lists that nobody asked for cost nothing; idle ones are found by one sweep for all, in
 *        portions. A list that keeps crashing is left alone for a while (crashed_lists.ts).
 */
import { createHmac } from "node:crypto";
import { nanoid } from "nanoid";
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
import { type AgendaQuery, gather } from "./agenda.ts";
import { CrashedLists } from "./crashed_lists.ts";
import { LIST_LIMITS, type ListLimits } from "./room.ts";
import * as TodoServer from "./todo_server.ts";

/** Milliseconds between two sweeps for lists to put to sleep. */
const SWEEP_MS = 10_000;
/** Of a list id that is made here: as nanoid's. */
const ID_CHARACTERS = 21;
/** Lists that are asked before others have their turn. */
const SWEEP_LISTS = 500;

export interface TodoDirectoryOptions {
  readonly runtime: Runtime;
  readonly log: EventLog;
  /** The supervisor under which the lists' processes run. */
  readonly supervisor: Pid;
  /** New lists one user may make a minute; 0: no limit. */
  readonly newListsPerMin: number;
  readonly limits?: ListLimits;
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
  readonly #limits: ListLimits;
  readonly #crashed = new CrashedLists();
  #started = 0;

  constructor(options: TodoDirectoryOptions) {
    const { runtime, log, supervisor, newListsPerMin, limits = LIST_LIMITS } = options;
    this.#limits = limits;
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

  /**
   * The list's process, started if need be; the list itself may not exist. undefined: it has
   * crashed too often lately, or is damaged, and is left alone for a while.
   */
  find(list: string): TodoServer.TodoServerPid | undefined {
    return this.#registry.whereis(list) ?? this.#start(list);
  }

  /**
   * An id for a new list, not to be guessed. With a `key` the same user gets the same one again, so
   * that a repeated `start` comes to the list that the first one made. It begins with no "-":
   * command lines take such a word for an option.
   */
  newListId(user: string, key: string | undefined): string {
    const hash = createHmac("sha256", this.#log.secret).update(`${user}\n${key}`);
    const id = key === undefined ? nanoid() : hash.digest("base64url").slice(0, ID_CHARACTERS);
    return id.replace(/^-/, "_");
  }

  /** The list's process if it runs. */
  whereis(list: string): TodoServer.TodoServerPid | undefined {
    return this.#registry.whereis(list);
  }

  /** One page of a user's lists, sent to `to`. */
  lists(query: ListsQuery, to: Pid<ListsNews>, ref: unknown): void {
    this.#log.lists(query, to, ref);
  }

  /** One page of the dated todos of a user's lists, sent to who wants it. */
  agenda(query: AgendaQuery): void {
    const source = {
      runtime: this.#runtime,
      find: (list: string) => this.find(list),
      lists: (page: ListsQuery, asker: Pid<ListsNews>, pageRef: unknown) => {
        this.#log.lists(page, asker, pageRef);
      },
    };
    gather(source, query);
  }

  /**
   * Asks every list whether it is idle; those that are go to sleep. In portions: each step of the
   * answer asks SWEEP_LISTS of them.
   */
  *sweep(): Generator<void> {
    let asked = 0;
    for (const [, pid] of this.#registry.entries()) {
      send(pid, { type: "idle?" });
      asked += 1;
      if (asked % SWEEP_LISTS === 0) yield;
    }
  }

  #start(list: string): TodoServer.TodoServerPid | undefined {
    if (this.#crashed.aloneMs(list, this.#runtime.clock.now()) > 0) return undefined;
    this.#started += 1;
    const args = {
      list,
      log: this.#log,
      runtime: this.#runtime,
      registry: this.#registry,
      newLists: this.#newLists,
      limits: this.#limits,
      crashed: this.#crashed,
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

interface Sweeping {
  readonly directory: TodoDirectory;
  sweep: Generator<void> | undefined;
}

const sweeper: GenServer.Module<TodoDirectory, Sweeping> = {
  name: "idle_sweeper",
  init(directory) {
    sendAfter(self(), { type: "sweep" }, SWEEP_MS);
    return ["ok", { directory, sweep: undefined }];
  },
  handleInfo(_message, state) {
    state.sweep ??= state.directory.sweep();
    const { done } = state.sweep.next();
    if (done === true) state.sweep = undefined;
    sendAfter(self(), { type: "sweep" }, done === true ? SWEEP_MS : 0);
    return ["noreply", state];
  },
};
