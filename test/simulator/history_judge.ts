/**
 * HistoryJudge: events as they are told, one by one and as `history` tells them.
 */
import { HISTORY_ENTRIES } from "../../shared/protocol/limits.ts";
import type { EventParams, Results } from "../../shared/protocol/results.ts";
import { judgeLength } from "./page_judge.ts";
import { type Bench, floorOf, hasChangedLife, isDeleted, type TakenCall } from "./taken_call.ts";
import { stateOf, type TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** What a page of events keeps free, and keeps free around each of them. */
const AROUND_BYTES = 1024;
const EACH_BYTES = 400;

/** Whether this is the list's epoch on the wire; an earlier one if it was restored meanwhile. */
export function isEpoch(
  bench: Bench,
  list: TrueList,
  { epoch, call }: { readonly epoch: string; readonly call?: TakenCall },
): boolean {
  const isFormer = call !== undefined && hasChangedLife(call, list);
  const own = isFormer ? list.epochs : list.epochs.slice(-1);
  return own.some((each) => epoch === `${each}.${bench.generation()}`);
}

/** An event as it was told, against the one on disk. */
export function judgeEvent(list: TrueList, event: EventParams): void {
  const { list: name, epoch: _, seq, at, by, pid, ...change } = event;
  const stored = list.events[seq - 1];
  must(name === list.list, () => `an event of ${name} where ${list.list} was asked`);
  must(stored !== undefined, () => `${name} @${seq} was told and is on no disk`);
  const isIt = stored.at === at && stored.user === by && stored.pid === pid;
  const isSo = isIt && JSON.stringify(change) === stored.body;
  must(isSo, () => `${name} @${seq} was told otherwise than it is on disk`);
}

/** The caller may see the list, as it was at one of those moments. */
export function judgeSight(
  call: TakenCall,
  list: TrueList,
  { user, fromSeq, toSeq }: { readonly user: string; fromSeq: number; toSeq: number },
): void {
  const { method } = call;
  const states = list.states.slice(fromSeq, toSeq + 1);
  const isMember = states.some(({ members }) => members.has(user));
  must(isMember, () => `${method} of ${list.list} @${toSeq}: ${user} is no member`);
  const isGone = isDeleted(list) && !hasChangedLife(call, list);
  must(!isGone, () => `${method} of ${list.list}, which was deleted before`);
}

/** The newest events before a seq, without a gap, as many as a page holds. */
export function judgeHistory(
  bench: Bench,
  call: TakenCall,
  { result, user }: { readonly result: Results<"history">; readonly user: string },
): void {
  const { list: name = "", before = Number.POSITIVE_INFINITY, limit } = call.params;
  const list = bench.truth.lists.get(name);
  must(list !== undefined, () => `history of ${name}, which is on no disk`);
  const floor = floorOf(call, name);
  judgeSight(call, list, { user, fromSeq: floor, toSeq: stateOf(list).seq });
  const { events, more } = result;
  const newest = events[0]?.seq ?? 0;
  const wanted = Math.min(before - 1, floor);
  const isFit = newest >= wanted && newest < before;
  must(isFit, () => `the history of ${name} begins at ${newest}, not ${wanted}`);
  for (const [place, event] of events.entries()) {
    must(event.seq === newest - place, () => `history of ${name} has a gap at ${event.seq}`);
    judgeEvent(list, event);
    const isIts = isEpoch(bench, list, { epoch: event.epoch, call });
    must(isIts, () => `history of ${name} @${event.seq}: epoch ${event.epoch}`);
  }
  judgeLength({
    what: `history of ${name}`,
    told: events,
    all: list.events.slice(0, newest).reverse(),
    more: more === true,
    limit: limit ?? HISTORY_ENTRIES,
    aroundBytes: AROUND_BYTES,
    eachBytes: EACH_BYTES,
  });
}
