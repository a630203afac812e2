/**
 * ListProcess: what one list's process knows and does: decide, log, then speak.
 *
 * Owner: one TodoServer (todo_server.ts), in whose turns all of it runs.
 * Path:  a command is judged (policy), looked up by its key (write_keys), becomes events (decide),
 *        is folded and handed to the log (list_journal); what is to be said about it waits until
 *        its seq is committed (list_voice).
 * Errors: when the log refuses an append, waiting writes are told so, waiting reads are decided
 *        again. Reads go on.
 */
import { nanoid } from "nanoid";
import type { RateLimits } from "../../shared/rate_limit.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import { type Clock, type From, makeRef, type Pid, type Ref, reply } from "../runtime/index.ts";
import type { AppendNews, Birth, EventLog, LookBack, Refusal } from "../storage/event_log.ts";
import { agendaPart } from "./agenda_part.ts";
import { decide, firstTodos, membersOf } from "./decide.ts";
import { type DroppedBack, ListJournal } from "./list_journal.ts";
import { ListLife } from "./list_life.ts";
import { listJson, todosJson } from "./list_pages.ts";
import { ListVoice } from "./list_voice.ts";
import { noList, refusalFor, refusalOf } from "./policy.ts";
import type { ListLimits } from "./room.ts";
import type { PushSaying, Saying } from "./say_queue.ts";
import type { Recovered } from "./todo_recovery.ts";
import {
  type Answer,
  type Ask,
  type Command,
  isWrite,
  type Query,
  refuse,
  type Start,
} from "./todo_request.ts";
import { keyTexts, WriteKeys, writesQuery } from "./write_keys.ts";

/** Milliseconds after which a write refused because the log is full is worth trying again. */
const LOG_FULL_AFTER_MS = 100;

export interface ListProcessOptions {
  readonly list: string;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly limits: ListLimits;
  /** How many new lists a user may make. */
  readonly newLists: RateLimits;
  /** The process all of this runs in. */
  readonly pid: Pid<AppendNews | LookBack>;
}

/** A request, and who made it. */
interface Asked {
  readonly from: From;
  readonly ask: Ask;
}

/** The log is asked something for a request, which waits; undefined: it is to be asked again. */
interface Held {
  readonly ref: Ref;
  asked: Asked | undefined;
}

/** One list. All its methods are called in its process. */
export class ListProcess {
  readonly #options: ListProcessOptions;
  readonly #journal: ListJournal;
  readonly #voice: ListVoice;
  readonly #life: ListLife;
  readonly #keys = new WriteKeys();
  #held: Held | undefined;
  /** What was asked again while a request was held, or the list's life was changing. */
  readonly #waiting: Asked[] = [];

  constructor(options: ListProcessOptions) {
    this.#options = options;
    const { log, pid, clock } = options;
    this.#journal = new ListJournal(options);
    this.#voice = new ListVoice({ journal: this.#journal, log, pid });
    this.#life = new ListLife({ journal: this.#journal, voice: this.#voice, clock });
  }

  /** There is no such list, and none is being made. */
  get isAbsent(): boolean {
    const isGone = this.#journal.decided === undefined || this.#journal.deletedAt !== null;
    return isGone && this.isQuiet;
  }

  /** Nothing is unsaid or uncommitted, and nobody would miss the process. */
  get isQuiet(): boolean {
    return this.#voice.isQuiet && this.#journal.isIdle && !this.#isBusy;
  }

  /** Somebody else has written to the list's log: what is known here is the past. */
  get isOutdated(): boolean {
    return this.#journal.isOutdated;
  }

  /** No request may be taken until there is news of what the log was asked. */
  get mustWait(): boolean {
    return this.#journal.mustWait || this.#isBusy;
  }

