/**
 * ReplyJudge: whether the result of a call is right: of this call, durable, not older than what was
 * told before it was taken, and as the list was at the seq it speaks of.
 */
import type { EventParams, List, ListEntry, Results } from "../../shared/protocol/results.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { areSame, isSame } from "./same.ts";
import {
  type Bench,
  changeAt,
  floorOf,
  hasChangedLife,
  isDeleted,
  type SentOp,
  type TakenCall,
} from "./taken_call.ts";
import { stateOf, type TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** Who is answered. */
export interface Receiver {
  readonly user: string;
  readonly pid: string;
}

/** What a result may hold, whatever the method. */
interface AnyResult {
  readonly list?: string;
  readonly seq?: number;
  readonly epoch?: string;
  readonly id?: number;
  readonly changed?: boolean;
  readonly created?: boolean;
  readonly replayed?: true;
  readonly more?: true;
  readonly todo?: { readonly id: number };
  readonly todos?: readonly { readonly id: number }[];
  readonly results?: readonly { id?: number; rev?: number; changed?: boolean }[];
  readonly members?: readonly { readonly user: string; readonly role: string }[];
}

/** One result against the truth. */
export function judgeResult(
  bench: Bench,
  call: TakenCall,
  { result, receiver }: { readonly result: unknown; readonly receiver: Receiver },
): void {
  const { method, params } = call;
  const judged = result as AnyResult;
  switch (method) {
    case "whoami":
      return must((judged as { user?: string }).user === receiver.user, () => "another's whoami");
    case "unsubscribe":
      return must(Object.keys(judged).length === 0, () => "unsubscribe answered with something");
    case "describe":
      return;
    case "lists":
      return judgeLists(bench, call, { lists: result as Results<"lists">, user: receiver.user });
    case "agenda":
      return judgeAgenda(bench, call, result as Results<"agenda">);
    case "history":
      return judgeHistory(bench, call, result as Results<"history">);
    case "delete_list":
      return judgeDeletion(bench, call);
    default: {
      const name = judged.list ?? params.list ?? "";
      const isElsewhere = params.list !== undefined && params.list !== name;
      must(!isElsewhere || method === "start", () => `${method} answered of ${name}`);
      if (isElsewhere) bench.reached.mark("list_made_elsewhere");
      const list = bench.truth.lists.get(name);
      must(list !== undefined, () => `${method} answered of a list that is on no disk`);
      return new ListReply(bench, call, { list, result: judged, receiver }).judge();
    }
  }
}

class ListReply {
  readonly #bench: Bench;
  readonly #call: TakenCall;
  readonly #list: TrueList;
  readonly #result: AnyResult;
  readonly #receiver: Receiver;

  constructor(
    bench: Bench,
    call: TakenCall,
    of: { list: TrueList; result: AnyResult; receiver: Receiver },
  ) {
    this.#bench = bench;
    this.#call = call;
    this.#list = of.list;
    this.#result = of.result;
    this.#receiver = of.receiver;
  }

  judge(): void {
    const { list } = this.#list;
    const { seq = -1, replayed, epoch } = this.#result;
    const durable = stateOf(this.#list).seq;
    this.#must(seq >= 0 && seq <= durable, `speaks of ${seq}, on disk is ${durable}`);
    const floor = floorOf(this.#call, list);
    if (replayed === true) this.#replayed(seq);
    else this.#must(seq >= floor, `speaks of ${seq}, ${floor} had been told of before`);
    if (epoch !== undefined) this.#must(isEpoch(this.#bench, this.#list, epoch), `epoch ${epoch}`);
    this.#judgeMethod(seq);
    this.#bench.truth.told(list, seq);
  }

  #judgeMethod(seq: number): void {
    switch (this.#call.method) {
      case "add_todo":
        return this.#op(seq, { op: "add_todo", ...this.#call.params }, this.#result);
      case "update_todo":
        return this.#update(seq);
      case "delete_todo":
        return this.#delete(seq);
      case "tx":
        return this.#tx(seq);
      case "rename_list":
        return this.#rename(seq);
      case "share":
      case "unshare":
        return this.#share(seq);
      case "start":
        return this.#start(seq);
      case "list":
      case "todos":
        this.#may(seq);
        return this.#page(seq);
      case "members":
        this.#may(seq);
        return this.#members(seq);
      case "restore_list":
        return this.#must(hasChangedLife(this.#call, this.#list), "nothing was restored");
      default:
        return this.#must(this.#call.method === "subscribe", "answered to a method nobody knows");
    }
  }

  /** The caller may see the list as it was then. */
  #may(seq: number): void {
    const { members } = this.#stateAt(seq);
    this.#must(members.has(this.#receiver.user), `${this.#receiver.user} is no member at ${seq}`);
    const isGone = isDeleted(this.#list) && !hasChangedLife(this.#call, this.#list);
    this.#must(!isGone, "the list was deleted before");
  }

  #replayed(seq: number): void {
    const { reached, loadedAt } = this.#bench;
    if (this.#call.method === "start") return reached.mark("replayed_start");
    const at = this.#list.durableAt[seq - 1] ?? 0;
    const isOld = loadedAt(this.#list.list) > at;
    reached.mark(isOld ? "replayed_after_load" : "replayed_by_same_process");
  }

  /** The event of that seq is what one op asked for. */
  #op(seq: number, op: SentOp, { id }: { readonly id?: number }): void {
    const event = changeAt(this.#list, seq);
    const said = event?.change;
    if (op.op === "add_todo") {
      const isIt = said?.op === "todo_added" && said.todo.id === id;
      this.#must(isIt && said.todo.title === op.todo?.title, `of another's add_todo @${seq}`);
    } else if (op.op === "update_todo") {
      const isIt = said?.op === "todo_updated" && said.todo.id === op.id;
      const title = op.patch?.title;
      const isThis = isIt && (title === undefined || said.todo.title === title);
      this.#must(isThis, `of another's update_todo @${seq}`);
    } else {
      this.#must(said?.op === "todo_deleted" && said.id === op.id, `of another's delete @${seq}`);
    }
    this.#ours(seq);
  }

  /** The event of that seq was made by this caller; over this connection, unless it is a replay. */
  #ours(seq: number): void {
    const event = changeAt(this.#list, seq);
    const { user, pid } = this.#receiver;
    const isOurs = event?.user === user && (event.pid === pid || this.#result.replayed === true);
    this.#must(isOurs, `@${seq} was made by ${event?.user} ${event?.pid}`);
  }

  #update(seq: number): void {
    const { changed, replayed, todo } = this.#result;
    const { id = 0 } = this.#call.params;
    if (changed === true) this.#op(seq, { op: "update_todo", ...this.#call.params }, {});
    else this.#bench.reached.mark("changed_nothing");
    if (replayed === true) return; // The todo is as it is now.
    const there = TodoList.get(this.#stateAt(seq).todos, id);
    this.#must(isSame(todo, there), `todo ${id} was not so at ${seq}`);
  }

  #delete(seq: number): void {
    const { id = 0 } = this.#call.params;
    if (this.#result.changed === true) {
      return this.#op(seq, { op: "delete_todo", ...this.#call.params }, {});
    }
    this.#bench.reached.mark("changed_nothing");
    const there = TodoList.get(this.#stateAt(seq).todos, id);
    this.#must(there === undefined, `todo ${id} was there at ${seq}`);
  }

  #tx(seq: number): void {
    const { ops = [] } = this.#call.params;
    const { results = [] } = this.#result;
    this.#must(results.length === ops.length, `${results.length} results of ${ops.length} ops`);
    const isChange = (at: number) => results[at]?.changed !== false;
    let next = seq - ops.filter((_op, at) => isChange(at)).length + 1;
    for (const [at, op] of ops.entries()) {
      if (!isChange(at)) continue;
      this.#op(next, op, results[at] ?? {});
      next += 1;
    }
  }

  #rename(seq: number): void {
    const { title } = this.#call.params;
    if (this.#result.changed !== true) {
      return this.#must(this.#stateAt(seq).title === title, `the title at ${seq}`);
    }
    const said = changeAt(this.#list, seq)?.change;
    this.#must(said?.op === "list_renamed" && said.title === title, `of another's rename @${seq}`);
    this.#ours(seq);
  }

  #share(seq: number): void {
    const { changed, replayed } = this.#result;
    if (changed === true) {
      const said = changeAt(this.#list, seq)?.change;
      const isIt = said?.op === "member_set" || said?.op === "member_removed";
      this.#must(isIt && said.user === this.#call.params.user, `of another's share @${seq}`);
      this.#ours(seq);
    }
    if (replayed !== true) this.#members(seq);
  }

  #start(seq: number): void {
    const { birth } = this.#list;
    const { created, replayed } = this.#result;
    const { user } = this.#receiver;
    const { todos = [], list, key } = this.#call.params;
    if (list !== this.#name && key !== undefined) {
      this.#must(birth.owner === user && birth.key === key, `another's start made ${this.#name}`);
    }
    if (created !== true) return this.#may(seq);
    this.#must(birth.owner === user, `${birth.owner} made ${this.#name}`);
    this.#must(seq === birth.firstSeq && seq === todos.length, `it began with ${birth.firstSeq}`);
    if (replayed !== true) for (const at of todos.keys()) this.#ours(at + 1);
  }

  #page(seq: number): void {
    const { after = 0, date, limit } = this.#call.params;
    const { todos = [], more } = this.#result;
    const state = this.#stateAt(seq);
    const from = Number(after);
    const all =
      date === undefined
        ? [...TodoList.page(state.todos, from)]
        : [...TodoList.todosAfter(state.todos, date, from)];
    const isCut = todos.length < all.length;
    this.#must(areSame(todos, all.slice(0, todos.length)), `the todos are not those of ${seq}`);
    this.#must(isCut === (more === true), `${todos.length} of ${all.length} todos, more: ${more}`);
    this.#must(!isCut || limit !== undefined || todos.length > 1, "a page with nearly nothing");
    const { title, next } = this.#result as Partial<List>;
    if (date !== undefined) return;
    this.#must(title === state.title && next === state.todos.next, `title or next at ${seq}`);
  }

  #members(seq: number): void {
    const { members = [] } = this.#result;
    const there = this.#stateAt(seq).members;
    const isRight = members.every(({ user, role }) => there.get(user) === role);
    this.#must(isRight && members.length === there.size, `the members are not those of ${seq}`);
  }

  #stateAt(seq: number) {
    return this.#list.states[seq] ?? stateOf(this.#list);
  }

  get #name(): string {
    return this.#list.list;
  }

  #must(holds: boolean, words: string): asserts holds {
    const { method, id } = this.#call;
    must(holds, () => `${method} ${String(id)} of ${this.#list.list}: ${words}`);
  }
}

