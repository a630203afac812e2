/**
 * WireJudge: one connection as its server's end shows it: what was taken, what was said, and
 * whether that was right.
 *
 * Order: a reply to each call, once, in its time; a write's reply before its push. What is said of
 *        subscribed lists: subscription_judge.ts.
 */
import { isMethod, METHODS } from "../../shared/protocol/methods.ts";
import type { Push } from "../../shared/protocol/pushes.ts";
import type { EventParams, Subscribed } from "../../shared/protocol/results.ts";
import type { Frame } from "./client_frames.ts";
import type { History } from "./history.ts";
import { judgeRefusal, type RefusalData } from "./refusal_judge.ts";
import { judgeResult } from "./reply_judge.ts";
import type { LinkTap } from "./sim_link.ts";
import { type Spoken, SubscriptionJudge } from "./subscription_judge.ts";
import { type Bench, type SentParams, type TakenCall, takenCall, wordsOf } from "./taken_call.ts";
import { wordOf } from "./truth.ts";
import { must } from "./violation.ts";

/** Milliseconds after its deadline by which a call is answered `timeout`: a sweep, some turns. */
const SWEEP_MS = 400;
/** Calls in flight beyond which what is sent may wait unread, and its time does not run. */
const MANY = 150;

/** The close of a server that ends. */
const GOING_AWAY = 4100;
/** Milliseconds that a cast may be in flight; and that a frame may wait for its turn. */
const CAST_MS = 6_000;
const TURNS_MS = 50;

/** What a list's mailbox orders; what looks into the log is answered when it may. */
const HANDLED_IN_ORDER: ReadonlySet<string> = new Set([
  "add_todo",
  "update_todo",
  "delete_todo",
  "tx",
  "rename_list",
  "share",
  "unshare",
  "list",
  "todos",
  "members",
]);

/** What is about all lists of the user, and waits for the writes that were sent before. */
const OF_ALL_LISTS: ReadonlySet<string> = new Set(["lists", "agenda"]);

/** What came from the server, or was sent to it. */
interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: SentParams;
  readonly result?: unknown;
  readonly error?: { readonly data: RefusalData };
}

export interface WireJudgeOptions {
  readonly bench: Bench;
  readonly history: History;
  /** "alice#2~1": the client and its connection. */
  readonly name: string;
  /** The rate of its messages is limited. */
  readonly isLimited: boolean;
  /** The client reads nothing at present. */
  readonly isStalled: () => boolean;
  /** Its end is closed: nothing is owed to it. */
  readonly isGone: () => boolean;
}

export class WireJudge implements LinkTap {
  readonly subscriptions: SubscriptionJudge;
  readonly #options: WireJudgeOptions;
  readonly #calls = new Map<unknown, TakenCall[]>();
  /** The words of its writes that were answered. */
  readonly #answered = new Set<string>();
  /** The call of each list that was answered last, of those that its mailbox orders. */
  readonly #handled = new Map<string, { readonly number: number; readonly seq: number }>();
  #taken = 0;
  #pending = 0;
  /** Messages that are answered with `id: null`. */
  #unreadable = 0;
  /** What is sent may wait unread for long. */
  #isHeldUp: boolean;
  /** The server has said goodbye: what is sent since may not be read any more. */
  #isCalledAway = false;
  /** Of each reply: the number of its call, and how many had been taken by then. */
  readonly #replies: [number: number, taken: number][] = [];
  #castAt = Number.NEGATIVE_INFINITY;
  /** Of each call by its number: when the last cast before it was taken. */
  readonly #castsBefore: number[] = [];
  #isLeaving = false;
  #isOver = false;

  constructor(options: WireJudgeOptions) {
    this.#options = options;
    this.#isHeldUp = options.isLimited;
    this.subscriptions = new SubscriptionJudge(options.bench, options.name);
  }

  /** "alice#2": whose connection it is. */
  get client(): string {
    return this.#name.slice(0, this.#name.lastIndexOf("~"));
  }

  /** Calls without an answer. */
  get pending(): number {
    return this.#isOver ? 0 : this.#pending;
  }

