/**
 * TodoClient: the methods of a todo server as typed functions, over a connection that heals itself.
 *
 * Shape: results are those of the wire (shared/protocol/results.ts). A list is named by its id.
 * Order: calls made one after the other reach the server in that order; nothing needs awaiting
 *        first.
 * Bound: every call ends, at the latest 2 s after its `timeoutMs`; offline calls wait so long.
 * Errors: a call throws one RpcError. A lost connection is not one: what it had not answered is
 *         sent again over the next; writes have a key, so nothing is done twice.
 * Source: PROTOCOL.md sections 2, 4 and 5.
 */
import { nanoid } from "nanoid";
import { CALL_TIMEOUT_MS } from "../shared/protocol/limits.ts";
import type { MethodName, Params } from "../shared/protocol/methods.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import type { ListEntry, Results } from "../shared/protocol/results.ts";
import type { NewTodo, Role, Todo, TodoId } from "../shared/todo/todo.ts";
import * as TodoList from "../shared/todo/todo_list.ts";
import type {
  AgendaQuery,
  CallOptions,
  ChangeOptions,
  HistoryPage,
  PageOptions,
  TodoUpdate,
  TodoUpdater,
  TxOp,
  UpdateByFunction,
  WriteOptions,
} from "./call_options.ts";
import { type ClientEnvironment, SYSTEM_ENVIRONMENT } from "./client_environment.ts";
import type { ServerAddress } from "./connector.ts";
import { FollowedLists, type Following } from "./followed_lists.ts";
import { type ListChange, listChanges } from "./list_changes.ts";
import { type ClientState, ReconnectingClient } from "./reconnecting_client.ts";
import { isOfRepeat, type RpcError } from "./rpc_error.ts";
import type { SubscriptionListener } from "./todo_subscription.ts";
import { updateBy } from "./update_by.ts";

/** Where to connect, and what to do with what is not about a followed list. */
export interface TodoClientOptions extends ServerAddress {
  /** A push that no followed list took: of lists subscribed to by hand, `tick`, `goaway`, `bye`. */
  readonly pushed?: (name: string, params: unknown) => void;
  /** Calls reach the server, or wait. */
  readonly stateChanged?: (state: ClientState) => void;
  /** It will not come back, other than by `close`; every pending call has failed with this. */
  readonly closed?: (error: RpcError) => void;
  /** Time, chance and sockets of a test. */
  readonly environment?: Partial<ClientEnvironment>;
}

export class TodoClient {
  readonly #rpc: ReconnectingClient;
  readonly #followed: FollowedLists;

  private constructor(rpc: ReconnectingClient, followed: FollowedLists) {
    this.#rpc = rpc;
    this.#followed = followed;
  }

  /** Connects; throws an RpcError (`unreachable`, `unauthenticated`, …) when it cannot. */
  static async connect(options: TodoClientOptions): Promise<TodoClient> {
    const { pushed, stateChanged, closed, environment, ...address } = options;
    const followed = new FollowedLists();
    const listener = {
      pushed(name: string, params: unknown) {
        if (!followed.pushed(name, params)) pushed?.(name, params);
      },
      stateChanged: (state: ClientState) => stateChanged?.(state),
      resume: (resumed: () => void) => followed.resume(resumed),
      closed(error: RpcError) {
        followed.end(error);
        closed?.(error);
      },
    };
    const all = { ...SYSTEM_ENVIRONMENT, ...environment };
    const rpc = await ReconnectingClient.connect(address, listener, all);
    return new TodoClient(rpc, followed);
  }

  /** What the server said first: the newest connection's user and pid, the server's limits. */
  get welcome(): Push<"welcome"> {
    return this.#rpc.welcome;
  }

  get state(): ClientState {
    return this.#rpc.state;
  }

  whoami(options: CallOptions = {}): Promise<Results<"whoami">> {
    return this.#read("whoami", {}, options);
  }

  /** Makes a list, or finds the running pid of one that has this id. */
  start(
    list: { readonly list?: string; readonly title?: string; readonly todos?: readonly NewTodo[] },
    options: WriteOptions = {},
  ): Promise<Results<"start">> {
    return this.#write("start", list, options);
  }

