/**
 * ListVoice: all that one list's process says: replies, pushes, and what it looked up in the log.
 *
 * Owner: one ListProcess.
 * Order: what speaks of a seq is said once that seq is committed, in the order it was put in
 *        (say_queue.ts). `history`, and a `subscribe` from further back than what is at hand, are
 *        answered when the log has answered; a subscriber joins in the turn it is told in.
 * Source: PROTOCOL.md sections 4 and 5.
 */
import { encodePush } from "../../shared/protocol/codec.ts";
import {
  HISTORY_ENTRIES,
  PAGE_BYTES_MAX,
  RESUME_BYTES_MAX,
  RESUME_EVENTS_MAX,
} from "../../shared/protocol/limits.ts";
import type { SnapshotReason } from "../../shared/protocol/results.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import { type From, makeRef, type Pid, type Ref, reply } from "../runtime/index.ts";
import type { EventLog, LookBack, StoredEvent } from "../storage/event_log.ts";
import type { ListJournal } from "./list_journal.ts";
import { type ListName, listJson } from "./list_pages.ts";
import { noList } from "./policy.ts";
import { type RecentEvent, RecentEvents } from "./recent_events.ts";
import { type PushSaying, type Saying, SayQueue } from "./say_queue.ts";
import { Subscribers } from "./subscribers.ts";
import { eventJson, eventPush, gonePush, snapshotMessage } from "./todo_push.ts";
import { type Answer, type Ask, type Joined, type Missed, refuse } from "./todo_request.ts";

/** Room for what stands around the events of a page. */
const ENVELOPE_BYTES = 1024;
/** More than what stands around one: ids and users of 64 characters, an epoch, numbers, a pid. */
const EVENT_BYTES = 400;

type Join = Extract<Saying, { kind: "join" }>;

/** What a subscriber is told when it joins: to the client, or to a connection that joins again. */
interface Welcome {
  readonly seq: number;
  readonly json: () => string;
  readonly missed: () => Missed;
}

export interface ListVoiceOptions {
  readonly journal: ListJournal;
  readonly log: EventLog;
  /** Whom the log tells of what was looked up. */
  readonly pid: Pid<LookBack>;
}

/** Of one list; its process calls all of this. */
export class ListVoice {
  readonly subscribers = new Subscribers();
  readonly #journal: ListJournal;
  readonly #log: EventLog;
  readonly #pid: Pid<LookBack>;
  readonly #says = new SayQueue();
  readonly #looks = new Map<Ref, (back: LookBack) => void>();
  /** Subscribers whose events the log is looking up. */
  readonly #joining = new Map<Pid, { readonly ref: Ref; readonly join: Join }>();
  #recent = new RecentEvents();
  #snapshot:
    | { readonly state: ListState; readonly epoch: string; readonly json: string }
    | undefined;

  constructor({ journal, log, pid }: ListVoiceOptions) {
    this.#journal = journal;
    this.#log = log;
    this.#pid = pid;
  }

  /** Nothing is left to say, and nobody listens. */
  get isQuiet(): boolean {
    return this.isSilent && this.#looks.size === 0 && this.subscribers.size === 0;
  }

  /** Nothing waits to be said. */
  get isSilent(): boolean {
    return this.#says.size === 0;
  }

  /** The events at hand, when the list was brought back. */
  recall(recent: RecentEvents): void {
    this.#recent = recent;
  }