/** Whether this may be the list's epoch on the wire. */
export function isEpoch(bench: Bench, list: TrueList, epoch: string): boolean {
  return list.epochs.some((own) => epoch === `${own}.${bench.generation()}`);
}

/** An event as it was told, against the one on disk. */
export function judgeEvent(bench: Bench, list: TrueList, event: EventParams): void {
  const { list: name, epoch, seq, at, by, pid, ...change } = event;
  const stored = list.events[seq - 1];
  must(name === list.list, () => `an event of ${name} where ${list.list} was asked`);
  must(stored !== undefined, () => `${name} @${seq} was told and is on no disk`);
  const isIt = stored.at === at && stored.user === by && stored.pid === pid;
  const isSo = isIt && JSON.stringify(change) === stored.body;
  must(isSo, () => `${name} @${seq} was told otherwise than it is on disk`);
  must(isEpoch(bench, list, epoch), () => `${name} @${seq}: epoch ${epoch}`);
}

function judgeHistory(bench: Bench, call: TakenCall, { events, more }: Results<"history">): void {
  const { list: name = "", before, limit } = call.params;
  const list = bench.truth.lists.get(name);
  must(list !== undefined, () => `history of ${name}, which is on no disk`);
  const newest = events[0]?.seq ?? 0;
  const wanted = Math.min(before === undefined ? Infinity : before - 1, floorOf(call, name));
  must(newest >= wanted, () => `the history of ${name} begins at ${newest}, not ${wanted}`);
  for (const [place, event] of events.entries()) {
    must(event.seq === newest - place, () => `history of ${name} has a gap at ${event.seq}`);
    judgeEvent(bench, list, event);
  }
  const oldest = newest - events.length;
  must(oldest <= 0 || limit !== undefined || more === true, () => `history of ${name} ends early`);
}