  /** One page of the lists of which the user is a member, by list id. */
  lists({
    after,
    limit,
    deleted,
    ...options
  }: PageOptions<string> & { readonly deleted?: boolean } = {}): Promise<Results<"lists">> {
    return this.#read("lists", { after, limit, deleted }, options);
  }

  /** All of them, page by page. */
  async allLists(options: CallOptions = {}): Promise<ListEntry[]> {
    let page = await this.lists(options);
    const lists = [...page.lists];
    for (let last = lists.at(-1); page.more === true && last !== undefined; last = lists.at(-1)) {
      page = await this.lists({ ...options, after: last.list });
      lists.push(...page.lists);
    }
    return lists;
  }

  renameList(
    list: string,
    title: string,
    options: WriteOptions = {},
  ): Promise<Results<"rename_list">> {
    return this.#write("rename_list", { list, title }, options);
  }

  addTodo(list: string, todo: NewTodo, options: WriteOptions = {}): Promise<Results<"add_todo">> {
    return this.#write("add_todo", { list, todo }, options);
  }

  /**
   * Changes a todo. By an updater: into what it makes of it, tried again with the todo as it then
   * is when somebody else was faster. By a patch: its members are set (null unsets them), then tags
   * are taken off, then tags are put on.
   */
  updateTodo(
    list: string,
    id: TodoId,
    change: TodoUpdater | TodoUpdate,
  ): Promise<Results<"update_todo">> {
    if (typeof change === "function") return this.#updateBy(list, id, { update: change });
    if ("update" in change) return this.#updateBy(list, id, change);
    const { patch, addTags, removeTags, ifRev, ...options } = change;
    const params = { patch, add_tags: addTags, remove_tags: removeTags, if_rev: ifRev };
    return this.#write("update_todo", { list, id, ...params }, options);
  }

  /** 1..100 changes of one list, all or none. */
  tx(list: string, ops: readonly TxOp[], options: WriteOptions = {}): Promise<Results<"tx">> {
    return this.#write("tx", { list, ops: ops.map(wireOp) }, options);
  }

  /** One page of the dated todos of all the user's lists. */
  agenda(
    { afterId, ...query }: AgendaQuery = {},
    options: CallOptions = {},
  ): Promise<Results<"agenda">> {
    return this.#read("agenda", { ...query, after_id: afterId }, options);
  }

  /** One page of what happened to a list, newest first. */
  history(
    list: string,
    page: HistoryPage = {},
    options: CallOptions = {},
  ): Promise<Results<"history">> {
    return this.#read("history", { list, ...page }, options);
  }

