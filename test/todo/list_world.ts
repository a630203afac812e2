/**
 * ListWorld: lists on a hand-driven log and a virtual clock, and callers that note what they hear.
 *
 * A caller does what a connection does: it finds the list's process and asks it in one turn, takes
 * pushes, and watches whom it asked. What it heard is one short line each, in order:
 * "add_todo @3" (done, speaking of seq 3), "list not_found", "event @3", "gone revoked".
 */
import {
  type Down,
  exitProcess,
  monitor,
  type Pid,
  type Ref,
  Reply,
  Runtime,
  request,
  Supervisor,
  startCallback,
  VirtualClock,
} from "../../server/runtime/index.ts";
import type { ListEntry, ListsPage } from "../../server/storage/event_log.ts";
import { LIST_LIMITS } from "../../server/todo/room.ts";
import { startSweeper, TodoDirectory } from "../../server/todo/todo_directory.ts";
import type { TodoPush } from "../../server/todo/todo_push.ts";
import type { Answer, TodoRequest } from "../../server/todo/todo_request.ts";
import type { EventParams } from "../../shared/protocol/results.ts";
import { ManualLog } from "../support/manual_log.ts";

/** The list that is meant when none is named. */
export const LIST = "groceries";

/** A clock whose wall can be set back while `now` goes on. */
class WallClock extends VirtualClock {
  wallMs = 0;

  override time(): number {
    return super.time() + this.wallMs;
  }
}

export class ListWorld {
  readonly clock = new WallClock();
  readonly runtime = new Runtime({ clock: this.clock, isolated: true });
  readonly log = new ManualLog();
  readonly supervisor: Pid;
  readonly directory: TodoDirectory;

  constructor({ newListsPerMin = 0, limits = LIST_LIMITS } = {}) {
    const started = Supervisor.start(this.runtime, { name: "lists", children: [] });
    if (!started.ok) throw new Error("the supervisor did not start");
    this.supervisor = started.pid;
    const { runtime, log, supervisor } = this;
    this.directory = new TodoDirectory({ runtime, log, supervisor, newListsPerMin, limits });
    const start = () => startSweeper(this.runtime, this.directory);
    Supervisor.startChild(supervisor, { id: "sweeper", start });
  }

  caller(user: string): Caller {
    return new Caller(this, user);
  }

  /** Runs all that can run without a commit and without time. */
  settle(): void {
    this.runtime.runUntilIdle();
  }

  /** Commits the first `count` appends, all when not told, and lets everybody hear of it. */
  commit(count?: number): void {
    this.log.commit(count);
    this.settle();
  }

  refuse(...why: Parameters<ManualLog["refuse"]>): void {
    this.log.refuse(...why);
    this.settle();
  }

  /** A user's lists as the index has them; those deleted since that moment, when it is given. */
  listsOf(user: string, deletedSince?: number): readonly ListEntry[] {
    let lists: readonly ListEntry[] = [];
    const to = startCallback(this.runtime, (page) => {
      lists = (page as Extract<ListsPage, { type: "lists" }>).lists;
    });
    const query = { user, limit: 100, ...(deletedSince !== undefined && { deletedSince }) };
    this.directory.lists(query, to.pid, "lists");
    this.settle();
    return lists;
  }

  /** Lets `ms` pass, in which whatever is due happens. */
  pass(ms: number): void {
    this.clock.advance(ms);
    this.settle();
  }

  /** alice's list, committed; bob edits it, carol views it. Then nobody has heard anything yet. */
  shared(): { readonly alice: Caller; readonly bob: Caller; readonly carol: Caller } {
    const alice = this.caller("alice");
    alice.ask({ type: "start", title: "Groceries" });
    alice.ask({ type: "share", user: "bob", role: "editor" });
    alice.ask({ type: "share", user: "carol", role: "viewer" });
    this.commit();
    alice.heard.length = 0;
    return { alice, bob: this.caller("bob"), carol: this.caller("carol") };
  }
}

/** One question and what came of it. */
export interface Asked {
  readonly request: TodoRequest;
  readonly list: string;
  readonly server: Pid | undefined;
  answer: Answer | undefined;
}

/** What a caller heard; `durable` is the list's last durable seq at that moment. */
export type Heard =
  | { readonly kind: "answer"; readonly asked: Asked; readonly durable: number }
  | { readonly kind: "push"; readonly push: TodoPush; readonly durable: number }
  | { readonly kind: "down"; readonly server: Pid };

export interface AskOptions {
  readonly list?: string;
  readonly timeoutMs?: number;
}

