/**
 * RefusalJudge: whether a call was refused for a reason: whatever an error says must have been so
 * at some moment between the call and its answer.
 */
import type { ErrorKind } from "../../shared/protocol/errors.ts";
import { LIST_TODOS_BYTES_MAX, MESSAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import { isMethod, METHODS } from "../../shared/protocol/methods.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import { verdictOn } from "./command_model.ts";
import { ANY_LIST, type Trouble } from "./conditions.ts";
import type { ListModel } from "./list_model.ts";
import { isSame } from "./same.ts";
import {
  type Bench,
  floorOf,
  hasChangedLife,
  isDeleted,
  mayBeLeftAlone,
  type TakenCall,
  wordsOf,
} from "./taken_call.ts";
import type { TrueList } from "./truth.ts";
import { must } from "./violation.ts";

/** `data` of an error. */
export interface RefusalData {
  readonly kind: ErrorKind;
  readonly applied?: "no" | "unknown";
  readonly what?: string;
  readonly todo?: Todo;
  readonly op?: number;
  readonly after_ms?: number;
  readonly id?: unknown;
}

/** One refusal, and to whom it was told. */
export interface Refusal {
  readonly data: RefusalData;
  readonly user: string;
  /** The connection may have been read late, or its answers not have left: time explains itself. */
  readonly isCrowded: boolean;
}

/** Milliseconds for which a disk that was slow explains what took long. */
const SLOW_MS = 60_000;
/** Less time than this may be too short without any fault. */
const SHORT_MS = 1_500;
/** Milliseconds until everybody knows that a process has ended. */
const NOTICE_MS = 50;

/** One refusal against the truth. */
export function judgeRefusal(bench: Bench, call: TakenCall, refusal: Refusal): void {
  const { kind, applied } = refusal.data;
  const { method, params } = call;
  bench.reached.markNamed(`${kind}_told`);
  must(isWrite(call) === (applied !== undefined), () => `${method}: ${kind}, applied ${applied}`);
  if (applied === "no") notDone(bench, call);
  const whys = listsOf(bench, call, refusal.user).map((list) => {
    return new Reasons(bench, call, { list, refusal }).whyNot();
  });
  const isGrounded = whys.includes(undefined);
  must(isGrounded, () => `${method} of ${params.list}: ${kind}, but ${whys.join(", ")}`);
}

function isWrite({ method }: TakenCall): boolean {
  return isMethod(method) && METHODS[method].write;
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
  readonly #refusal: Refusal;

  constructor(
    bench: Bench,
    call: TakenCall,
    { list, refusal }: { readonly list: TrueList | undefined; readonly refusal: Refusal },
  ) {
    this.#bench = bench;
    this.#call = call;
    this.#list = list;
    this.#refusal = refusal;
  }

  /** undefined: there is a reason. Else what speaks against it. */
  whyNot(): string | undefined {
    const { kind } = this.#refusal.data;
    switch (kind) {
      case "read_only":
        return this.#whyNotAsWrite("the disk took all", "read_only", "closing");
      case "overloaded":
        return this.#whyNotAsWrite("nothing was much", "backlog");
      case "timeout":
        return this.#whyInTime();
      case "crashed":
        return this.#isTrouble() ? undefined : "nothing ailed its process";
      case "internal":
        return this.#since("read_fault", "bad_append") ? undefined : "the disk had done nothing";
      case "not_found":
        return this.#refusal.data.what === "list" ? this.#whyFound() : this.#whyNotByModel();
      case "forbidden":
        return this.#call.method === "start" ? this.#whyFree() : this.#whyNotByModel();
      case "conflict":
        return this.#whyNotByModel();
      case "list_full":
        return this.#isFullOfBytes ? undefined : this.#whyNotByModel();
      case "key_reused":
        return this.#whyNoKey();
      case "rate_limited":
        return this.#whyNoRate();
      case "bad_args":
        return this.#isBad ? undefined : "its params are right";
      case "bad_position": {
        const { epoch, seq } = this.#call.params;
        return (epoch === undefined) === (seq === undefined) ? "it is one, or none" : undefined;
      }
      default:
        return "this is never said of such a call";
    }
  }

  #since(...troubles: Trouble[]): boolean {
    const { conditions } = this.#bench;
    return troubles.some((trouble) => conditions.isSince(this.#call.takenAt, trouble));
  }

  /** What hinders writes alone. */
  #whyNotAsWrite(words: string, ...troubles: Trouble[]): string | undefined {
    if (!isWrite(this.#call)) return "reads go on";
    return this.#since(...troubles) ? undefined : words;
  }

  #whyInTime(): string | undefined {
    const { takenAt, deadline, params } = this.#call;
    const { now, conditions } = this.#bench;
    if (now() < deadline) return `${deadline - now()} ms were left`;
    if (this.#refusal.isCrowded || (params.timeout_ms ?? SHORT_MS) < SHORT_MS) return undefined;
    return conditions.isSince(takenAt - SLOW_MS, "slow") ? undefined : "nothing was slow";
  }

  #isTrouble(): boolean {
    const { conditions } = this.#bench;
    const { takenAt, method, params } = this.#call;
    // A `start` may be of another list, an agenda is of any.
    const list = method === "start" || params.list === undefined ? ANY_LIST : params.list;
    if (conditions.isSince(takenAt - NOTICE_MS, "list", list)) return true;
    return mayBeLeftAlone(this.#bench, this.#call, list) || this.#since("read_fault", "closing");
  }

  #whyFound(): string | undefined {
    const list = this.#list;
    if (list === undefined || !this.#call.known.has(list.list)) return undefined;
    if (this.#isUnborn || this.#call.method === "restore_list") return undefined;
    if (isDeleted(list) || hasChangedLife(this.#call, list)) return undefined;
    const { user } = this.#refusal;
    const isOut = this.#states.some(({ members }) => !members.has(user));
    return isOut ? undefined : `${user} is a member`;
  }

  /** It was on its way to the disk when it was asked. */
  get #isUnborn(): boolean {
    return (this.#call.known.get(this.#list?.list ?? "")?.told ?? -1) < 0;
  }

  #whyFree(): string | undefined {
    const list = this.#list;
    if (list === undefined) return "the id is free";
    if (isDeleted(list) || hasChangedLife(this.#call, list)) return undefined;
    const { user } = this.#refusal;
    return this.#states.some(({ members }) => !members.has(user)) ? undefined : "it is theirs";
  }

  /** At no moment would the model have refused it so. */
  #whyNotByModel(): string | undefined {
    const { method, params } = this.#call;
    const { user, data } = this.#refusal;
    const todosMax = this.#bench.limits.listTodosMax;
    const isSo = (state: ListModel) => {
      const { refused } = verdictOn(state, { method, params, user, todosMax });
      if (refused?.kind !== data.kind || refused.op !== data.op) return false;
      return isSame(refused.todo, data.todo);
    };
    return this.#states.some(isSo) ? undefined : "the list was never so";
  }

  get #isFullOfBytes(): boolean {
    return this.#states.some(({ todos }) => {
      const bytes = todos.reduce((sum, todo) => sum + (todo.notes?.length ?? 0), 0);
      return bytes > LIST_TODOS_BYTES_MAX - 2 * MESSAGE_BYTES_MAX;
    });
  }

  #whyNoKey(): string | undefined {
    const { method, params } = this.#call;
    const { list = "", key = "" } = params;
    const named = this.#bench.truth.key(list, this.#refusal.user, key);
    if (named === undefined) return "the key names nothing";
    return named.method === method ? "the key names such a write" : undefined;
  }

  #whyNoRate(): string | undefined {
    if (this.#call.method !== "start") return "it makes no list";
    return this.#bench.limits.newListsPerMin > 0 ? undefined : "there is no such limit";
  }

  /** Its params are what the workload knows to be wrong: a title of nothing. */
  get #isBad(): boolean {
    return this.#call.params.todo?.title === "";
  }

  /** The list at each moment at which the call may have been judged. */
  get #states(): readonly ListModel[] {
    const list = this.#list;
    return list === undefined ? [] : list.states.slice(floorOf(this.#call, list.list));
  }
}
