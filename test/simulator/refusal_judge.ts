/**
 * RefusalJudge: whether a call was refused for a reason: whatever an error says must have been so
 * at some moment between the call and its answer.
 */
import type { ErrorKind } from "../../shared/protocol/errors.ts";
import { isMethod, METHODS } from "../../shared/protocol/methods.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { ANY_LIST } from "./conditions.ts";
import {
  type Bench,
  floorOf,
  hasChangedLife,
  isDeleted,
  type TakenCall,
  wordsOf,
} from "./taken_call.ts";
import { mayAs, type TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** `data` of an error. */
export interface RefusalData {
  readonly kind: ErrorKind;
  readonly applied?: "no" | "unknown";
  readonly what?: string;
  readonly todo?: Todo;
  readonly after_ms?: number;
  readonly id?: unknown;
}

/** Milliseconds for which trouble explains errors: a list that crashes is left alone so long. */
const TROUBLE_MS = 62_000;

const OF_EDITORS: ReadonlySet<string> = new Set(["add_todo", "update_todo", "delete_todo", "tx"]);

/** One refusal against the truth. */
export function judgeRefusal(
  bench: Bench,
  call: TakenCall,
  { data, user }: { readonly data: RefusalData; readonly user: string },
): void {
  const { kind, applied } = data;
  const { method, params } = call;
  bench.reached.markNamed(`${kind}_told`);
  const isWrite = isMethod(method) && METHODS[method].write;
  must(isWrite === (applied !== undefined), () => `${method}: ${kind}, applied ${applied}`);
  if (applied === "no") notDone(bench, call);
  const whys = listsOf(bench, call, user).map((list) => {
    return new Reasons(bench, call, list).whyNot(data, user);
  });
  const isGrounded = whys.includes(undefined);
  must(isGrounded, () => `${method} of ${params.list}: ${kind}, but ${whys.join(", ")}`);
}

/** The list it is about; of a `start` also the one that its key has made. */
function listsOf({ truth }: Bench, call: TakenCall, user: string): (TrueList | undefined)[] {
  const { list = "", key = "" } = call.params;
  const named = truth.lists.get(list);
  if (call.method !== "start") return [named];
  const isMade = ({ birth }: TrueList) => birth.owner === user && birth.key === key;
  return [named, [...truth.lists.values()].find(isMade)];
}

/** Nothing of an unkeyed write is on disk: of a keyed one, another try may have done it. */
function notDone(bench: Bench, call: TakenCall): void {
  if (call.params.key !== undefined) return;
  for (const word of wordsOf(call)) {
    const done = bench.truth.find(word);
    must(done === undefined, () => `${word} is not done, it was told, and it is on disk`);
  }
}

class Reasons {
  readonly #bench: Bench;
  readonly #call: TakenCall;
  readonly #list: TrueList | undefined;

  constructor(bench: Bench, call: TakenCall, list: TrueList | undefined) {
    this.#bench = bench;
    this.#call = call;
    this.#list = list;
  }

  /** undefined: there is a reason. Else what speaks against it. */
  whyNot(data: RefusalData, user: string): string | undefined {
    const { takenAt, deadline, params } = this.#call;
    const { now } = this.#bench;
    switch (data.kind) {
      case "read_only":
        return this.#since(takenAt, "read_only", "closing") ? undefined : "the disk took all";
      case "overloaded":
        return this.#since(takenAt, "backlog") ? undefined : "nothing was much";
      case "timeout":
        return now() >= deadline ? undefined : `${deadline - now()} ms were left`;
      case "crashed":
        return this.#isTrouble(params.list) ? undefined : "nothing ailed its process";
      case "internal": {
        const isSo = this.#since(takenAt - TROUBLE_MS, "read_fault", "bad_append");
        return isSo ? undefined : "the disk had done nothing";
      }
      case "not_found":
        return this.#whyFound(data, user);
      case "forbidden":
        return this.#whyAllowed(user);
      case "conflict":
        return this.#whyNoConflict(data.todo);
      case "noproc":
      case "unauthenticated":
        return "this is never said of a list";
      default:
        return undefined; // Said of what was sent, which is the workload's affair.
    }
  }

  #since(sinceMs: number, ...troubles: Parameters<Bench["conditions"]["isSince"]>[1][]): boolean {
    return troubles.some((trouble) => this.#bench.conditions.isSince(sinceMs, trouble));
  }

  #isTrouble(list: string | undefined): boolean {
    const { conditions } = this.#bench;
    const since = this.#call.takenAt - TROUBLE_MS;
    const isAny = list === undefined || this.#call.method === "start"; // It may be elsewhere.
    if (conditions.isSince(since, "list", isAny ? ANY_LIST : list)) return true;
    return this.#since(this.#call.takenAt, "read_fault", "closing");
  }

  #whyFound({ what }: RefusalData, user: string): string | undefined {
    const list = this.#list;
    if (what === "list") {
      if (list === undefined || !this.#call.known.has(list.list)) return undefined;
      if (this.#isUnborn) return undefined;
      if (this.#call.method === "restore_list") return undefined;
      if (isDeleted(list) || hasChangedLife(this.#call, list)) return undefined;
      const isOut = this.#states.some(({ members }) => !members.has(user));
      return isOut ? undefined : `${user} is a member`;
    }
    const { params } = this.#call;
    const ids = [params.id, ...(params.ops ?? []).map(({ id }) => id)];
    const isOften = ids.some((id, at) => id !== undefined && ids.indexOf(id) !== at);
    if (isOften) return undefined; // An op before it may have deleted it.
    const lacks = ({ todos }: ListState) =>
      ids.some((id) => id !== undefined && TodoList.get(todos, id) === undefined);
    return this.#states.some(lacks) ? undefined : "the todo is there";
  }

  /** It was on its way to the disk when it was asked. */
  get #isUnborn(): boolean {
    return (this.#call.known.get(this.#list?.list ?? "")?.told ?? -1) < 0;
  }

  #whyAllowed(user: string): string | undefined {
    if (this.#call.method === "start") return this.#whyFree(user);
    const wanted = OF_EDITORS.has(this.#call.method) ? "editor" : "owner";
    const isLess = this.#states.some(({ members }) => !mayAs(members.get(user), wanted));
    if (wanted === "editor") return isLess ? undefined : `${user} may edit it`;
    const isLast = this.#states.some(
      ({ members }) => [...members.values()].filter((role) => role === "owner").length === 1,
    );
    return isLess || isLast ? undefined : `${user} owns it, with others`;
  }

  #whyFree(user: string): string | undefined {
    const list = this.#list;
    if (list === undefined) return "the id is free";
    if (isDeleted(list) || hasChangedLife(this.#call, list)) return undefined;
    return this.#states.some(({ members }) => !members.has(user)) ? undefined : "it is theirs";
  }

  #whyNoConflict(todo: Todo | undefined): string | undefined {
    if (todo === undefined) return "no todo was shown";
    const text = JSON.stringify(todo);
    const isSo = ({ todos }: ListState) => JSON.stringify(TodoList.get(todos, todo.id)) === text;
    return this.#states.some(isSo) ? undefined : "the todo was never so";
  }

  /** The list at each moment at which the call may have been judged. */
  get #states(): readonly ListState[] {
    const list = this.#list;
    return list === undefined ? [] : list.states.slice(floorOf(this.#call, list.list));
  }
}
