/**
 * Following: the lists one connection is subscribed to, and the pushes it gets of them.
 *
 * Owner: one connection's process.
 * Order: an event is sent only when its list is subscribed; positions are kept, so that a
 *        connection can join the new process of a list that ended, and misses nothing.
 * Bound: while much is queued, of each list only its latest event is kept; in its place the state
 *        after it is sent, when there is room again or a reply about the list is to leave.
 * Cost:  an event is framed once for all connections that get it.
 * Source: PROTOCOL.md section 5; section 7 for the slow reader.
 */
import { encodePush } from "../../shared/protocol/codec.ts";
import { QUEUED_BYTES_CONFLATE } from "../../shared/protocol/limits.ts";
import {
  cancelTimer,
  type Down,
  type Pid,
  type Ref,
  request,
  sendAfter,
} from "../runtime/index.ts";
import { type EventPush, snapshotText, type TodoPush } from "../todo/todo_push.ts";
import type { Answer, Ask, Joined } from "../todo/todo_request.ts";
import { textFrame } from "./frames.ts";
import type { Gateway } from "./gateway.ts";
import type { Outbox } from "./outbox.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Time to join a list again after its process has ended. */
export interface JoinAgain {
  readonly type: "join_again";
  readonly list: string;
}

/** What a connection lends it. */
export interface FollowingOptions {
  readonly gateway: Gateway;
  readonly pid: Pid<JoinAgain>;
  readonly user: string;
  readonly outbox: Outbox;
  /** Whether the client has asked to be subscribed and has no answer yet. */
  readonly isSubscribing: (list: string) => boolean;
  /** Watches the process that was asked. */
  readonly watch: (list: string, server: Pid) => void;
}

/** Milliseconds before asking again a list that could not take the question. */
const JOIN_AGAIN_MS = 1000;

/** Events of one list that are sent as they are to one who is behind; more are one snapshot. */
const EVENTS_KEPT_MAX = 3;

/** What of one list was not sent: all its events, or undefined when they are too many. */
interface Behind {
  readonly latest: EventPush;
  readonly events: readonly EventPush[] | undefined;
}

/** The frames of pushes that are on their way to several connections. */
const frames = new WeakMap<TodoPush, string>();

/** A joining that waits. `message` is what will tell that it is time; any other is stale. */
interface JoinLater {
  readonly message: JoinAgain;
  readonly sending: ReturnType<typeof sendAfter>;
}

/** A list is asked to take the connection in again, and its process that was asked. */
interface Rejoin {
  readonly list: string;
  readonly server: Pid;
}