  /** An answer that speaks of what is decided by now. */
  answer(from: From, ask: Ask, answer: Answer): void {
    const seq = this.#journal.decidedSeq;
    if (this.#says.size === 0 && seq <= this.#journal.committedSeq) this.#reply(from, answer);
    else this.#says.push({ kind: "reply", seq, from, ask, answer, isOfWrite: false });
  }

  /** Says it when it may be. */
  say(saying: Saying): void {
    this.#says.push(saying);
    this.speak();
  }

  /** Lines it up; it is said after the commit of its seq. */
  lineUp(saying: Saying): void {
    this.#says.push(saying);
  }

  /** Says all that may be said. */
  speak(): void {
    const upTo = this.#journal.committedSeq;
    let saying = this.#says.release(upTo);
    for (; saying !== undefined; saying = this.#says.release(upTo)) this.#sayOne(saying);
  }

  /** Takes back all that was not said: the state it was decided on is lost. */
  takeAll(): Saying[] {
    return this.#says.takeAll();
  }

  /** The log has looked something up. */
  lookedBack(back: LookBack): void {
    const look = this.#looks.get(back.ref as Ref);
    this.#looks.delete(back.ref as Ref);
    look?.(back);
  }

  /** The list is deleted: everybody is told so, and nothing after it. */
  end(): void {
    const gone: Answer = { ...noList(), isDeleted: true };
    for (const { join } of this.#joining.values()) reply(join.from, gone);
    this.#joining.clear();
    this.subscribers.expelAll(gonePush(this.#journal.name.list, "deleted"));
  }

  #sayOne(saying: Saying): void {
    switch (saying.kind) {
      case "birth":
        return this.#journal.told({ state: saying.state, todosBytes: 0 });
      case "reply":
        return this.#reply(saying.from, saying.answer);
      case "push":
        this.#journal.told(saying);
        return this.#push(saying);
      case "join":
        return this.#join(saying);
      case "leave":
        this.#joinAtOnce(saying.from.pid);
        this.subscribers.leave(saying.from.pid);
        return reply(saying.from, { ok: true, result: {} } satisfies Answer);
      case "history":
        return this.#history(saying);
      default:
        return saying satisfies never;
    }
  }

  /** To one who joins again what it missed comes first: it is subscribed, as far as it knows. */
  #reply(from: From, answer: Answer): void {
    if (this.#joining.get(from.pid)?.join.position.again === true) this.#joinAtOnce(from.pid);
    reply(from, answer);
  }

  #push({ event, body, state }: PushSaying): void {
    const { seq, at, by, pid } = event;
    this.#recent.add({ seq, at, by, pid, body });
    if (this.subscribers.size === 0) return;
    const { name } = this.#journal;
    if (event.op === "member_removed") {
      this.subscribers.expel(event.user, gonePush(name.list, "revoked"));
    }
    this.subscribers.push(eventPush(name, event, { body, state }));
  }

  #join(join: Join): void {
    const { from, position, state } = join;
    this.#joinAtOnce(from.pid);
    const { epoch, seq } = position;
    if (epoch === undefined || seq === undefined) return this.#begin(join, state);
    const missed = state.seq - seq;
    if (epoch !== this.#journal.name.epoch) return this.#begin(join, state, "epoch");
    if (missed < 0) return this.#begin(join, state, "ahead");
    if (missed > RESUME_EVENTS_MAX) return this.#tooMany(join);
    const events = this.#recent.since(seq, state.seq);
    if (events === undefined) return this.#lookUp(join, seq);
    return this.#resume(join, events);
  }

  /** The events are older than what is at hand. */
  #lookUp(join: Join, after: number): void {
    const { list } = this.#journal.name;
    const before = join.state.seq + 1;
    const bounds = { before, after, limit: RESUME_EVENTS_MAX };
    const query = { list, ...bounds, bytesMax: RESUME_BYTES_MAX, bytesEach: 0 };
    const ref = this.#look((back) => {
      if (this.#joining.get(join.from.pid)?.ref !== ref) return; // It was answered meanwhile.
      this.#joining.delete(join.from.pid);
      if (back.type === "events") this.#resumeFromLog(join, back.events.toReversed());
      else this.#tooMany(join);
    });
    this.#joining.set(join.from.pid, { ref, join });
    this.#log.events(query, this.#pid, ref);
  }

  #resumeFromLog(join: Join, stored: readonly StoredEvent[]): void {
    const state = this.#journal.committed;
    if (state === undefined || !this.#isMember(join.ask.user)) return reply(join.from, noList());
    const since = this.#recent.since(join.state.seq, state.seq);
    const isWhole = stored.length === join.state.seq - (join.position.seq ?? 0);
    if (since === undefined || !isWhole) return this.#tooMany(join);
    this.#resume({ ...join, state }, [...stored.map(recentEvent), ...since]);
  }

  #resume(join: Join, events: readonly RecentEvent[]): void {
    const { list, epoch } = this.#journal.name;
    const { seq } = join.state;
    const texts = events.map((event) => eventJson({ list, epoch }, event, event.body));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes > RESUME_BYTES_MAX) return this.#tooMany(join);
    const position = `"list":"${list}","epoch":"${epoch}","seq":${seq}`;
    this.#welcome(join, {
      seq,
      json: () => `{"mode":"resumed",${position},"events":[${texts.join(",")}]}`,
      missed: () => ({
        events: events.map((event, index) => {
          return { seq: event.seq, text: encodePush("event", texts[index] as string) };
        }),
      }),
    });
  }

  /** One who asks something else before the log has answered is given a snapshot. */
  #joinAtOnce(pid: Pid): void {
    const joining = this.#joining.get(pid);
    if (joining === undefined) return;
    this.#joining.delete(pid);
    this.#tooMany(joining.join);
  }

  /** The list as it is now; one removed since it asked, while the log looked, is not let in. */
  #tooMany(join: Join): void {
    if (!this.#isMember(join.ask.user)) return reply(join.from, noList());
    this.#begin(join, this.#journal.committed ?? join.state, "too_many");
  }

  #begin(join: Join, state: ListState, reason?: SnapshotReason): void {
    const list = this.#snapshotOf(state);
    const why = reason === undefined ? "" : `"reason":"${reason}",`;
    this.#welcome(join, {
      seq: state.seq,
      json: () => `{"mode":"snapshot",${why}${list.slice(1)}`,
      missed: () => ({ snapshot: snapshotMessage("restarted", list) }),
    });
  }

  #welcome({ from, ask, position }: Join, { seq, json, missed }: Welcome): void {
    this.subscribers.join(from.pid, ask.user);
    const joined: Joined = { ...this.#journal.name, seq };
    const answer: Answer =
      position.again === true
        ? { ok: true, result: { ...joined, missed: missed() } }
        : { ok: true, result: joined, json: json() };
    reply(from, answer);
  }

  /** Made once for all who join at the same seq. */
  #snapshotOf(state: ListState): string {
    const { name } = this.#journal;
    if (this.#snapshot?.state !== state || this.#snapshot.epoch !== name.epoch) {
      this.#snapshot = { state, epoch: name.epoch, json: listJson(name, state, {}) };
    }
    return this.#snapshot.json;
  }

  #history({ from, ask, request }: Extract<Saying, { kind: "history" }>): void {
    const { name, committedSeq } = this.#journal;
    const { before: wanted = committedSeq + 1, limit = HISTORY_ENTRIES } = request;
    const before = Math.min(wanted, committedSeq + 1);
    if (before <= 1) return reply(from, historyPage(name, []));
    const bytesMax = PAGE_BYTES_MAX - ENVELOPE_BYTES;
    const bounds = { before, after: 0, limit, bytesMax, bytesEach: EVENT_BYTES };
    const ref = this.#look((back) => {
      if (!this.#isMember(ask.user)) return reply(from, noList());
      reply(from, back.type === "events" ? historyPage(name, back.events) : refuse("internal"));
    });
    this.#log.events({ list: name.list, ...bounds }, this.#pid, ref);
  }

  /** As far as everybody has been told. */
  #isMember(user: string): boolean {
    return this.#journal.deletedAt === null && this.#journal.committed?.members.has(user) === true;
  }

  #look(then: (back: LookBack) => void): Ref {
    const ref = makeRef();
    this.#looks.set(ref, then);
    return ref;
  }
}

function historyPage(name: ListName, events: readonly StoredEvent[]): Answer {
  const texts = events.map((event) => eventJson(name, recentEvent(event), event.body));
  const isMore = (events.at(-1)?.seq ?? 1) > 1;
  return {
    ok: true,
    result: {},
    json: `{"events":[${texts.join(",")}]${isMore ? ',"more":true' : ""}}`,
  };
}

function recentEvent({ seq, at, user, pid, body }: StoredEvent): RecentEvent {
  return { seq, at, by: user, pid, body };
}