  get #isBusy(): boolean {
    return this.#held !== undefined || this.#life.isChanging;
  }

  /** The list as the log has it. */
  recovered(recovered: Recovered): void {
    this.#journal.recovered(recovered);
    this.#voice.recall(recovered.recent);
  }

  /** Takes one request; what is said about it is said when it may be. */
  ask(from: From, ask: Ask): void {
    const { request, user } = ask;
    const state = this.#journal.decided;
    if (state === undefined) return this.#askUnborn(from, ask);
    if (this.#journal.deletedAt !== null) return this.#life.askDeleted(from, ask);
    const refusal = refusalOf(state, user, request);
    if (refusal !== undefined) return this.#voice.answer(from, ask, refusal);
    const { seq } = state;
    switch (request.type) {
      case "start":
        return this.#voice.answer(from, ask, this.#startedBefore(request, user, seq));
      case "todos":
      case "list":
      case "members":
      case "agenda":
        return this.#voice.answer(from, ask, this.#read(state, request));
      case "history":
        return this.#voice.say({ kind: "history", seq, from, ask, request });
      case "subscribe":
        return this.#voice.say({ kind: "join", seq, from, ask, position: request, state });
      case "unsubscribe":
        return this.#voice.say({ kind: "leave", seq, from, ask });
      case "delete_list":
      case "restore_list":
        return this.#life.ask(from, ask);
      default:
        return this.#write(from, ask, { state, command: request });
    }
  }

  /** The log has all events up to `seq` on disk. */
  committed(seq: number): void {
    const dropped = this.#journal.commit(seq);
    if (dropped !== undefined) return this.#dropBack(dropped);
    this.#keys.committed(seq);
    this.#life.committed();
    this.#voice.speak();
    this.#goOn();
  }

  /** The log has refused an append, and refuses all that were appended after it. */
  refused(reason: Refusal): void {
    const dropped = this.#journal.refuse(reason);
    if (dropped === undefined) return;
    if (!this.#life.refused(reason)) this.#dropBack(dropped);
    this.#goOn();
  }

  /** The log has looked something up. */
  lookedBack(back: LookBack): void {
    const held = this.#held;
    if (held === undefined || held.ref !== back.ref) return this.#voice.lookedBack(back);
    if (back.type === "writes") {
      this.#keys.know(back.writes, back.more);
      if (back.more) return;
    } else this.#keys.forgetParts();
    this.#held = undefined;
    if (held.asked !== undefined) this.#answerHeld(held.asked, back);
    this.#goOn();
  }

  #answerHeld({ from, ask }: Asked, back: LookBack): void {
    switch (back.type) {
      case "writes":
        return this.#askInTime(from, ask);
      case "made": {
        const { list } = back;
        if (list === null) return this.#voice.answer(from, ask, refuse("crashed"));
        const elsewhere = { list, request: ask.request as Start };
        return this.#voice.answer(from, ask, { ok: true, result: {}, elsewhere });
      }
      default:
        return this.#voice.answer(from, ask, refuse("crashed", undefined, { applied: "no" }));
    }
  }

  /** Takes what had to wait, as far as it may be taken now. */
  #goOn(): void {
    this.#life.goOn();
    while (!this.#isBusy) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#askInTime(next.from, next.ask);
    }
  }

  /** Unless its time is over: nobody waits for the answer. */
  #askInTime(from: From, ask: Ask): void {
    if (this.#options.clock.now() <= ask.deadline) this.ask(from, ask);
  }

  /** A subscriber has died. */
  forget(pid: Pid): void {
    this.#voice.subscribers.forget(pid);
  }

  #askUnborn(from: From, ask: Ask): void {
    const { request } = ask;
    if (request.type === "start") return this.#bear(from, ask, request);
    const answer = request.type === "unsubscribe" ? { ok: true as const, result: {} } : noList();
    this.#voice.answer(from, ask, answer);
  }

  /** Makes the list: its birth and its first todos are one append. */
  #bear(from: From, ask: Ask, { title = this.#options.list, todos = [], key }: Start): void {
    const { clock, newLists } = this.#options;
    if (this.#journal.isLogFull) return this.#voice.answer(from, ask, logFull());
    const changes = firstTodos(todos, this.#journal.room());
    if ("kind" in changes) return this.#voice.answer(from, ask, changes);
    const now = clock.now();
    if (!newLists.take(ask.user, now)) {
      const details = { after_ms: newLists.waitMs(ask.user, now) };
      return this.#voice.answer(from, ask, refuse("rate_limited", undefined, details));
    }
    const { length: firstSeq } = todos;
    const birth: Birth = {
      epoch: nanoid(12),
      title,
      owner: ask.user,
      at: clock.time(),
      key: key ?? null,
      firstSeq,
    };
    this.#keys.know([], false);
    this.#voice.lineUp({ kind: "birth", seq: 0, state: this.#journal.bear(birth) });
    const answer = this.#started(firstSeq, true);
    const maker = { user: ask.user, pid: from.pid, keys: [], birth };
    const pushes = this.#journal.append(changes, maker);
    this.#lineUp({ kind: "reply", seq: firstSeq, from, ask, answer, isOfWrite: true }, pushes);
  }

  /** The list is there already: made by a repeat of this `start`, or otherwise. */
  #startedBefore({ key }: Start, user: string, seq: number): Answer {
    const { birth } = this.#journal;
    if (birth === undefined || key === undefined) return this.#started(seq, false);
    if (birth.key !== key || birth.owner !== user) return this.#started(seq, false);
    const { result } = this.#started(birth.firstSeq, true);
    return { ok: true, result: { ...result, replayed: true } };
  }

  #write(
    from: From,
    ask: Ask,
    { state, command }: { readonly state: ListState; readonly command: Command },
  ): void {
    const { user } = ask;
    const { key, type: method } = command;
    const keyed = key === undefined ? undefined : { user, key, method };
    if (keyed !== undefined) {
      if (!this.#keys.isKnown) return this.#askForKeys(from, ask);
      const replay = this.#keys.replay(keyed, state, this.#options.clock.time());
      if (replay !== undefined) return this.#voice.answer(from, ask, replay);
    }
    if (this.#journal.isLogFull) return this.#voice.answer(from, ask, logFull());
    const { changes, answer } = decide(state, command, this.#journal.room());
    if (changes.length === 0 || !answer.ok) return this.#voice.answer(from, ask, answer);
    const keys = keyTexts(command, answer.result, changes.length);
    const pushes = this.#journal.append(changes, { user, pid: from.pid, keys });
    const last = pushes.at(-1) as PushSaying;
    if (keyed !== undefined) this.#keys.add(keyed, answer.result, last.event.at);
    const { seq } = last;
    this.#lineUp({ kind: "reply", seq, from, ask, answer, isOfWrite: true }, pushes);
  }

  #askForKeys(from: From, ask: Ask): void {
    const { list, log, clock, pid } = this.#options;
    log.writes(writesQuery(list, clock.time()), pid, this.#hold(from, ask));
  }

  #hold(from: From, ask: Ask): Ref {
    const ref = makeRef();
    this.#held = { ref, asked: { from, ask } };
    return ref;
  }

  /** A write's reply comes before its own pushes. */
  #lineUp(reply: Saying, pushes: readonly Saying[]): void {
    this.#voice.lineUp(reply);
    for (const push of pushes) this.#voice.lineUp(push);
  }

  #read(state: ListState, query: Query): Answer {
    switch (query.type) {
      case "todos":
        return { ok: true, result: {}, json: todosJson(state, query.date, query) };
      case "list":
        return { ok: true, result: {}, json: listJson(this.#journal.name, state, query) };
      case "members":
        return { ok: true, result: { members: membersOf(state), seq: state.seq } };
      case "agenda":
        return { ok: true, result: agendaPart(state, query) };
      default:
        return query satisfies never;
    }
  }

  #started(seq: number, created: boolean) {
    const { list, epoch } = this.#journal.name;
    const pid = String(this.#options.pid);
    return { ok: true as const, result: { list, pid, epoch, seq, created } };
  }

  /** What waited to be said was decided on a state that is lost. */
  #dropBack(dropped: DroppedBack): void {
    this.#keys.dropBack();
    const held = this.#held;
    const waiting = this.#voice.takeAll();
    const change = this.#life.takeBack();
    for (const saying of waiting) this.#unsaid(saying, dropped);
    if (change !== undefined) this.#again(change);
    // What is held came last, and keeps its place.
    if (held?.asked === undefined) return;
    const { asked } = held;
    held.asked = undefined;
    this.#again(asked);
  }

  #again({ from, ask }: Asked): void {
    if (this.#isBusy) this.#waiting.push({ from, ask });
    else this.#askInTime(from, ask);
  }

  #unsaid(saying: Saying, { reason, lastSeq }: DroppedBack): void {
    if (saying.kind === "push" || saying.kind === "birth") return;
    const { from, ask } = saying;
    if (this.isOutdated) return reply(from, refuse("crashed"));
    if (!this.#isLost(saying, { reason, lastSeq })) return this.#again({ from, ask });
    if (reason === "made") return this.#askWhatWasMade(from, ask);
    reply(from, refusalFor(reason, ask.request));
  }

  /** Writes that are refused with the append; all others are asked again. */
  #isLost(saying: Saying & { readonly ask: Ask }, { reason, lastSeq }: DroppedBack): boolean {
    const { request } = saying.ask;
    if (reason !== "read_only" && reason !== "fence") {
      return saying.kind === "reply" && saying.isOfWrite && saying.seq === lastSeq;
    }
    // There is none of that list now; `start` of one that is there is no write.
    if (request.type === "start") return this.#journal.committed === undefined;
    return isWrite(request);
  }

  /** The key of a `start` has made another list, which is to be asked. */
  #askWhatWasMade(from: From, ask: Ask): void {
    const { log, pid } = this.#options;
    const { key = "" } = ask.request as Start;
    log.made({ user: ask.user, key }, pid, this.#hold(from, ask));
  }
}

function logFull(): Answer {
  return refuse("overloaded", undefined, { after_ms: LOG_FULL_AFTER_MS });
}
