/**
 * Following: the lists one connection is subscribed to, and the pushes it gets of them.
 *
 * Owner: one connection's process.
 * Order: an event is sent only when its list is subscribed; positions are kept, so that a
 *        connection can join the new process of a list that crashed, and misses nothing.
 * Cost:  an event is framed once for all connections that get it.
 * Source: PROTOCOL.md section 5.
 */
import { encodePush } from "../../shared/protocol/codec.ts";
import type { List, Subscribed } from "../../shared/protocol/results.ts";
import { type Pid, type Ref, request, sendAfter } from "../runtime/index.ts";
import type { TodoPush } from "../todo/todo_push.ts";
import type { Answer, Ask } from "../todo/todo_request.ts";
import { textFrame } from "./frames.ts";
import type { Gateway } from "./gateway.ts";
import type { Outbox } from "./outbox.ts";
import { Subscriptions } from "./subscriptions.ts";

/** Time to join a list again after its process has crashed. */
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

/** The frames of pushes that are on their way to several connections. */
const frames = new WeakMap<TodoPush, string>();

/** One connection's subscriptions, and what it says of their lists. */
export class Following {
  readonly subscriptions = new Subscriptions();
  readonly #options: FollowingOptions;
  readonly #rejoins = new Map<Ref, string>();

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** A push of a list's process. */
  pushed(push: TodoPush): void {
    const isWanted =
      push.type === "gone"
        ? this.subscriptions.remove(push.list)
        : this.subscriptions.advance(push.list, push.seq);
    if (isWanted) return this.#options.outbox.sendFrame(frameOf(push));
    // A subscribe that was given up came through after all: the client knows of none.
    if (push.type === "gone" || this.#options.isSubscribing(push.list)) return;
    this.#ask(push.list, { type: "unsubscribe" });
  }

  /** The client is about to be told of its subscription. */
  subscribed({ list, epoch, seq }: Subscribed): void {
    this.subscriptions.set(list, epoch, seq);
  }

  /** The list's process has crashed. */
  lost(list: string): void {
    for (const [ref, asked] of this.#rejoins) if (asked === list) this.#rejoins.delete(ref);
    if (!this.subscriptions.has(list)) return;
    const waitMs = this.subscriptions.crashed(list);
    if (waitMs === 0) this.joinAgain(list);
    else this.#joinLater(list, waitMs);
  }

  /** Asks the list's new process for what was missed. */
  joinAgain(list: string): void {
    const position = this.subscriptions.position(list);
    if (position === undefined) return;
    const { epoch, seq } = position;
    const ref = this.#ask(list, { type: "subscribe", epoch, seq });
    if (ref === undefined) this.#joinLater(list, JOIN_AGAIN_MS);
    else this.#rejoins.set(ref, list);
  }

  /** True: the answer was to one of the questions asked here. */
  answered(ref: Ref, answer: Answer): boolean {
    const list = this.#rejoins.get(ref);
    if (list === undefined) return false;
    this.#rejoins.delete(ref);
    if (this.subscriptions.has(list)) this.#rejoined(list, answer);
    return true;
  }

  #rejoined(list: string, answer: Answer): void {
    const { outbox } = this.#options;
    if (!answer.ok) {
      if (answer.kind !== "not_found") return this.#joinLater(list, JOIN_AGAIN_MS);
      this.subscriptions.remove(list);
      return outbox.send(encodePush("gone", { list, reason: "revoked" }));
    }
    const subscribed = answer.result as Subscribed;
    const had = this.subscriptions.position(list)?.seq ?? 0;
    this.subscribed(subscribed);
    if (subscribed.mode !== "resumed") {
      return outbox.send(encodePush("snapshot", restarted(subscribed)));
    }
    // Some may have been pushed since it was asked, when it had joined in the meantime.
    const missed = subscribed.events.filter(({ seq }) => seq > had);
    for (const event of missed) outbox.send(encodePush("event", event));
  }

  #joinLater(list: string, waitMs: number): void {
    sendAfter<JoinAgain>(this.#options.pid, { type: "join_again", list }, waitMs);
  }

  #ask(list: string, asked: Ask["request"]): Ref | undefined {
    const { gateway, user, watch } = this.#options;
    const server = gateway.directory.find(list);
    if (server === undefined) return undefined;
    watch(list, server);
    const ask: Ask = { user, deadline: Number.POSITIVE_INFINITY, request: asked };
    return request(server, ask);
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

function restarted(subscribed: List & { readonly mode: "snapshot" }): object {
  const { mode: _mode, ...list } = subscribed;
  return { ...list, reason: "restarted" };
}
