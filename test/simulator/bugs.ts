/**
 * Bugs: faults of the product that the simulator must find, planted from outside: the product has
 * no switch for any of them.
 *
 * Shape: a bug changes the world (a log between the lists and the real one) or, for the time of a
 *        run, a method of a class of the product.
 */

import { Connector } from "../../client/connector.ts";
import { TodoSubscription } from "../../client/todo_subscription.ts";
import type { CallInFlight } from "../../server/gateway/calls_in_flight.ts";
import { CallsInFlight } from "../../server/gateway/calls_in_flight.ts";
import { Following } from "../../server/gateway/following.ts";
import { updateTodo } from "../../server/gateway/methods/update_todo.ts";
import { type Pid, reply } from "../../server/runtime/index.ts";
import { Process } from "../../server/runtime/process.ts";
import type { EventLog, Loaded, StoredEvent } from "../../server/storage/event_log.ts";
import { tell } from "../../server/storage/news.ts";
import { todosOf } from "../../server/storage/snapshot.ts";
import { StoreMark } from "../../server/storage/store_mark.ts";
import { ListJournal } from "../../server/todo/list_journal.ts";
import type { ListName } from "../../server/todo/list_pages.ts";
import { ListVoice } from "../../server/todo/list_voice.ts";
import type { PushSaying, Saying } from "../../server/todo/say_queue.ts";
import { Subscribers } from "../../server/todo/subscribers.ts";
import { eventPush, type TodoPush } from "../../server/todo/todo_push.ts";
import { refuse } from "../../server/todo/todo_request.ts";
import { WriteKeys } from "../../server/todo/write_keys.ts";
import type { EventParams } from "../../shared/protocol/results.ts";
import type { Change } from "../../shared/todo/todo_event.ts";
import type { WorldBug } from "./sim_world.ts";

/** `plant` changes the product; its answer changes it back. */
export interface Bug extends WorldBug {
  readonly plant?: () => () => void;
}

/** All there are, by what is wrong. */
export const BUGS = {
  "reply-before-commit": { plant: replyBeforeCommit },
  "push-before-commit": { plant: pushBeforeCommit },
  "key-forgotten-at-restart": { wrapLog: withoutKeys },
  "gap-ignored-by-replica": { plant: gapIgnored },
  "stale-read-after-failed-commit": { plant: staleRead },
  "resume-past-restore": { plant: copyUnnoticed },
  "id-reused": { wrapLog: withoutDeletedIds },
  "message-lost-falling-asleep": { plant: mailOverlooked },
  "subscriber-forgotten-after-crash": { plant: subscriberForgotten },
  "late-reply-to-another-call": { plant: lateReply },
  "if-rev-ignored": { plant: ifRevIgnored },
  "repeat-refused": { plant: repeatRefused },
  "overview-before-own-writes": { plant: overviewTooEarly },
  "dead-subscriber-kept": { plant: deadSubscriberKept },
  "goaway-ignored": { plant: goawayIgnored },
} as const satisfies Record<string, Bug>;

export type BugName = keyof typeof BUGS;

/** The bugs by name; the names come from command lines. */
export function isBugName(name: string): name is BugName {
  return Object.hasOwn(BUGS, name);
}

// ── Of what lists say

function replyBeforeCommit(): () => void {
  return patch(ListVoice.prototype, "lineUp", (lineUp) => {
    return function (this: ListVoice, saying: Saying) {
      if (saying.kind === "reply") reply(saying.from, saying.answer);
      else lineUp.call(this, saying);
    };
  });
}

function pushBeforeCommit(): () => void {
  const names = new WeakMap<PushSaying, ListName>();
  const early = new WeakMap<Subscribers, Set<number>>();
  const undo = [
    patch(ListJournal.prototype, "append", (append) => {
      return function (this: ListJournal, ...args: Parameters<ListJournal["append"]>) {
        const pushes = append.apply(this, args);
        for (const push of pushes) names.set(push, this.name);
        return pushes;
      };
    }),
    patch(ListVoice.prototype, "lineUp", (lineUp) => {
      return function (this: ListVoice, saying: Saying) {
        if (saying.kind === "push") {
          this.subscribers.push(eventPush(names.get(saying) as ListName, saying.event, saying));
          const seqs = early.get(this.subscribers) ?? new Set();
          early.set(this.subscribers, seqs.add(saying.seq));
        }
        lineUp.call(this, saying);
      };
    }),
    patch(Subscribers.prototype, "push", (push) => {
      return function (this: Subscribers, what: TodoPush) {
        const wasEarly = what.type === "event" && early.get(this)?.delete(what.seq) === true;
        if (!wasEarly) push.call(this, what);
      };
    }),
  ];
  return () => {
    for (const each of undo) each();
  };
}

function staleRead(): () => void {
  return patch(ListVoice.prototype, "takeAll", (takeAll) => {
    return function (this: ListVoice) {
      return takeAll.call(this).filter((saying) => {
        if (saying.kind !== "reply" || saying.isOfWrite) return true;
        reply(saying.from, saying.answer);
        return false;
      });
    };
  });
}