  /** Some call that was taken is on disk, and its answer has not left. */
  get hasUntold(): boolean {
    const { truth } = this.#options.bench;
    for (const calls of this.#calls.values()) {
      for (const call of calls) {
        if (wordsOf(call).some((word) => truth.find(word) !== undefined)) return true;
      }
    }
    return false;
  }

  // ── What the server takes

  /** A frame that `ws` has read. */
  taken(text: string): void {
    for (const message of text.split("\n")) if (message !== "") this.#take(message);
  }

  #take(text: string): void {
    this.#note(">", text);
    if (this.#isLeaving) return;
    const message = parsed(text);
    const isId = typeof message?.id === "string" || typeof message?.id === "number";
    if (!isId || typeof message.method !== "string") {
      const isCast = message?.id === undefined && typeof message?.method === "string";
      if (!isCast) this.#unreadable += 1;
      else this.#castAt = this.#options.bench.now();
      return;
    }
    const { bench, isStalled } = this.#options;
    const { id, method, params = {} } = message;
    const calls = this.#calls.get(id) ?? [];
    this.#castsBefore[this.#taken] = this.#castAt;
    this.#taken += 1;
    const call = takenCall(bench, { id, method, params, number: this.#taken });
    bench.order.take(this.client, wordsOf(call));
    calls.push(call);
    this.#calls.set(id, calls);
    this.#pending += 1;
    if (isStalled()) this.#isHeldUp = true; // Nothing is read for one so far behind.
    if (this.#pending > MANY && !this.#isHeldUp) {
      this.#isHeldUp = true;
      bench.reached.mark("reading_paused");
    }
  }

  // ── What it says

  said(frame: Frame): void {
    if (this.#options.isStalled()) this.#isHeldUp = true; // What is asked for may wait for room.
    if (frame.kind === "close") {
      this.#note("<", `close ${frame.code}`);
      this.#options.bench.reached.markNamed(`closed_${frame.code}`);
      this.#lastWord();
    }
    if (frame.kind !== "text") return;
    this.#note("<", frame.text);
    const message = JSON.parse(frame.text) as Message;
    if (message.method === undefined) this.#reply(message);
    else this.#push(message.method, message.params);
  }

  serverEnded(): void {
    this.#note("=", "ended");
    this.judgeDeadlines();
    this.#isOver = true;
  }

  /** No call is long overdue. */
  judgeDeadlines(): void {
    const { bench, name, isGone } = this.#options;
    if (this.#isCrowded || this.#isOver || isGone()) return;
    for (const calls of this.#calls.values()) {
      for (const { method, id, deadline } of calls) {
        const isLate = bench.now() > deadline + SWEEP_MS;
        must(!isLate, () => `${name}: ${method} ${String(id)} is not answered in its time`);
      }
    }
  }

  #reply({ id, result, error }: Message): void {
    if (id === null) return this.#nullReply(error?.data);
    const calls = this.#calls.get(id);
    const call = calls?.shift();
    must(call !== undefined, () => `${this.#name}: a reply to ${String(id)}, which is no call`);
    if (calls?.length === 0) this.#calls.delete(id);
    this.#pending -= 1;
    this.#replies.push([call.number, this.#taken]);
    for (const word of wordsOf(call)) this.#answered.add(word);
    const { bench } = this.#options;
    const { subscriptions } = this;
    const { user, pid } = subscriptions;
    if (error !== undefined) {
      const isCrowded = this.#isCrowded;
      return judgeRefusal(bench, call, { data: error.data, user, isCrowded });
    }
    if (call.method === "subscribe") return subscriptions.subscribed(call, result as Subscribed);
    judgeResult(bench, call, { result, receiver: { user, pid } });
    this.#inOrder(call, result as Spoken);
    if (OF_ALL_LISTS.has(call.method)) this.#afterWrites(call);
    subscriptions.replied(call, result);
  }

  /** A list handles the calls of one connection in the order sent; reads see the writes before. */
  #inOrder({ number, method, params }: TakenCall, { seq, replayed }: Spoken): void {
    const { list = "" } = params;
    if (!HANDLED_IN_ORDER.has(method) || seq === undefined || replayed === true) return;
    const last = this.#handled.get(list) ?? { number: 0, seq: 0 };
    const isSo = number > last.number && seq >= last.seq;
    must(isSo, () => `${this.#name}: ${method} of ${list} was handled before one sent earlier`);
    this.#handled.set(list, { number, seq });
  }

  /** Whoever asks of all lists sees what the same connection wrote before. */
  #afterWrites({ method, number }: TakenCall): void {
    for (const calls of this.#calls.values()) {
      const before = calls.find((call) => call.number < number && isWrite(call));
      const what = `${before?.method} ${String(before?.id)}`;
      must(before === undefined, () => `${this.#name}: ${method} was told before ${what}`);
    }
  }

  /** The answer to what could not be read, or had an id that is in flight. */
  #nullReply(data: RefusalData | undefined): void {
    const kind = data?.kind ?? "internal";
    this.#options.bench.reached.markNamed(`${kind}_told`);
    if (kind === "duplicate_id") {
      const calls = this.#calls.get(data?.id);
      must((calls?.length ?? 0) > 1, () => `${this.#name}: duplicate_id of an id sent once`);
      calls?.pop();
      this.#pending -= 1;
      return;
    }
    this.#unreadable -= 1;
    must(this.#unreadable >= 0, () => `${this.#name}: ${kind}, but all could be read`);
  }

  #push(name: string, params: unknown): void {
    const { subscriptions } = this;
    switch (name) {
      case "welcome":
        subscriptions.user = (params as Push<"welcome">).user;
        subscriptions.pid = (params as Push<"welcome">).pid;
        return;
      case "event":
        this.#afterReply(params as EventParams);
        return subscriptions.event(params as EventParams);
      case "snapshot":
        return subscriptions.snapshot(params as Push<"snapshot">);
      case "gone":
        return subscriptions.gone(params as Push<"gone">);
      case "goaway":
        this.#isCalledAway = true;
        return this.#options.bench.reached.mark("goaway_told");
      case "bye":
        if ((params as Push<"bye">).code === GOING_AWAY) this.#judgeOwed();
        return this.#lastWord();
      default:
        return;
    }
  }

