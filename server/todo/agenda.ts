/**
 * Agenda: the dated todos of all of a user's lists, one page of them.
 *
 * A process of its own asks one list after the other, so that nobody waits for the whole; lists
 * that hold no todo are not even started. It stops when nobody wants the page any more.
 * Bound: PAGE_BYTES_MAX of JSON and, where given, `limit` lists.
 * Errors: a list that cannot be had now fails the whole, so that no page looks whole and is not;
 *        one that is damaged or keeps crashing is named in `missing`, and the rest is told.
 * Source: PROTOCOL.md section 4, `agenda`.
 */
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import type { Results } from "../../shared/protocol/results.ts";
import type { TodoId } from "../../shared/todo/todo.ts";
import {
  call,
  isAlive,
  makeRef,
  on,
  type Pid,
  type Ref,
  Reply,
  type Runtime,
  receive,
  self,
  type Waiting,
} from "../runtime/index.ts";
import type { ListsPage, ListsQuery } from "../storage/event_log.ts";
import type { AgendaTodos } from "./agenda_part.ts";
import { type Answer, type Ask, kindOf, type Refused, refuse } from "./todo_request.ts";

/** Lists read from the index at once. */
const LISTS_AT_ONCE = 100;
/** Room for the page itself, and for what stands around the todos of one list. */
const ENVELOPE_BYTES = 1024;
const LIST_BYTES = 2560; // An id of 64 characters and a title of 500, as JSON.
const NAME_BYTES = 3; // Around an id in `missing`.

/** Which todos; `after` and `afterId`: the last list seen, and of it the last todo. */
export interface AgendaQuery {
  readonly user: string;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly done?: boolean | undefined;
  readonly after?: string | undefined;
  readonly afterId?: TodoId | undefined;
  readonly limit?: number | undefined;
  /** The moment of the runtime's clock after which nobody wants an answer. */
  readonly deadline: number;
  /** Who wants it, and what for. */
  readonly to: Pid;
  readonly ref: Ref;
}

/** Where lists are found. */
export interface AgendaSource {
  readonly runtime: Runtime;
  find(list: string): Pid | undefined;
  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void;
}

/** Gathers the page, in a process of its own; its Answer comes to `query.to` as a Reply. */
export function gather(source: AgendaSource, query: AgendaQuery): void {
  const { to, ref } = query;
  source.runtime.spawn(
    function* () {
      const answer = yield* new Gathering(source, query).run();
      to.process?.deliver(new Reply(ref, answer));
    },
    { label: "agenda" },
  );
}

type Lists = Results<"agenda">["lists"];

class Gathering {
  readonly #source: AgendaSource;
  readonly #query: AgendaQuery;
  readonly #lists: Lists[number][] = [];
  #bytesLeft = PAGE_BYTES_MAX - ENVELOPE_BYTES;
  readonly #missing: string[] = [];
  #isMore = false;
  #refused: Refused | undefined;

  constructor(source: AgendaSource, query: AgendaQuery) {
    this.#source = source;
    this.#query = query;
  }

  *run(): Waiting<Answer> {
    const { user, after, afterId, deadline } = this.#query;
    if (after !== undefined && afterId !== undefined) yield* this.#add(after, afterId);
    let last = after;
    for (let isLast = false; !isLast && !this.#isOver; ) {
      if (this.#source.runtime.clock.now() >= deadline) return refuse("timeout");
      const ref = makeRef();
      const query = { user, limit: LISTS_AT_ONCE };
      this.#source.lists(last === undefined ? query : { ...query, after: last }, self(), ref);
      const page = yield* receive<ListsPage>(
        on({ type: "lists", ref }, (got) => got as ListsPage),
        on({ type: "lists_failed", ref }, (got) => got as ListsPage),
      );
      if (page.type === "lists_failed") return refuse("internal");
      for (const { list, count } of page.lists) {
        if (!this.#isOver && count > 0) yield* this.#add(list, 0);
      }
      last = page.lists.at(-1)?.list;
      isLast = !page.more;
    }
    if (this.#refused !== undefined) return this.#refused;
    const missing = this.#missing.length === 0 ? undefined : { missing: this.#missing };
    const more = this.#isMore ? { more: true } : undefined;
    return { ok: true, result: { lists: this.#lists, ...more, ...missing } };
  }

  /** undefined: the list is left alone for now. */
  *#ask(list: string, ask: Ask): Waiting<Answer | undefined> {
    const server = this.#source.find(list);
    if (server === undefined) return undefined;
    const timeoutMs = Math.max(0, ask.deadline - this.#source.runtime.clock.now());
    const called = yield* call(server, ask, timeoutMs);
    return called.ok ? (called.value as Answer) : refuse(kindOf(called.error));
  }

  get #isOver(): boolean {
    return this.#isMore || this.#refused !== undefined || !isAlive(this.#query.to);
  }

  /** Adds what one list has to give. Whoever is no member any more gets nothing of it. */
  *#add(list: string, after: TodoId): Waiting<void> {
    const { user, from, until, done, limit = Number.POSITIVE_INFINITY, deadline } = this.#query;
    // Beyond the last list of the page it is only asked whether there is anything.
    const isFull = this.#lists.length >= limit;
    const bytesMax = isFull ? 0 : this.#bytesLeft - LIST_BYTES;
    const ask: Ask = {
      user,
      deadline,
      request: { type: "agenda", from, to: until, done, after, bytesMax },
    };
    let answer = yield* this.#ask(list, ask);
    if (answer?.ok === false && answer.kind === "crashed") answer = yield* this.#ask(list, ask);
    if (answer === undefined) {
      this.#missing.push(list);
      this.#bytesLeft -= list.length + NAME_BYTES;
      return;
    }
    if (!answer.ok) {
      if (answer.kind !== "not_found") this.#refused = answer;
      return;
    }
    const { title, seq, todos, bytes, more } = answer.result as AgendaTodos;
    if (more) this.#isMore = true;
    if (todos.length === 0) return;
    this.#lists.push({ list, title, seq, todos });
    this.#bytesLeft -= bytes + LIST_BYTES;
  }
}
