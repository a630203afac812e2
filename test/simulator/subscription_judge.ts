/**
 * SubscriptionJudge: what one connection is told of the lists it is subscribed to.
 *
 * Order: events by seq + 1 from the position that `subscribe` gave, or a state in their place;
 *        nothing of a list without it, nothing after `gone`. Replies and pushes about a list come
 *        in the order of the seq they speak of; a `tx` is answered before its own events.
 */
import type { Push } from "../../shared/protocol/pushes.ts";
import type { EventParams, List, Subscribed } from "../../shared/protocol/results.ts";
import { isEpoch, judgeEvent } from "./history_judge.ts";
import type { State } from "./reached.ts";
import { areSame } from "./same.ts";
import { type Bench, floorOf, isDeleted, type TakenCall } from "./taken_call.ts";
import { stateOf, type TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** How far a subscriber was told of a list. */
interface Position {
  readonly epoch: string;
  seq: number;
  /** The highest seq that it was told of, be it by a reply. */
  spoken: number;
}

/** What a result may speak of. */
export interface Spoken {
  readonly seq?: number;
  readonly replayed?: true;
}

/** Events beyond which they come from the log: more than a list has at hand. */
const AT_HAND = 100;

export class SubscriptionJudge {
  readonly #bench: Bench;
  readonly #name: string;
  readonly #positions = new Map<string, Position>();
  /** Whose connection it is, once it was welcomed. */
  user = "";
  pid = "";

  constructor(bench: Bench, name: string) {
    this.#bench = bench;
    this.#name = name;
  }

  /** Lists to which the connection is subscribed. */
  get lists(): string[] {
    return [...this.#positions.keys()];
  }

  /** Those of which it was not told all. */
  behind(): string[] {
    const { truth } = this.#bench;
    const lists = [...this.#positions].filter(([name, { seq }]) => {
      const list = truth.lists.get(name);
      return list !== undefined && !isDeleted(list) && seq !== stateOf(list).seq;
    });
    return lists.map(([name]) => name);
  }

  /** A reply to anything but `subscribe`, which was right. */
  replied({ method, params }: TakenCall, result: unknown): void {
    const { list = "" } = params;
    const { seq, replayed } = result as Spoken;
    if (method === "unsubscribe") this.#positions.delete(list);
    const position = this.#positions.get(list);
    if (position === undefined || seq === undefined || replayed === true) return;
    if (method === "restore_list") return; // Its seq is that of the end, which came before.
    const { spoken } = position;
    this.#must(seq >= spoken, `${method} of ${list} @${seq} after ${spoken} was told of`);
    position.spoken = seq;
  }

  /** The reply to `subscribe`. */
  subscribed(call: TakenCall, reply: Subscribed): void {
    const { reached, truth } = this.#bench;
    const { list: name = "", epoch } = call.params;
    const list = this.#known(name);
    this.#must(reply.seq >= floorOf(call, name), `${name} @${reply.seq} is old`);
    this.#mayHear(list, reply.seq);
    this.#mustBeEpoch(list, reply.epoch, call);
    if (reply.mode === "snapshot") this.#begun(list, call, reply);
    else {
      this.#must(epoch === reply.epoch, `${name} was resumed across epochs`);
      reached.mark(resumedState(reply.events.length));
      this.#missed(list, call.params.seq ?? 0, reply);
    }
    truth.told(name, reply.seq);
    this.#stand(name, reply);
  }

  event(event: EventParams): void {
    const { list: name, seq, epoch } = event;
    const list = this.#known(name);
    judgeEvent(list, event);
    const position = this.#position(name);
    this.#must(position.epoch === epoch, `${name} is another epoch's`);
    const next = position.seq + 1;
    this.#must(seq === next, `${name} @${seq} where ${next} comes next`);
    this.#mayHear(list, seq);
    const { spoken } = position;
    const isOrdered = seq >= spoken || event.pid === this.pid;
    this.#must(isOrdered, `${name} @${seq} after ${spoken} was told of`);
    position.seq = seq;
    position.spoken = Math.max(spoken, seq);
    this.#bench.truth.told(name, seq);
  }

  snapshot(snapshot: Push<"snapshot">): void {
    const { reached, truth } = this.#bench;
    const { list: name, seq, epoch, reason } = snapshot;
    reached.markNamed(`snapshot_${reason}`);
    const list = this.#known(name);
    const { spoken } = this.#position(name);
    this.#must(seq >= spoken, `${name} goes back to ${seq}, ${spoken} was told of`);
    this.#mayHear(list, seq);
    this.#mustBeSo(list, snapshot);
    this.#mustBeEpoch(list, epoch);
    truth.told(name, seq);
    this.#stand(name, snapshot);
  }

  gone({ list: name, reason }: Push<"gone">): void {
    this.#bench.reached.markNamed(`gone_${reason}`);
    const list = this.#known(name);
    const since = list.states.slice(this.#position(name).seq);
    const isOut = since.some(({ members }) => !members.has(this.user));
    this.#must(reason === "deleted" ? list.lives > 0 : isOut, `${name} is not ${reason}`);
    this.#positions.delete(name);
  }

  #begun(list: TrueList, { params }: TakenCall, reply: Subscribed & { mode: "snapshot" }): void {
    const { reached } = this.#bench;
    const { reason, seq, more } = reply;
    if (more === true) reached.mark("snapshot_in_pages");
    reached.markNamed(`snapshot_${reason ?? "first"}`);
    this.#must(reason !== "epoch" || params.epoch !== reply.epoch, "it is the same epoch");
    this.#must(reason !== "ahead" || (params.seq ?? 0) > seq, `${params.seq} is not ahead`);
    this.#mustBeSo(list, reply);
  }

  #missed(
    list: TrueList,
    from: number,
    { events, seq, epoch }: Subscribed & { mode: "resumed" },
  ): void {
    const { length } = events;
    this.#must(from + length === seq, `${length} events from ${from} to ${seq}`);
    for (const [place, event] of events.entries()) {
      this.#must(event.seq === from + 1 + place, `a gap at ${event.seq}`);
      judgeEvent(list, event);
      this.#must(event.epoch === epoch, `@${event.seq} is of ${event.epoch}`);
    }
  }

  /** A state shows the list as it was at its seq. */
  #mustBeSo(list: TrueList, { title, seq, next, todos, more }: List): void {
    const state = list.states[seq];
    must(state !== undefined, () => `${this.#name}: ${list.list} @${seq} is on no disk`);
    const there = state.todos;
    const shown = more === true ? there.slice(0, todos.length) : there;
    const isSo = title === state.title && next === state.next && areSame(todos, shown);
    this.#must(isSo, `${list.list} was not so at ${seq}`);
  }

  #mustBeEpoch(list: TrueList, epoch: string, call?: TakenCall): void {
    const isIts = isEpoch(this.#bench, list, call === undefined ? { epoch } : { epoch, call });
    this.#must(isIts, `${list.list} has no epoch ${epoch}`);
  }

  /** A member then, or by now: who joins again is told what was missed, as `history` tells it. */
  #mayHear(list: TrueList, seq: number): void {
    const states = [list.states[seq], stateOf(list)];
    const isMember = states.some((state) => state?.members.has(this.user) === true);
    this.#must(isMember, `${this.user} hears of ${list.list} @${seq}`);
  }

  #known(name: string): TrueList {
    const list = this.#bench.truth.lists.get(name);
    must(list !== undefined, () => `${this.#name}: it hears of ${name}, which is on no disk`);
    return list;
  }

  #position(name: string): Position {
    const position = this.#positions.get(name);
    must(position !== undefined, () => `${this.#name}: it hears of ${name}, not subscribed`);
    return position;
  }

  #stand(name: string, { epoch, seq }: { readonly epoch: string; readonly seq: number }): void {
    this.#positions.set(name, { epoch, seq, spoken: seq });
  }

  #must(holds: boolean, words: string): void {
    must(holds, () => `${this.#name}: ${words}`);
  }
}

function resumedState(events: number): State {
  if (events === 0) return "resumed_at_once";
  return events > AT_HAND ? "resumed_from_log" : "resumed_from_memory";
}