function judgeDeletion(bench: Bench, call: TakenCall): void {
  const { list: name = "" } = call.params;
  const list = bench.truth.lists.get(name);
  const isDone = list !== undefined && (isDeleted(list) || hasChangedLife(call, list));
  must(isDone, () => `${name} is not deleted on disk`);
}

function judgeLists(
  bench: Bench,
  call: TakenCall,
  { lists: { lists, more }, user }: { lists: Results<"lists">; user: string },
): void {
  for (const entry of lists) judgeEntry(bench, call, { entry, user });
  const { after, limit, deleted } = call.params;
  if (after !== undefined || limit !== undefined || deleted === true || more === true) return;
  const told = new Set(lists.map(({ list }) => list));
  for (const list of bench.truth.lists.values()) {
    if (told.has(list.list) || !call.known.has(list.list)) continue;
    const since = list.states.slice(floorOf(call, list.list));
    const isTheirs = since.every(({ members }) => members.has(user));
    const isThere = !isDeleted(list) && !hasChangedLife(call, list);
    must(!isTheirs || !isThere, () => `lists of ${user} does not name ${list.list}`);
  }
}

function judgeEntry(
  bench: Bench,
  call: TakenCall,
  { entry, user }: { entry: ListEntry; user: string },
): void {
  const { list: name, title, role, seq, count } = entry;
  const list = bench.truth.lists.get(name);
  const state = list?.states[seq];
  must(state !== undefined, () => `lists tells of ${name} @${seq}, which is on no disk`);
  must(seq >= floorOf(call, name), () => `lists tells of ${name} @${seq}, told was more`);
  const isSo = state.title === title && TodoList.size(state.todos) === count;
  must(isSo && state.members.get(user) === role, () => `lists tells another ${name} @${seq}`);
}

function judgeAgenda(bench: Bench, call: TakenCall, { lists }: Results<"agenda">): void {
  for (const { list: name, seq, todos } of lists) {
    const state = bench.truth.lists.get(name)?.states[seq];
    must(state !== undefined, () => `the agenda tells of ${name} @${seq}, which is on no disk`);
    must(seq >= floorOf(call, name), () => `the agenda tells of ${name} @${seq}, told was more`);
    for (const todo of todos) {
      const there = TodoList.get(state.todos, todo.id);
      const isSo = there !== undefined && areSame([todo], [there]);
      must(isSo, () => `the agenda tells another todo ${todo.id} of ${name} @${seq}`);
    }
  }
}