export class Caller {
  readonly user: string;
  readonly pid: Pid;
  /** What it heard, in order, in short. */
  readonly heard: string[] = [];
  /** The same at length. */
  readonly heardAll: Heard[] = [];
  readonly pushes: TodoPush[] = [];
  readonly #world: ListWorld;
  readonly #process;
  readonly #asked = new Map<Ref, Asked>();
  readonly #watched = new Set<Pid>();

  constructor(world: ListWorld, user: string) {
    this.#world = world;
    this.user = user;
    this.#process = startCallback(world.runtime, (message) => this.#hear(message));
    this.pid = this.#process.pid;
  }

  /** Asks, and lets everything settle; the answer may be a commit away. */
  ask(asking: TodoRequest, options: AskOptions = {}): Asked {
    const asked = this.askSoon(asking, options);
    this.#world.settle();
    return asked;
  }

  /** Asks; the list's process has not had its turn yet. */
  askSoon(asking: TodoRequest, { list = LIST, timeoutMs = 5000 }: AskOptions = {}): Asked {
    const { runtime, directory, clock } = this.#world;
    return runtime.inside(this.#process, () => {
      const server = directory.find(list);
      const asked: Asked = { request: asking, list, server, answer: undefined };
      if (server === undefined) return asked;
      if (!this.#watched.has(server)) monitor(server);
      this.#watched.add(server);
      const deadline = clock.now() + timeoutMs;
      const ref = request(server, { user: this.user, deadline, request: asking });
      if (ref === undefined) asked.answer = { ok: false, kind: "overloaded" };
      else this.#asked.set(ref, asked);
      return asked;
    });
  }

  /** The result of a question that is answered at once and well. */
  result<Result = Record<string, unknown>>(asking: TodoRequest, options?: AskOptions): Result {
    return resultOf<Result>(this.ask(asking, options));
  }

  add(title: string, options?: AskOptions): Asked {
    return this.ask({ type: "add_todo", todo: { title } }, options);
  }

  /** What it heard since it was asked last. */
  take(): string[] {
    return this.heard.splice(0);
  }

  /** The events among its pushes. */
  get events(): EventParams[] {
    return this.pushes
      .filter(({ type }) => type === "event")
      .map(({ text }) => (JSON.parse(text) as { readonly params: EventParams }).params);
  }

  /** It dies, as a connection that is closed. */
  die(): void {
    exitProcess(this.pid, "kill");
    this.#world.settle();
  }

  #hear(message: unknown): void {
    if (message instanceof Reply) return this.#answered(message as Reply<Answer>);
    const push = message as TodoPush | Down;
    if (push.type === "DOWN") return this.#down(push);
    this.pushes.push(push);
    this.heardAll.push({ kind: "push", push, durable: this.#world.log.seqOf(push.list) });
    this.heard.push(push.type === "gone" ? `gone ${push.reason}` : `event @${push.seq}`);
  }

  #answered({ ref, value }: Reply<Answer>): void {
    const asked = this.#asked.get(ref);
    if (asked === undefined) throw new Error("an answer without a question, or a second one");
    this.#asked.delete(ref);
    // As a client has it: the text, when there is one, is all that is sent.
    const told = value.ok && value.json !== undefined ? JSON.parse(value.json) : undefined;
    const answer = told === undefined ? value : { ok: true as const, result: told as object };
    asked.answer = answer;
    this.heardAll.push({ kind: "answer", asked, durable: this.#world.log.seqOf(asked.list) });
    const said = answer.ok ? saidOf(answer.result) : answer.kind;
    this.heard.push(`${asked.request.type} ${said}`);
  }

  #down({ pid }: Down): void {
    this.#watched.delete(pid);
    this.heardAll.push({ kind: "down", server: pid });
    for (const [ref, asked] of this.#asked) {
      if (asked.server !== pid) continue;
      this.#asked.delete(ref);
      asked.answer = { ok: false, kind: "crashed" };
      this.heard.push(`${asked.request.type} crashed`);
    }
  }
}

/** What was answered, which must have been well. */
export function resultOf<Result = Record<string, unknown>>({
  request: what,
  answer,
}: Asked): Result {
  if (answer?.ok !== true) throw new Error(`${what.type}: ${JSON.stringify(answer)}`);
  return answer.result as Result;
}

/** Why it was refused; undefined: it is not answered, or well. */
export function kindOf({ answer }: Asked): string | undefined {
  return answer?.ok === false ? answer.kind : undefined;
}

function saidOf(result: object): string {
  const { seq } = result as { readonly seq?: number };
  return seq === undefined ? "done" : `@${seq}`;
}