// ── Of the log, and as lists see it

function copyUnnoticed(): () => void {
  return patch(StoreMark.prototype, "isCopy", () => () => false);
}

function withoutKeys(log: EventLog): EventLog {
  return over(log, {
    writes: (_query, to, ref) => tell(to, { type: "writes", ref, writes: [], more: false }),
  });
}

/** The next id is the one after the highest that a todo has now. */
function withoutDeletedIds(log: EventLog): EventLog {
  return over(log, {
    load: (list, to, ref) => {
      const change = (loaded: Loaded) => tell(to, withoutHighDeleted(loaded));
      log.load(list, { process: { deliver: change } } as unknown as Pid<Loaded>, ref);
    },
  });
}

function withoutHighDeleted(loaded: Loaded): Loaded {
  if (loaded.type !== "loaded" || loaded.state === null) return loaded;
  const { events, snapshot } = loaded.state;
  const kept = snapshot?.parts.flatMap(todosOf) ?? [];
  const living = new Set(kept.map(({ id }) => id));
  const head = { ...JSON.parse(snapshot?.head ?? "{}"), next: Math.max(0, ...living) + 1 };
  for (const { body } of events) {
    const change = JSON.parse(body) as Change;
    if (change.op === "todo_added") living.add(change.todo.id);
    if (change.op === "todo_deleted") living.delete(change.id);
  }
  const highest = Math.max(0, ...living);
  const forget = (event: StoredEvent): StoredEvent => {
    const change = JSON.parse(event.body) as Change;
    const isForgotten = "todo" in change && change.todo.id > highest;
    return isForgotten ? { ...event, body: '{"op":"forgotten"}' } : event;
  };
  const known = snapshot && { ...snapshot, head: JSON.stringify(head) };
  return { ...loaded, state: { ...loaded.state, snapshot: known, events: events.map(forget) } };
}

function over(log: EventLog, changed: Partial<EventLog>): EventLog {
  return new Proxy(log, {
    get(target, name) {
      const own = Reflect.get(changed, name) as unknown;
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

// ── Of the runtime and the gateway

function mailOverlooked(): () => void {
  const own = Object.getOwnPropertyDescriptor(
    Process.prototype,
    "mailboxSize",
  ) as PropertyDescriptor;
  Object.defineProperty(Process.prototype, "mailboxSize", {
    configurable: true,
    get(this: Process) {
      return this.label === "todo_server" ? 0 : (own.get?.call(this) as number);
    },
  });
  return () => {
    Object.defineProperty(Process.prototype, "mailboxSize", own);
  };
}

function subscriberForgotten(): () => void {
  const undo = [
    patch(Following.prototype, "down", () => () => undefined),
    patch(Following.prototype, "asks", () => () => undefined),
  ];
  return () => {
    for (const each of undo) each();
  };
}

function lateReply(): () => void {
  return patch(CallsInFlight.prototype, "of", (of) => {
    return function (this: CallsInFlight, ref: Parameters<CallsInFlight["of"]>[0]) {
      const others: readonly CallInFlight[] = this.overdue(Number.POSITIVE_INFINITY);
      return of.call(this, ref) ?? others[0];
    };
  });
}

function ifRevIgnored(): () => void {
  return patch(updateTodo, "request", (request) => {
    return ({ if_rev: _ignored, ...params }, caller) => request(params, caller);
  });
}

function repeatRefused(): () => void {
  return patch(WriteKeys.prototype, "replay", (replay) => {
    return function (this: WriteKeys, ...args: Parameters<WriteKeys["replay"]>) {
      return replay.apply(this, args) && refuse("key_reused");
    };
  });
}

function overviewTooEarly(): () => void {
  return patch(CallsInFlight.prototype, "hasWriteBefore", () => () => false);
}

function deadSubscriberKept(): () => void {
  return patch(Subscribers.prototype, "forget", () => () => undefined);
}

// ── Of the client

function goawayIgnored(): () => void {
  return patch(Connector.prototype, "goAway", () => () => undefined);
}

function gapIgnored(): () => void {
  return patch(TodoSubscription.prototype, "pushed", (pushed) => {
    return function (this: TodoSubscription, name: string, params: unknown) {
      const event = params as EventParams;
      let next = (this.replica?.state.seq ?? event.seq) + 1;
      // An op that it does not know moves its seq and changes nothing.
      for (; name === "event" && next < event.seq; next++) {
        pushed.call(this, name, { ...event, seq: next, op: "skipped" });
      }
      pushed.call(this, name, params);
    };
  });
}

/** Puts another method in the place of one; the answer puts it back. */
function patch<Class extends object, Name extends keyof Class>(
  prototype: Class,
  name: Name,
  make: (original: Class[Name]) => Class[Name],
): () => void {
  const original = prototype[name];
  prototype[name] = make(original);
  return () => {
    prototype[name] = original;
  };
}