  async deleteList(list: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.#writeOnce("delete_list", { list }, options);
    } catch (error) {
      if (!isOfRepeat(error, "not_found")) throw error; // Else it was done the first time.
    }
  }

  /** Within 30 days of its deletion. */
  async restoreList(list: string, options: CallOptions = {}): Promise<Results<"restore_list">> {
    try {
      return await this.#writeOnce("restore_list", { list }, options);
    } catch (error) {
      if (!isOfRepeat(error, "not_found")) throw error;
      const { seq } = await this.list(list, { ...options, limit: 1 }); // Done the first time?
      return { seq };
    }
  }

  /** The protocol as an AsyncAPI document. */
  describe(options: CallOptions = {}): Promise<Results<"describe">> {
    return this.#read("describe", {}, options);
  }

  deleteTodo(
    list: string,
    id: TodoId,
    { ifRev, ...options }: ChangeOptions = {},
  ): Promise<Results<"delete_todo">> {
    return this.#write("delete_todo", { list, id, if_rev: ifRev }, options);
  }

  /** One page of the todos of a day; `null`: of the undated. */
  todos(
    list: string,
    date: string | null,
    { after, limit, ...options }: PageOptions<TodoId> = {},
  ): Promise<Results<"todos">> {
    return this.#read("todos", { list, date, after, limit }, options);
  }

  /** One page of a list. */
  list(
    list: string,
    { after, limit, ...options }: PageOptions<TodoId> = {},
  ): Promise<Results<"list">> {
    return this.#read("list", { list, after, limit }, options);
  }

  /**
   * A list as it is and then every change of it, for `for await`. It goes on through lost
   * connections; `break`, the signal, `unsubscribe` and `close` end it. It throws when the list is
   * gone.
   */
  subscribe(
    list: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncIterableIterator<ListChange> {
    return listChanges((listener) => this.follow(list, listener), signal);
  }

  /** The same by callbacks: a copy of the list that stays right until it is stopped. */
  follow(list: string, listener: SubscriptionListener): Following {
    return this.#followed.follow(this.#rpc, list, listener);
  }

  /** Ends following a list, for all who do. */
  async unsubscribe(list: string, options: CallOptions = {}): Promise<void> {
    this.#followed.stop(list);
    await this.#read("unsubscribe", { list }, options);
  }

  share(
    list: string,
    user: string,
    { role, ...options }: { readonly role: Role } & WriteOptions,
  ): Promise<Results<"share">> {
    return this.#write("share", { list, user, role }, options);
  }

  unshare(list: string, user: string, options: WriteOptions = {}): Promise<Results<"unshare">> {
    return this.#write("unshare", { list, user }, options);
  }

  members(list: string, options: CallOptions = {}): Promise<Results<"members">> {
    return this.#read("members", { list }, options);
  }

  /**
   * Sends a write that is never answered, nor repeated when the connection is lost. False: there is
   * no connection to send it.
   */
  cast<M extends "add_todo" | "update_todo" | "delete_todo" | "tx">(
    method: M,
    params: Params<M>,
  ): boolean {
    return this.#rpc.cast(method, params);
  }

  /** Any method with its params as the wire has them; a write is to have its own `key`. */
  call<M extends MethodName>(
    method: M,
    params: object,
    options: CallOptions = {},
  ): Promise<Results<M>> {
    return this.#read(method, params, options);
  }

  /** Ends the connection; calls that still wait fail as `closed`. */
  close(): void {
    this.#followed.end();
    this.#rpc.close();
  }

  async #read<M extends MethodName>(
    method: M,
    params: object,
    { timeoutMs }: CallOptions,
  ): Promise<Results<M>> {
    return (await this.#rpc.call({ method, params, timeoutMs })) as Results<M>;
  }

  #write<M extends MethodName>(
    method: M,
    params: object,
    { timeoutMs, key = nanoid() }: WriteOptions,
  ): Promise<Results<M>> {
    return this.#writeOnce(method, { ...params, key }, { timeoutMs });
  }

  /** A write that has no key. */
  async #writeOnce<M extends MethodName>(
    method: M,
    params: object,
    { timeoutMs }: CallOptions,
  ): Promise<Results<M>> {
    return (await this.#rpc.call({ method, params, timeoutMs, write: true })) as Results<M>;
  }

  #updateBy(
    list: string,
    id: TodoId,
    { update, timeoutMs = CALL_TIMEOUT_MS, key }: UpdateByFunction,
  ): Promise<Results<"update_todo">> {
    const { clock } = this.#rpc.environment;
    const untilMs = clock.now() + timeoutMs;
    const leftMs = (): number => Math.round(untilMs - clock.now());
    const options = () => ({ key, timeoutMs: Math.max(1, leftMs()) });
    return updateBy(update, id, {
      read: () => this.#todo(list, id, options()),
      change: (patch, ifRev) => this.updateTodo(list, id, { patch, ...options(), ifRev }),
      hasTime: () => leftMs() > 0,
    });
  }

  /** The todo, of the copy if the list is followed: it may be a little behind. */
  async #todo(list: string, id: TodoId, options: CallOptions): Promise<Todo | undefined> {
    const replica = this.#followed.replica(list);
    const known = replica === undefined ? undefined : TodoList.get(replica.state.todos, id);
    if (known !== undefined) return known;
    const [todo] = (await this.list(list, { ...options, after: Math.max(0, id - 1), limit: 1 }))
      .todos;
    return todo?.id === id ? todo : undefined;
  }
}

function wireOp(op: TxOp): object {
  switch (op.op) {
    case "add_todo":
      return op;
    case "update_todo": {
      const { id, ifRev, patch, addTags, removeTags } = op;
      const change = { patch, add_tags: addTags, remove_tags: removeTags };
      return { op: op.op, id, ...change, if_rev: ifRev };
    }
    case "delete_todo":
      return { op: op.op, id: op.id, if_rev: op.ifRev };
    default:
      return op satisfies never;
  }
}
