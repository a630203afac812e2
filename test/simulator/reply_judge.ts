/**
 * ReplyJudge: whether the result of a call is right: of this call, durable, not older than what was
 * told before it was taken, and as the list was at the seq it speaks of.
 */
import type { List, Results } from "../../shared/protocol/results.ts";
import { isEpoch, judgeHistory, judgeSight } from "./history_judge.ts";
import { type ListModel, membersOf } from "./list_model.ts";
import { judgeAgenda, judgeLists } from "./overview_judge.ts";
import { judgeLength } from "./page_judge.ts";
import { areSame, isSame } from "./same.ts";
import { type Bench, floorOf, type TakenCall } from "./taken_call.ts";
import { stateOf, type TrueList } from "./truth.ts";
import { must } from "./violation.ts";
import {
  judgeDeletion,
  judgeRestoration,
  judgeStarted,
  judgeWritten,
  type Receiver,
  type WriteResult,
} from "./write_judge.ts";

/** What a page of todos keeps free. */
const AROUND_BYTES = 4096;

/** What a result may hold that is about one list. */
interface ListResult extends Partial<WriteResult> {
  readonly list?: string;
  readonly epoch?: string;
}

/** One result against the truth. */
export function judgeResult(
  bench: Bench,
  call: TakenCall,
  { result, receiver }: { readonly result: unknown; readonly receiver: Receiver },
): void {
  const { method } = call;
  const { user, pid } = receiver;
  switch (method) {
    case "whoami": {
      const told = result as Results<"whoami">;
      const isIts = told.user === user && (pid === undefined || told.pid === pid);
      return must(isIts, () => "another's whoami");
    }
    case "unsubscribe":
      return must(isSame(result, {}), () => "unsubscribe answered with something");
    case "describe":
      return;
    case "lists":
      return judgeLists(bench, call, { result: result as Results<"lists">, user });
    case "agenda":
      return judgeAgenda(bench, call, { result: result as Results<"agenda">, user });
    case "history":
      return judgeHistory(bench, call, { result: result as Results<"history">, user });
    case "delete_list":
      return judgeDeletion(bench, call, receiver);
    default:
      return judgeOfList(bench, call, { result: result as ListResult, receiver });
  }
}

/** A result that speaks of a seq of one list. */
function judgeOfList(
  bench: Bench,
  call: TakenCall,
  { result, receiver }: { readonly result: ListResult; readonly receiver: Receiver },
): void {
  const { method, params, id } = call;
  const { seq = -1, replayed, epoch } = result;
  const name = result.list ?? params.list ?? "";
  const what = `${method} ${String(id)} of ${name}`;
  const isElsewhere = params.list !== undefined && params.list !== name;
  must(!isElsewhere || method === "start", () => `${method} answered of ${name}`);
  if (isElsewhere) bench.reached.mark("list_made_elsewhere");
  const list = bench.truth.lists.get(name);
  must(list !== undefined, () => `${what}: it is on no disk`);
  const durable = stateOf(list).seq;
  must(seq >= 0 && seq <= durable, () => `${what} speaks of ${seq}, on disk is ${durable}`);
  const floor = floorOf(call, name);
  const isNew = replayed === true || seq >= floor;
  must(isNew, () => `${what} speaks of ${seq}, ${floor} had been told of before`);
  const isIts = epoch === undefined || isEpoch(bench, list, { epoch, call });
  must(isIts, () => `${what}: it has no epoch ${epoch}`);
  judgeMethod(bench, call, { list, result: { ...result, seq }, receiver });
  bench.truth.told(name, seq);
}

function judgeMethod(
  bench: Bench,
  call: TakenCall,
  of: { readonly list: TrueList; readonly result: WriteResult; readonly receiver: Receiver },
): void {
  const { list, result, receiver } = of;
  const { user } = receiver;
  const { seq } = result;
  switch (call.method) {
    case "start":
      return judgeStarted(bench, call, of);
    case "list":
    case "todos":
      judgeSight(call, list, { user, fromSeq: seq, toSeq: seq });
      return judgePage(call, list, result as Partial<List> & WriteResult);
    case "members":
      judgeSight(call, list, { user, fromSeq: seq, toSeq: seq });
      return must(
        isSame(result.members, membersOf(list.states[seq] as ListModel)),
        () => `the members of ${list.list} are not those of ${seq}`,
      );
    case "restore_list":
      return judgeRestoration(call, of);
    default:
      return judgeWritten(bench, call, of);
  }
}

/** A page of todos: of all, or of a date. */
function judgePage(
  { params, method }: TakenCall,
  { list: name, states }: TrueList,
  { seq, todos = [], title, next, more }: Partial<List> & WriteResult,
): void {
  const { after = 0, date, limit } = params;
  const what = `${method} of ${name} @${seq}`;
  const state = states[seq] as ListModel;
  const isWanted = method === "list" ? () => true : (of: string | null) => of === date;
  const all = state.todos.filter((todo) => todo.id > Number(after) && isWanted(todo.date));
  must(areSame(todos, all.slice(0, todos.length)), () => `${what}: the todos were others`);
  const told = todos;
  judgeLength({ what, told, all, more: more === true, limit, aroundBytes: AROUND_BYTES });
  if (method !== "list") return;
  must(title === state.title && next === state.next, () => `${what}: another title or next`);
}
