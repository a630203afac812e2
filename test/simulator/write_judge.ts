/**
 * WriteJudge: whether what a write is said to have done is on disk as the caller wanted it: each
 * change whole, made by this caller, on the list as it then was.
 */
import { firstChanges, type Verdict, verdictOn } from "./command_model.ts";
import { judgeSight } from "./history_judge.ts";
import { membersOf, todoIn } from "./list_model.ts";
import { isSame } from "./same.ts";
import { type Bench, hasChangedLife, isDeleted, type TakenCall } from "./taken_call.ts";
import type { TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** Who is answered; `pid` undefined: over any connection. */
export interface Receiver {
  readonly user: string;
  readonly pid: string | undefined;
}

/** What the result of a write may hold. */
export interface WriteResult {
  readonly seq: number;
  readonly id?: number;
  readonly rev?: number;
  readonly changed?: boolean;
  readonly created?: boolean;
  readonly replayed?: true;
  readonly todo?: object;
  readonly results?: readonly { readonly changed?: boolean }[];
  readonly members?: readonly object[];
}

/** One result against the truth. */
export interface Written {
  readonly list: TrueList;
  readonly result: WriteResult;
  readonly receiver: Receiver;
}

/** The result of a write to a list that was there. */
export function judgeWritten(bench: Bench, call: TakenCall, written: Written): void {
  new WriteJudge(bench, call, written).judge();
}

/** That of a `start`. */
export function judgeStarted(bench: Bench, call: TakenCall, written: Written): void {
  new WriteJudge(bench, call, written).judgeStart();
}

/**
 * That of `delete_list`. The library says so too when it does not know what became of the first
 * try and the next one finds no such list.
 */
export function judgeDeletion(bench: Bench, call: TakenCall, { user, pid }: Receiver): void {
  const { list: name = "" } = call.params;
  const list = bench.truth.lists.get(name);
  const isDone = list !== undefined && (isDeleted(list) || hasChangedLife(call, list));
  const isOut =
    list === undefined ||
    !call.known.has(name) ||
    list.states.some(({ members }) => !members.has(user));
  must(isDone || (pid === undefined && isOut), () => `${name} is not deleted on disk`);
}

/** That of `restore_list`; by the library as above, when the next try finds the list alive. */
export function judgeRestoration(call: TakenCall, { list, receiver }: Written): void {
  const isAlive = receiver.pid === undefined && !isDeleted(list);
  const isDone = hasChangedLife(call, list) || isAlive;
  must(isDone, () => `${list.list}: nothing was restored`);
}

class WriteJudge {
  readonly #bench: Bench;
  readonly #call: TakenCall;
  readonly #list: TrueList;
  readonly #result: WriteResult;
  readonly #receiver: Receiver;

  constructor(bench: Bench, call: TakenCall, { list, result, receiver }: Written) {
    this.#bench = bench;
    this.#call = call;
    this.#list = list;
    this.#result = result;
    this.#receiver = receiver;
  }

  judge(): void {
    const { seq, replayed } = this.#result;
    if (replayed === true) this.#replayed();
    const changes = this.#changes;
    if (changes === 0) this.#bench.reached.mark("changed_nothing");
    const before = this.#list.states[seq - changes];
    this.#must(before !== undefined, `${changes} changes up to ${seq}`);
    const { method, params } = this.#call;
    const { user } = this.#receiver;
    const todosMax = this.#bench.limits.listTodosMax;
    const verdict = verdictOn(before, { method, params, user, todosMax });
    const { kind } = verdict.refused ?? {};
    this.#must(kind === undefined, `${kind} it should have been told, from ${before.seq} on`);
    const wanted = verdict.changes.length;
    this.#must(wanted === changes, `${changes} changes up to ${seq}, it wanted ${wanted}`);
    this.#mustBeSo(verdict, before.seq);
    this.#judgeRest(verdict);
  }

  judgeStart(): void {
    const { birth, list: name } = this.#list;
    const { created, replayed, seq } = this.#result;
    const { user } = this.#receiver;
    const { todos = [], list, key, title = name } = this.#call.params;
    if (list !== name && key !== undefined) {
      this.#must(birth.owner === user && birth.key === key, `another's start made ${name}`);
    }
    if (created !== true) {
      return judgeSight(this.#call, this.#list, { user, fromSeq: seq, toSeq: seq });
    }
    if (replayed === true) this.#bench.reached.mark("replayed_start");
    this.#must(birth.owner === user, `${birth.owner} made ${name}`);
    this.#must(birth.title === title, `it was to be named ${title}`);
    this.#must(seq === birth.firstSeq && seq === todos.length, `it began with ${birth.firstSeq}`);
    const isIts = replayed !== true || key === birth.key || this.#isKeyHidden;
    this.#must(isIts, "a repeat under another key");
    this.#mustBeSo({ changes: firstChanges(this.#call.params), results: [] }, 0);
  }

  /** How many changes it says there were. */
  get #changes(): number {
    const { changed, results } = this.#result;
    if (results === undefined) return changed === false ? 0 : 1;
    return results.filter((each) => each.changed !== false).length;
  }

  /** The events from there on are those changes, and this caller's; of a repeat, the user's. */
  #mustBeSo({ changes }: Verdict, after: number): void {
    const { events } = this.#list;
    const { user, pid } = this.#receiver;
    for (const [place, change] of changes.entries()) {
      const seq = after + 1 + place;
      const event = events[seq - 1];
      this.#must(event?.body === JSON.stringify(change), `@${seq} is not what was asked for`);
      const isAny = pid === undefined || this.#result.replayed === true;
      const isOurs = event.user === user && (isAny || event.pid === pid);
      this.#must(isOurs, `@${seq} was made by ${event.user} ${event.pid}`);
    }
  }

  /** What it says beside the seq. */
  #judgeRest({ results, changes }: Verdict): void {
    const { method, params } = this.#call;
    const { seq, id, rev, todo, members, replayed } = this.#result;
    const state = this.#list.states[seq];
    switch (method) {
      case "add_todo": {
        const [added] = changes;
        const isIt = added?.op === "todo_added" && added.todo.id === id && rev === seq;
        return this.#must(isIt, `its id is not ${id}, or its rev not ${rev}`);
      }
      case "tx":
        return this.#must(isSame(this.#result.results, results), `other results @${seq}`);
      case "update_todo": {
        if (replayed === true) return; // The todo is as it is now.
        const there = state && todoIn(state, params.id ?? 0);
        return this.#must(isSame(todo, there), `todo ${params.id} was not so at ${seq}`);
      }
      case "share":
      case "unshare": {
        if (replayed === true) return; // The members are those of now.
        const there = state && membersOf(state);
        return this.#must(isSame(members, there), `the members are not those of ${seq}`);
      }
      default:
    }
  }

  /** The library has made a key of its own. */
  get #isKeyHidden(): boolean {
    return this.#receiver.pid === undefined && this.#call.params.key === undefined;
  }

  /** The key names that write. */
  #replayed(): void {
    const { truth, reached, loadedAt } = this.#bench;
    const { list, durableAt } = this.#list;
    const { seq } = this.#result;
    if (!this.#isKeyHidden) {
      const { key = "" } = this.#call.params;
      const named = truth.key(list, this.#receiver.user, key);
      const isIt = named?.seq === seq && named.method === this.#call.method;
      this.#must(isIt, `a repeat of @${seq}, the key names ${named?.method} @${named?.seq}`);
    }
    const isOld = loadedAt(list) > (durableAt[seq - 1] ?? 0);
    reached.mark(isOld ? "replayed_after_load" : "replayed_by_same_process");
  }

  #must(holds: boolean, words: string): asserts holds {
    const { method, id } = this.#call;
    must(holds, () => `${method} ${String(id)} of ${this.#list.list}: ${words}`);
  }
}
