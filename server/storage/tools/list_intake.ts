/**
 * ListIntake: the lines of one list as they come in, each checked, until they are one birth and its
 * events.
 *
 * Rules: beside the shape of each line those that the server keeps: seq + 1 without gaps, ids given
 *        out in order, revs, times that never go back, an owner at all times, the limits of a list.
 *        What the header says of the end must be what the events come to.
 * Memory: all events of the list.
 */
import { nanoid } from "nanoid";
import { LIST_MEMBERS_MAX } from "../../../shared/protocol/limits.ts";
import type { Role } from "../../../shared/todo/todo.ts";
import type { Change, ListState } from "../../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../../shared/todo/todo_event.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";
import { type Append, type EventRow, WITH_THE_NEXT } from "../event_log.ts";
import { type EventLine, type Header, readEvent, readHeader } from "./list_lines.ts";
import { type Refused, refused } from "./store_file.ts";

/** Milliseconds by which another machine's clock may be ahead. */
const CLOCKS_APART_MS = 3_600_000;

/** What a list may hold, and what time it is, in milliseconds since 1970. */
export interface IntakeOptions {
  readonly listTodosMax: number;
  readonly listBytesMax: number;
  readonly now: number;
}

/** A list, line by line. */
export class ListIntake {
  readonly #options: IntakeOptions;
  readonly #rows: EventRow[] = [];
  #header: Header | undefined;
  #state: ListState = TodoEvents.empty("");
  #bytes = 0; // Of the todos as JSON.
  #lastAt = 0;
  #isWithNext = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Takes the next line; what is wrong with it, or nothing. */
  take(line: string): Refused | undefined {
    if (this.#header === undefined) return this.#takeHeader(line);
    const read = readEvent(line);
    if (!read.ok) return read;
    const fault = this.#faultOf(read.event);
    if (fault !== undefined) return refused(fault);
    return this.#fold(read.event);
  }

  /** After the last line: the list under that id, as an append; or what is missing. */
  end(list: string | undefined): { readonly ok: true; readonly append: Append } | Refused {
    const header = this.#header;
    if (header === undefined) return refused("there is no line; a header was wanted.");
    const { seq, title, members } = this.#state;
    if (seq !== header.seq || this.#isWithNext) {
      return refused(`the header tells of ${header.seq} events; ${seq} came.`);
    }
    const isSame =
      header.members.length === members.size &&
      header.members.every(({ user, role }) => members.get(user) === role);
    if (title !== header.title || !isSame) {
      return refused("the header tells of another title or other members than the events.");
    }
    const { owner, at, first_title } = header;
    const birth = { epoch: nanoid(12), title: first_title, owner, at, key: null, firstSeq: 0 };
    return { ok: true, append: { list: list ?? newListId(), birth, rows: this.#rows } };
  }

  #takeHeader(line: string): Refused | undefined {
    const read = readHeader(line);
    if (!read.ok) return read;
    const { at, first_title, owner } = read.header;
    if (at > this.#options.now + CLOCKS_APART_MS) return refused("at is in the future.");
    this.#header = read.header;
    this.#state = TodoEvents.empty(first_title, owner);
    this.#lastAt = at;
    return undefined;
  }

  /** Why it cannot come after those before it. */
  #faultOf({ seq, at, change, withNext }: EventLine): string | undefined {
    const wanted = this.#state.seq + 1;
    if (seq !== wanted) return `seq must be ${wanted}, one more than before; ${seq} came.`;
    if (at < this.#lastAt) return "at is earlier than that of the line before.";
    if (at > this.#options.now + CLOCKS_APART_MS) return "at is in the future.";
    if (withNext && !isOfTodo(change)) return "with_next is only for changes of todos.";
    return isOfTodo(change) ? this.#todoFault(change, seq) : this.#memberFault(change);
  }

  #todoFault(change: TodoChange, seq: number): string | undefined {
    const { todos } = this.#state;
    if (change.op === "todo_deleted") {
      return TodoList.get(todos, change.id) === undefined ? "there is no such todo." : undefined;
    }
    const { id, rev } = change.todo;
    const isThere = TodoList.get(todos, id) !== undefined;
    if (rev !== seq) return `todo.rev must be the seq ${seq}; ${rev} came.`;
    if (change.op === "todo_updated") return isThere ? undefined : "there is no such todo.";
    if (isThere) return "there is a todo with this id.";
    // A lower one is a todo's that was deleted, and has come back.
    return id > todos.next ? `todo.id must be at most ${todos.next}; ${id} came.` : undefined;
  }

  #memberFault(change: MemberChange): string | undefined {
    if (change.op === "list_renamed") return undefined;
    const { members } = this.#state;
    const old = members.get(change.user);
    if (change.op === "member_removed" && old === undefined) return "there is no such member.";
    const isOwnerStill = change.op === "member_set" && change.role === "owner";
    if (old === "owner" && !isOwnerStill && ownersOf(members) === 1) {
      return "a list always has an owner: its last one cannot be lowered or removed.";
    }
    if (old === undefined && members.size >= LIST_MEMBERS_MAX) {
      return `a list has at most ${LIST_MEMBERS_MAX} members.`;
    }
    return undefined;
  }

  #fold({ seq, at, user, pid, withNext, change }: EventLine): Refused | undefined {
    this.#bytes += growthOf(this.#state.todos, change);
    this.#state = TodoEvents.apply(this.#state, { ...change, seq });
    this.#lastAt = at;
    this.#isWithNext = withNext;
    const count = TodoList.size(this.#state.todos);
    const { listTodosMax, listBytesMax } = this.#options;
    if (count > listTodosMax) return refused(`a list holds at most ${listTodosMax} todos.`);
    if (this.#bytes > listBytesMax) {
      return refused(`the todos of a list take at most ${listBytesMax} bytes as JSON.`);
    }
    const key = withNext ? WITH_THE_NEXT : null;
    const row = { seq, at, user, pid, key, body: JSON.stringify(change), count };
    this.#rows.push({ ...row, ...indexed(change) });
    return undefined;
  }
}

/** As the server makes them: it begins with no "-". */
function newListId(): string {
  return nanoid().replace(/^-/, "_");
}

type TodoChange = Extract<Change, { readonly op: `todo_${string}` }>;
type MemberChange = Exclude<Change, TodoChange>;

function isOfTodo(change: Change): change is TodoChange {
  return change.op.startsWith("todo_");
}

function ownersOf(members: ReadonlyMap<string, Role>): number {
  return [...members.values()].filter((role) => role === "owner").length;
}

/** What the log's indexes want to know of it. */
function indexed(change: Change): Pick<EventRow, "member" | "title"> {
  switch (change.op) {
    case "member_set":
      return { member: { user: change.user, role: change.role } };
    case "member_removed":
      return { member: { user: change.user, role: null } };
    case "list_renamed":
      return { title: change.title };
    default:
      return {};
  }
}

function growthOf(before: TodoList.T, change: Change): number {
  if (!isOfTodo(change)) return 0;
  const after = change.op === "todo_deleted" ? undefined : change.todo;
  const id = change.op === "todo_deleted" ? change.id : change.todo.id;
  return bytesOf(after) - bytesOf(TodoList.get(before, id));
}

function bytesOf(todo: object | undefined): number {
  return todo === undefined ? 0 : Buffer.byteLength(JSON.stringify(todo));
}
