/**
 * ListProcess: what one list's process knows and does: decide, log, then speak.
 *
 * Owner: one TodoServer (todo_server.ts), in whose turns all of it runs.
 * Path:  a command is judged (policy), becomes events (decide), is folded into `decided` and
 *        appended to the log; what is to be said about it waits in the say-queue until its seq is
 *        committed.
 * Order: one total order per list, seq + 1 without gaps. `committed` follows `decided`.
 * Errors: when the log refuses an append, `decided` drops back to `committed`; waiting writes are
 *        told so, waiting reads are decided again. Reads go on.
 */
import { nanoid } from "nanoid";
import type { RateLimits } from "../../shared/rate_limit.ts";
import type { Change, ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import { type Clock, type From, type Pid, reply, self } from "../runtime/index.ts";
import type {
  AppendNews,
  Birth,
  EventLog,
  EventRow,
  Loaded,
  Refusal,
} from "../storage/event_log.ts";
import { decide, firstTodos, membersOf } from "./decide.ts";
import { eventRow } from "./event_row.ts";
import { listPage, todosPage } from "./list_pages.ts";
import { noList, refusalOf, taken } from "./policy.ts";
import { RecentEvents } from "./recent_events.ts";
import { type Saying, SayQueue } from "./say_queue.ts";
import { Subscribers } from "./subscribers.ts";
import { eventPush, gonePush } from "./todo_push.ts";
import { recover } from "./todo_recovery.ts";
import {
  type Answer,
  type Ask,
  type Command,
  isWrite,
  type Query,
  refuse,
  type Start,
  type Subscribe,
  type TodoRequest,
} from "./todo_request.ts";
import { Uncommitted } from "./uncommitted.ts";

/** Bytes the whole log may have uncommitted before writes are refused as overloaded. */
const LOG_UNCOMMITTED_BYTES_MAX = 64 * 1024 * 1024;
/** Milliseconds after which a write refused for that is worth trying again. */
const LOG_FULL_AFTER_MS = 100;
/** seq of a list that has not been born, as far as the log knows. */
const UNBORN = -1;

export interface ListProcessOptions {
  readonly list: string;
  readonly log: EventLog;
  readonly clock: Clock;
  /** How many new lists a user may make. */
  readonly newLists: RateLimits;
}

/** One list. All its methods are called in its process. */
export class ListProcess {
  readonly #list: string;
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #newLists: RateLimits;
  readonly #pid: Pid<AppendNews>;
  readonly #says = new SayQueue();
  readonly #uncommitted = new Uncommitted();
  readonly subscribers = new Subscribers();
  #recent = new RecentEvents();
  #epoch = "";
  #lastAt = 0;
  /** undefined: the list does not exist. */
  #decided: ListState | undefined;
  #committed: ListState | undefined;
  #committedSeq = UNBORN;
  /** Why the log refuses; undefined: it does not. */
  #refusal: Refusal | undefined;
  #isOutdated = false;

  constructor({ list, log, clock, newLists }: ListProcessOptions) {
    this.#list = list;
    this.#log = log;
    this.#clock = clock;
    this.#newLists = newLists;
    this.#pid = self();
  }

  /** There is no such list, and none is being made. */
  get isAbsent(): boolean {
    return this.#decided === undefined && this.isQuiet;
  }

  /** Nothing is unsaid or uncommitted, and nobody would miss the process. */
  get isQuiet(): boolean {
    return this.#says.size === 0 && this.#uncommitted.isEmpty && this.subscribers.size === 0;
  }

  /** Somebody else has written to the list's log: what is known here is the past. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** No command may be taken until there is news of what is uncommitted. */
  get mustWait(): boolean {
    return this.#uncommitted.mustWait;
  }

  /** The list as the log has it. */
  loaded({ state }: Extract<Loaded, { type: "loaded" }>): void {
    if (state === null) return;
    const { epoch, state: list, recent, lastAt } = recover(state.birth, state.events);
    this.#born(epoch, list);
    this.#committed = list;
    this.#committedSeq = list.seq;
    this.#recent = recent;
    this.#lastAt = lastAt;
  }

  /** Takes one request; what is said about it is said when it may be. */
  ask(from: From, ask: Ask): void {
    const { request, user } = ask;
    const state = this.#decided;
    if (state === undefined) return this.#askUnborn(from, ask);
    const refusal = refusalOf(state, user, request);
    if (refusal !== undefined) return this.#answer(from, ask, refusal);
    const { seq } = state;
    switch (request.type) {
      case "start":
        return this.#answer(from, ask, this.#started(seq, false));
      case "todos":
      case "list":
      case "members":
        return this.#answer(from, ask, this.#read(state, request));
      case "subscribe":
        return this.#say({ kind: "join", seq, from, ask, position: request, state });
      case "unsubscribe":
        return this.#say({ kind: "leave", seq, from, ask });
      case "add_todo":
      case "update_todo":
      case "delete_todo":
      case "rename_list":
      case "share":
      case "unshare":
        return this.#write(state, { from, ask, command: request });
      default:
        return request satisfies never;
    }
  }

  /** The log has all events up to `seq` on disk. */
  committed(seq: number): void {
    if (this.#uncommitted.isRefused) return this.#dropBack("fence", true); // On whose events?
    this.#uncommitted.committed(seq);
    this.#committedSeq = seq;
    this.#speak();
  }

  /** The log has refused an append, and refuses all that were appended after it. */
  refused(reason: Refusal): void {
    this.#refusal ??= reason;
    if (!this.#uncommitted.refused()) return;
    const first = this.#refusal;
    this.#refusal = undefined;
    this.#dropBack(first, first === "fence" && this.#committed !== undefined);
  }

  #dropBack(reason: Refusal, isOutdated: boolean): void {
    const waiting = this.#says.takeAll();
    this.#decided = this.#committed;
    this.#isOutdated = isOutdated;
    for (const saying of waiting) this.#unsaid(saying, reason);
  }

  #askUnborn(from: From, ask: Ask): void {
    const { request } = ask;
    if (request.type === "start") return this.#bear(from, ask, request);
    this.#answer(from, ask, request.type === "unsubscribe" ? { ok: true, result: {} } : noList());
  }

  /** Makes the list: its birth and its first todos are one append. */
  #bear(from: From, ask: Ask, { title = this.#list, todos = [], key }: Start): void {
    if (this.#isLogFull) return this.#answer(from, ask, logFull());
    const now = this.#clock.now();
    if (!this.#newLists.take(ask.user, now)) {
      const details = { after_ms: this.#newLists.waitMs(ask.user, now) };
      return this.#answer(from, ask, refuse("rate_limited", undefined, details));
    }
    const at = this.#clock.time();
    const birth: Birth = { epoch: nanoid(12), title, owner: ask.user, at };
    this.#lastAt = at;
    const state = TodoEvents.empty(title, ask.user);
    this.#born(birth.epoch, state);
    this.#says.push({ kind: "birth", seq: 0, state });
    this.#answerAfter(from, ask, {
      seq: todos.length,
      answer: this.#started(todos.length, true),
    });
    this.#append(firstTodos(todos), { from, user: ask.user, key, birth });
  }

  #born(epoch: string, state: ListState): void {
    this.#epoch = `${epoch}.${this.#log.generation}`;
    this.#decided = state;
  }

  #write(
    state: ListState,
    { from, ask, command }: { readonly from: From; readonly ask: Ask; readonly command: Command },
  ): void {
    if (this.#isLogFull) return this.#answer(from, ask, logFull());
    const { changes, answer } = decide(state, command);
    this.#answerAfter(from, ask, { seq: state.seq + changes.length, answer });
    if (changes.length > 0) this.#append(changes, { from, user: ask.user, key: command.key });
  }

  get #isLogFull(): boolean {
    return this.#log.uncommittedBytes > LOG_UNCOMMITTED_BYTES_MAX;
  }

  /** Folds the changes into `decided`, hands them to the log, and lines up their pushes. */
  #append(
    changes: readonly Change[],
    by: {
      readonly from: From;
      readonly user: string;
      readonly key?: string | undefined;
      readonly birth?: Birth;
    },
  ): void {
    const at = Math.max(this.#lastAt, this.#clock.time());
    this.#lastAt = at;
    const pid = String(by.from.pid);
    const rows: EventRow[] = [];
    let bytes = 0;
    for (const change of changes) {
      const before = this.#decided as ListState;
      const event: TodoEvent = { ...change, seq: before.seq + 1, at, by: by.user, pid };
      const state = TodoEvents.apply(before, event);
      const row = eventRow(event, state, by.key);
      const { seq, body } = row;
      this.#decided = state;
      rows.push(row);
      bytes += body.length;
      this.#says.push({ kind: "push", seq, event, body, state });
    }
    const lastSeq = (this.#decided as ListState).seq;
    this.#uncommitted.add({ lastSeq, events: rows.length, bytes });
    const { birth } = by;
    const append = { list: this.#list, rows };
    this.#log.append(birth === undefined ? append : { ...append, birth }, this.#pid);
  }

  #read(state: ListState, query: Query): Answer {
    switch (query.type) {
      case "todos":
        return { ok: true, result: todosPage(state, query.date, query) };
      case "list":
        return { ok: true, result: listPage(this.#name, state, query) };
      case "members":
        return { ok: true, result: { members: membersOf(state), seq: state.seq } };
      default:
        return query satisfies never;
    }
  }

  #started(seq: number, created: boolean): Answer {
    const { list, epoch } = this.#name;
    return { ok: true, result: { list, pid: String(this.#pid), epoch, seq, created } };
  }

  get #name(): { readonly list: string; readonly epoch: string } {
    return { list: this.#list, epoch: this.#epoch };
  }

  #answer(from: From, ask: Ask, answer: Answer): void {
    this.#answerAfter(from, ask, { seq: this.#decided?.seq ?? UNBORN, answer });
  }

  #answerAfter(
    from: From,
    ask: Ask,
    { seq, answer }: { readonly seq: number; readonly answer: Answer },
  ): void {
    if (this.#says.size === 0 && seq <= this.#committedSeq) reply(from, answer);
    else this.#says.push({ kind: "reply", seq, from, ask, answer });
  }

  #say(saying: Saying): void {
    this.#says.push(saying);
    this.#speak();
  }

  /** Says all that may be said. */
  #speak(): void {
    const upTo = this.#committedSeq;
    let saying = this.#says.release(upTo);
    for (; saying !== undefined; saying = this.#says.release(upTo)) this.#sayOne(saying);
  }

  #sayOne(saying: Saying): void {
    switch (saying.kind) {
      case "birth":
        this.#committed = saying.state;
        return;
      case "reply":
        return reply(saying.from, saying.answer);
      case "push":
        this.#committed = saying.state;
        this.#recent.add(saying.event);
        return this.#push(saying.event, saying.body);
      case "join":
        this.subscribers.join(saying.from.pid, saying.ask.user);
        return reply(saying.from, this.#subscribed(saying.state, saying.position));
      case "leave":
        this.subscribers.leave(saying.from.pid);
        return reply(saying.from, { ok: true, result: {} } satisfies Answer);
      default:
        return saying satisfies never;
    }
  }

  #push(event: TodoEvent, body: string): void {
    if (this.subscribers.size === 0) return;
    if (event.op === "member_removed") {
      this.subscribers.expel(event.user, gonePush(this.#list));
    }
    this.subscribers.push(eventPush(this.#name, event, body));
  }

  #subscribed(state: ListState, { epoch, seq }: Subscribe): Answer {
    if (epoch === undefined || seq === undefined) {
      return { ok: true, result: { mode: "snapshot", ...listPage(this.#name, state, {}) } };
    }
    const now = { epoch: this.#epoch, seq: state.seq };
    const since = this.#recent.since({ epoch, seq }, now);
    if (typeof since === "string") {
      const snapshot = listPage(this.#name, state, {});
      return { ok: true, result: { mode: "snapshot", reason: since, ...snapshot } };
    }
    const events = since.map((event) => ({ ...this.#name, ...event }));
    return { ok: true, result: { mode: "resumed", list: this.#list, ...now, events } };
  }

  /** What waited to be said was decided on a state that is lost. */
  #unsaid(saying: Saying, reason: Refusal): void {
    if (saying.kind === "push" || saying.kind === "birth") return;
    const { from, ask } = saying;
    if (this.#isOutdated) reply(from, refuse("crashed"));
    else if (this.#isLost(ask.request)) reply(from, refusalFor(reason, ask.request));
    else this.ask(from, ask);
  }

  /** A write; `start` of a list that is there is none. */
  #isLost(request: TodoRequest): boolean {
    if (request.type === "start") return this.#committed === undefined;
    return isWrite(request);
  }
}

function logFull(): Answer {
  return refuse("overloaded", undefined, { after_ms: LOG_FULL_AFTER_MS });
}

function refusalFor(reason: Refusal, { type }: TodoRequest): Answer {
  switch (reason) {
    case "read_only":
      return refuse("read_only");
    case "fence": // Of a birth, and of what came after it.
      return type === "start" ? taken() : noList();
    case "constraint":
      return refuse("internal", undefined, { applied: "no" });
    default:
      return reason satisfies never;
  }
}
