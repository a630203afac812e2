/**
 * OverviewJudge: what is told of all of a user's lists at once, by `lists` and by `agenda`: of each
 * as it was, in order, and of none too few.
 */
import type { AgendaList, ListEntry, Results } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { ListModel } from "./list_model.ts";
import { areSame } from "./same.ts";
import {
  type Bench,
  floorOf,
  hasChangedLife,
  isDeleted,
  mayBeLeftAlone,
  type TakenCall,
} from "./taken_call.ts";
import type { TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** Entries of `lists` that fit any page: with the longest titles there may be. */
const LISTS_SURE = 100;

/** A result, and whose it is. */
interface Told<Result> {
  readonly result: Result;
  readonly user: string;
}

/** The lists of which the user is a member. */
export function judgeLists(
  bench: Bench,
  call: TakenCall,
  { result: { lists, more }, user }: Told<Results<"lists">>,
): void {
  const { after = "", limit = LISTS_SURE, deleted = false } = call.params;
  for (const entry of lists) judgeEntry(bench, call, { result: entry, user });
  const names = lists.map(({ list }) => list);
  mustAscend("lists", names, String(after));
  const isRight = names.length <= limit && (more !== true || names.length >= Math.min(limit, 1));
  must(isRight, () => `lists: ${names.length} entries, ${limit} were wanted`);
  const last = more === true ? names.at(-1) : undefined;
  for (const list of missing(bench, call, { names, last, user })) {
    const isThere = deleted === isDeleted(list) && !hasChangedLife(call, list);
    must(!isThere, () => `lists of ${user} does not name ${list.list}`);
  }
  if (last !== undefined) mustGoOn(bench, call, { last, user, isDeleted: deleted });
}

/** The dated todos of all of the user's lists. */
export function judgeAgenda(
  bench: Bench,
  call: TakenCall,
  { result, user }: Told<Results<"agenda">>,
): void {
  const { after = "", after_id, limit = Number.POSITIVE_INFINITY } = call.params;
  const { lists, more, missing: unread = [] } = result;
  const names = lists.map(({ list }) => list);
  const isWithin = after_id !== undefined && names[0] === after;
  mustAscend("the agenda", isWithin ? names.slice(1) : names, String(after));
  must(names.length <= limit, () => `the agenda: ${names.length} lists, ${limit} were wanted`);
  for (const [place, entry] of lists.entries()) {
    const isCut = more === true && place === lists.length - 1;
    judgePart(bench, call, { result: { entry, isCut }, user });
  }
  for (const name of unread) {
    must(mayBeLeftAlone(bench, call, name), () => `the agenda says that ${name} is missing`);
  }
  const last = more === true ? names.at(-1) : undefined;
  if (more === true && last === undefined) return; // All of it comes later.
  for (const list of missing(bench, call, { names: [...names, ...unread], last, user })) {
    const isThere = !isDeleted(list) && !hasChangedLife(call, list);
    const hasSome = statesSince(call, list).every((state) => duesOf(state, call).length > 0);
    must(!isThere || !hasSome, () => `the agenda of ${user} tells nothing of ${list.list}`);
  }
}

/** Lists that were the user's all the time, between `after` and the last one, and are not named. */
function missing(
  { truth }: Bench,
  call: TakenCall,
  { names, last, user }: { names: readonly string[]; last: string | undefined; user: string },
): TrueList[] {
  const { after = "", deleted = false } = call.params;
  const told = new Set(names);
  return [...truth.lists.values()].filter((list) => {
    const { list: name } = list;
    if (told.has(name) || name <= String(after) || (last !== undefined && name > last))
      return false;
    const isKnown = (call.known.get(name)?.told ?? -1) >= 0;
    const isTheirs = ({ members }: ListModel) =>
      deleted ? members.get(user) === "owner" : members.has(user); // Only those to restore.
    return isKnown && statesSince(call, list).every(isTheirs);
  });
}

/** There is a list after the last one that is told of. */
function mustGoOn(
  { truth }: Bench,
  call: TakenCall,
  { last, user, isDeleted: deleted }: { last: string; user: string; isDeleted: boolean },
): void {
  const isNext = (list: TrueList) =>
    list.list > last &&
    (deleted === isDeleted(list) || hasChangedLife(call, list)) &&
    statesSince(call, list).some(({ members }) => members.has(user));
  must([...truth.lists.values()].some(isNext), () => `lists: more, but ${last} is the last`);
}

function judgeEntry(bench: Bench, call: TakenCall, { result, user }: Told<ListEntry>): void {
  const { list: name, title, role, seq, count, deleted_at } = result;
  const list = bench.truth.lists.get(name);
  const state = list?.states[seq];
  must(list !== undefined && state !== undefined, () => `lists: ${name} @${seq} is on no disk`);
  must(seq >= floorOf(call, name), () => `lists tells of ${name} @${seq}, told was more`);
  const isSo = state.title === title && state.todos.length === count;
  must(isSo && state.members.get(user) === role, () => `lists tells another ${name} @${seq}`);
  const { deleted = false } = call.params;
  must(!deleted || role === "owner", () => `lists: ${name} is not ${user}'s to restore`);
  if (hasChangedLife(call, list)) return;
  const isRight = deleted === isDeleted(list) && (list.life?.deletedAt ?? undefined) === deleted_at;
  must(isRight, () => `lists: ${name} is deleted at ${list.life?.deletedAt}, not ${deleted_at}`);
}

function judgePart(
  bench: Bench,
  call: TakenCall,
  { result: { entry, isCut }, user }: Told<{ entry: AgendaList; isCut: boolean }>,
): void {
  const { list: name, title, seq, todos } = entry;
  const list = bench.truth.lists.get(name);
  const state = list?.states[seq];
  must(list !== undefined && state !== undefined, () => `agenda: ${name} @${seq} is on no disk`);
  must(seq >= floorOf(call, name), () => `the agenda tells of ${name} @${seq}, told was more`);
  must(state.members.has(user), () => `the agenda of ${user} tells of ${name} @${seq}`);
  must(state.title === title, () => `the agenda tells another title of ${name} @${seq}`);
  const isGone = isDeleted(list) && !hasChangedLife(call, list);
  must(!isGone, () => `the agenda tells of ${name}, which was deleted before`);
  const dues = duesOf(state, call).filter(({ id }) => {
    return name !== call.params.after || id > (call.params.after_id ?? 0);
  });
  const isPart = isCut ? areSame(todos, dues.slice(0, todos.length)) : areSame(todos, dues);
  must(isPart && todos.length > 0, () => `the agenda tells other todos of ${name} @${seq}`);
}

/** Those of a list that an agenda asks for. */
function duesOf({ todos }: ListModel, { params }: TakenCall): Todo[] {
  const { from = "", to = "9999-99-99", done = false } = params;
  return todos.filter(({ date, done: isDone }) => {
    return date !== null && date >= from && date <= to && (done || !isDone);
  });
}

function statesSince(call: TakenCall, { list, states }: TrueList): readonly ListModel[] {
  return states.slice(floorOf(call, list));
}

function mustAscend(what: string, names: readonly string[], after: string): void {
  const isSo = names.every((name, place) => name > (names[place - 1] ?? after));
  must(isSo, () => `${what} are not in order: ${names.join(", ")} after ${after}`);
}