/** One connection's subscriptions, and what it says of their lists. */
export class Following {
  readonly subscriptions = new Subscriptions();
  readonly #options: FollowingOptions;
  readonly #rejoins = new Map<Ref, Rejoin>();
  readonly #leaves = new Map<Ref, string>();
  readonly #joinsLater = new Map<string, JoinLater>();
  /** Of each list of which not all events were sent: those that are missing, or the latest. */
  readonly #behind = new Map<string, Behind>();

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** A push of a list's process. */
  pushed(push: TodoPush): void {
    const { list } = push;
    if (!this.subscriptions.told(list)) return this.#unwanted(push);
    if (push.type === "gone") this.unsubscribed(list);
    else if (this.#behind.has(list) || !this.#hasRoom) return this.#remember(push);
    else this.subscriptions.sent(list, push.seq);
    this.#options.outbox.sendFrame(frameOf(push));
    this.#options.gateway.connections.traffic.pushes += 1;
  }

  /** Sends what is remembered of the list, if anything: a reply about it is to leave. */
  catchUp(list: string): void {
    const behind = this.#behind.get(list);
    if (behind === undefined) return;
    const { gateway, outbox } = this.#options;
    this.#behind.delete(list);
    const { latest, events } = behind;
    this.subscriptions.sent(list, latest.seq);
    if (events !== undefined) {
      for (const event of events) outbox.sendFrame(frameOf(event));
      gateway.connections.traffic.pushes += events.length;
      return;
    }
    outbox.send(snapshotText(latest));
    gateway.connections.conflated += 1;
  }

  /** Sends what is remembered, as far as there is room. */
  catchUpAll(): void {
    for (const list of this.#behind.keys()) {
      if (!this.#hasRoom) return;
      this.catchUp(list);
    }
  }

  /** The client is about to be told of its subscription. */
  subscribed({ list, epoch, seq }: Joined): void {
    this.#forget(list); // The answer speaks of all that was pushed before it.
    this.subscriptions.joined(list, { epoch, seq }, this.#now);
  }

  /** Nothing more is sent of the list; if it still pushes, it is asked to stop. */
  unsubscribed(list: string): void {
    this.#forget(list);
    this.subscriptions.remove(list);
  }

  /**
   * The list's process has ended, by a crash or because an operator stopped it: the new one is
   * joined. What was remembered is sent, or told by the new process.
   */
  down(list: string, { pid }: Pick<Down, "pid">): void {
    for (const [ref, left] of this.#leaves) if (left === list) this.#leaves.delete(ref);
    for (const [ref, { server }] of this.#rejoins) if (server === pid) this.#rejoins.delete(ref);
    if (!this.subscriptions.has(list)) return;
    const waitMs = this.subscriptions.ended(list, this.#now);
    if (this.#isRejoining(list)) return; // The new process was asked before this news came.
    if (waitMs === 0) this.#join(list);
    else this.#joinLater(list, waitMs);
  }

  /**
   * The client is about to ask something of the list: what was missed is to be told before the
   * answer. `isNew`: of a process that this connection has not asked before.
   */
  asks(list: string, isNew: boolean): void {
    const mustJoin = isNew && this.subscriptions.has(list) && !this.#isRejoining(list);
    if (mustJoin || this.#joinsLater.has(list)) this.#join(list);
  }

  /** A wait is over, unless it was given up. */
  joinAgain(message: JoinAgain): void {
    const { list } = message;
    if (this.#joinsLater.get(list)?.message !== message) return;
    this.#joinsLater.delete(list);
    this.#join(list);
  }

  /** True: the answer was to one of the questions asked here. */
  answered(ref: Ref, answer: Answer): boolean {
    if (this.#leaves.delete(ref)) return true;
    const list = this.#rejoins.get(ref)?.list;
    if (list === undefined) return false;
    this.#rejoins.delete(ref);
    if (this.subscriptions.has(list)) this.#rejoined(list, answer);
    return true;
  }

  /** A subscribe that was given up came through after all: the client knows of none. */
  #unwanted({ type, list }: TodoPush): void {
    if (type === "gone" || this.#options.isSubscribing(list)) return;
    for (const left of this.#leaves.values()) if (left === list) return;
    const asked = this.#ask(list, { type: "unsubscribe" });
    if (asked !== undefined) this.#leaves.set(asked.ref, list);
  }

  #remember(push: EventPush): void {
    const before = this.#behind.get(push.list);
    const all = before === undefined ? [push] : before.events && [...before.events, push];
    const events = all !== undefined && all.length <= EVENTS_KEPT_MAX ? all : undefined;
    this.#behind.set(push.list, { latest: push, events }); // It keeps its place if it had one.
  }

  get #hasRoom(): boolean {
    return this.#options.outbox.hasRoom(QUEUED_BYTES_CONFLATE);
  }

  /** Asks the list's new process for what was missed. */
  #join(list: string): void {
    this.#cancelJoin(list);
    const position = this.subscriptions.position(list);
    if (position === undefined) return;
    const { epoch, seq } = position;
    const asked = this.#ask(list, { type: "subscribe", epoch, seq, again: true });
    if (asked === undefined) this.#joinLater(list, JOIN_AGAIN_MS);
    else this.#rejoins.set(asked.ref, { list, server: asked.server });
  }

  #rejoined(list: string, answer: Answer): void {
    const { outbox } = this.#options;
    if (!answer.ok) {
      if (answer.kind !== "not_found") return this.#joinLater(list, JOIN_AGAIN_MS);
      this.unsubscribed(list);
      const reason = answer.isDeleted === true ? "deleted" : "revoked";
      return outbox.send(encodePush("gone", { list, reason }));
    }
    const joined = answer.result as Joined;
    const had = this.subscriptions.position(list)?.seq ?? 0;
    this.subscribed(joined);
    const { missed = { events: [] } } = joined;
    if ("snapshot" in missed) return outbox.send(missed.snapshot);
    // Some may have been sent since it was asked: as a snapshot, or because it joined meanwhile.
    for (const { seq, text } of missed.events) if (seq > had) outbox.send(text);
  }

  #joinLater(list: string, waitMs: number): void {
    this.#cancelJoin(list);
    const message: JoinAgain = { type: "join_again", list };
    const sending = sendAfter<JoinAgain>(this.#options.pid, message, waitMs);
    this.#joinsLater.set(list, { message, sending });
  }

  #cancelJoin(list: string): void {
    const later = this.#joinsLater.get(list);
    if (later === undefined) return;
    cancelTimer(later.sending);
    this.#joinsLater.delete(list);
  }

  /** Whatever was to be sent of the list or asked of it. */
  #forget(list: string): void {
    this.#behind.delete(list);
    this.#cancelJoin(list);
  }

  #isRejoining(list: string): boolean {
    for (const rejoin of this.#rejoins.values()) if (rejoin.list === list) return true;
    return false;
  }

  /** undefined: the list is left alone, or its mailbox is full. */
  #ask(list: string, asked: Ask["request"]): { ref: Ref; server: Pid } | undefined {
    const { gateway, user, watch } = this.#options;
    const server = gateway.directory.find(list);
    if (server === undefined) return undefined;
    watch(list, server);
    const ask: Ask = { user, deadline: Number.POSITIVE_INFINITY, request: asked };
    const ref = request(server, ask);
    return ref && { ref, server };
  }

  get #now(): number {
    return this.#options.gateway.runtime.clock.now();
  }
}

function frameOf(push: TodoPush): string {
  let frame = frames.get(push);
  if (frame === undefined) {
    frame = textFrame(push.text);
    frames.set(push, frame);
  }
  return frame;
}