  /**
   * It has answered what it had taken when it was told to leave. What came later it need not: but
   * while nothing was left to be answered it would not have stayed.
   */
  #judgeOwed(): void {
    const { bench, isStalled } = this.#options;
    const now = bench.now();
    if (this.#isHeldUp || isStalled()) return; // Who takes no answers is not waited for.
    for (const calls of this.#calls.values()) {
      for (const { number, method, id, takenAt } of calls) {
        const castAt = this.#castsBefore[number - 1] ?? Number.NEGATIVE_INFINITY;
        const isLate = now - takenAt < TURNS_MS || now - castAt < CAST_MS;
        const hasStayed = this.#replies.some(([of, taken]) => of < number && number <= taken);
        const told = `${this.#name}: left without an answer to ${method} ${String(id)}`;
        must(isLate || hasStayed, () => told);
      }
    }
  }

  /** Nothing is said after it. */
  #lastWord(): void {
    this.judgeDeadlines();
    this.#calls.clear();
    this.#pending = 0;
    this.#isLeaving = true;
  }

  /** Its own write was answered before; its repeats may be answered later. */
  #afterReply(event: EventParams): void {
    if (event.pid !== this.subscriptions.pid) return;
    const word = wordOf(event);
    if (word === undefined || this.#answered.has(word)) return;
    for (const calls of this.#calls.values()) {
      for (const call of calls) {
        const isIts = wordsOf(call).includes(word) && call.params.list === event.list;
        must(!isIts, () => `${this.#name}: ${event.list} @${event.seq} came before its reply`);
      }
    }
  }

  get #isCrowded(): boolean {
    return this.#isHeldUp || this.#isCalledAway;
  }

  get #name(): string {
    return this.#options.name;
  }

  #note(direction: string, text: string): void {
    this.#options.history.note(`${this.#name} ${direction}`, text);
  }
}

function isWrite({ method }: TakenCall): boolean {
  return isMethod(method) && METHODS[method].write;
}

function parsed(text: string): Message | undefined {
  try {
    const message = JSON.parse(text) as Message | null;
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}
