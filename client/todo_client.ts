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
import { Deadline } from "./deadline.ts";
import { FollowedLists, type Following } from "./followed_lists.ts";
import { type ListChange, ListChanges } from "./list_changes.ts";
import { tell } from "./listeners.ts";
import { kindOf } from "./method_kinds.ts";
import { type ClientState, ReconnectingClient } from "./reconnecting_client.ts";
import { isOfRepeat, type RpcError } from "./rpc_error.ts";
import type { SubscriptionListener } from "./todo_subscription.ts";
import { updateBy } from "./update_by.ts";

/** Where to connect, and what to do with what is not about a followed list. */
export interface TodoClientOptions extends ServerAddress {
  /** A push that no followed list took: of lists subscribed to by hand, `tick`, `goaway`, `bye`. */
  readonly pushed?: (name: string, params: unknown) => void;
  /** Calls reach the server, or wait. The first time before `connect` gives the client. */
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
        if (!followed.pushed(name, params)) tell(() => pushed?.(name, params));
      },
      stateChanged: (state: ClientState) => tell(() => stateChanged?.(state)),
      resume: (resumed: () => void) => followed.resume(resumed),
      closed(error: RpcError) {
        followed.end(error);
        tell(() => closed?.(error));
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
    return this.call("whoami", {}, options);
  }

  /** Makes a list, or finds the running pid of one that has this id. */
  start(
    list: { readonly list?: string; readonly title?: string; readonly todos?: readonly NewTodo[] },
    options: WriteOptions = {},
  ): Promise<Results<"start">> {
    return this.call("start", list, options);
  }

  /** One page of the lists of which the user is a member, by list id. */
  lists({
    after,
    limit,
    deleted,
    ...options
  }: PageOptions<string> & { readonly deleted?: boolean } = {}): Promise<Results<"lists">> {
    return this.call("lists", { after, limit, deleted }, options);
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
    return this.call("rename_list", { list, title }, options);
  }

  addTodo(list: string, todo: NewTodo, options: WriteOptions = {}): Promise<Results<"add_todo">> {
    return this.call("add_todo", { list, todo }, options);
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
    return this.call("update_todo", { list, id, ...params }, options);
  }

  /** 1..100 changes of one list, all or none. */
  tx(list: string, ops: readonly TxOp[], options: WriteOptions = {}): Promise<Results<"tx">> {
    return this.call("tx", { list, ops: ops.map(wireOp) }, options);
  }

  /** One page of the dated todos of all the user's lists. */
  agenda(
    { afterId, ...query }: AgendaQuery = {},
    options: CallOptions = {},
  ): Promise<Results<"agenda">> {
    return this.call("agenda", { ...query, after_id: afterId }, options);
  }

  /** One page of what happened to a list, newest first. */
  history(
    list: string,
    page: HistoryPage = {},
    options: CallOptions = {},
  ): Promise<Results<"history">> {
    return this.call("history", { list, ...page }, options);
  }

  async deleteList(list: string, options: CallOptions = {}): Promise<void> {
    try {
      await this.call("delete_list", { list }, options);
    } catch (error) {
      if (!isOfRepeat(error, "not_found")) throw error; // Else it was done the first time.
    }
  }

  /** Within 30 days of its deletion. */
  async restoreList(list: string, options: CallOptions = {}): Promise<Results<"restore_list">> {
    const deadline = new Deadline(this.#rpc.environment.clock, options.timeoutMs);
    try {
      return await this.call("restore_list", { list }, options);
    } catch (error) {
      if (!isOfRepeat(error, "not_found") || deadline.isOver) throw error;
      // Done the first time? If that is not to be learnt either, it is unknown as it was.
      const read = this.#call("list", { list, limit: 1 }, { ...options, deadline });
      const { seq } = await read.catch(() => Promise.reject(error));
      return { seq };
    }
  }

  /** The protocol as an AsyncAPI document. */
  describe(options: CallOptions = {}): Promise<Results<"describe">> {
    return this.call("describe", {}, options);
  }

  deleteTodo(
    list: string,
    id: TodoId,
    { ifRev, ...options }: ChangeOptions = {},
  ): Promise<Results<"delete_todo">> {
    return this.call("delete_todo", { list, id, if_rev: ifRev }, options);
  }

  /** One page of the todos of a day; `null`: of the undated. */
  todos(
    list: string,
    date: string | null,
    { after, limit, ...options }: PageOptions<TodoId> = {},
  ): Promise<Results<"todos">> {
    return this.call("todos", { list, date, after, limit }, options);
  }

  /** One page of a list. */
  list(
    list: string,
    { after, limit, ...options }: PageOptions<TodoId> = {},
  ): Promise<Results<"list">> {
    return this.call("list", { list, after, limit }, options);
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
    return new ListChanges((listener) => this.follow(list, listener), signal);
  }

  /** The same by callbacks: a copy of the list that stays right until it is stopped. */
  follow(list: string, listener: SubscriptionListener): Following {
    return this.#followed.follow(this.#rpc, list, listener);
  }

  /** Ends following a list, for all who do. */
  async unsubscribe(list: string, options: CallOptions = {}): Promise<void> {
    this.#followed.stop(list);
    await this.call("unsubscribe", { list }, options);
  }

  share(
    list: string,
    user: string,
    { role, ...options }: { readonly role: Role } & WriteOptions,
  ): Promise<Results<"share">> {
    return this.call("share", { list, user, role }, options);
  }

  unshare(list: string, user: string, options: WriteOptions = {}): Promise<Results<"unshare">> {
    return this.call("unshare", { list, user }, options);
  }

  members(list: string, options: CallOptions = {}): Promise<Results<"members">> {
    return this.call("members", { list }, options);
  }

  /**
   * Sends a write that is never answered, nor repeated when the connection is lost, be it sent or
   * still waiting for earlier calls. False: it is not sent, for there is no connection, too many
   * calls wait, or it is larger than the server takes.
   */
  cast<M extends "add_todo" | "update_todo" | "delete_todo" | "tx">(
    method: M,
    params: Params<M>,
  ): boolean {
    return this.#rpc.cast(method, params);
  }

  /**
   * Any method with its params as the wire has them. A write that takes a key gets one; a method
   * that this version does not know is not sent again when its connection is lost.
   */
  call<M extends MethodName>(
    method: M,
    params: object,
    options: WriteOptions = {},
  ): Promise<Results<M>> {
    return this.#call(method, params, options);
  }

  /** Ends the connection; calls that still wait fail as `closed`. */
  close(): void {
    this.#followed.end();
    this.#rpc.close();
  }

  async #call<M extends MethodName>(
    method: M,
    params: object,
    { key = nanoid(), ...times }: WriteOptions & { readonly deadline?: Deadline },
  ): Promise<Results<M>> {
    const kind = kindOf(method);
    const { key: given = key } = params as { readonly key?: string };
    return (await this.#rpc.call({
      method,
      params: kind === "keyed" ? { ...params, key: given } : params,
      write: kind !== "read",
      resend: kind !== undefined,
      ...times,
    })) as Results<M>;
  }

  #updateBy(
    list: string,
    id: TodoId,
    { update, ...given }: UpdateByFunction,
  ): Promise<Results<"update_todo">> {
    const deadline = new Deadline(this.#rpc.environment.clock, given.timeoutMs);
    const options = { ...given, deadline };
    return updateBy(update, id, {
      read: () => this.#todo(list, id, options),
      change: (patch, if_rev) => this.#call("update_todo", { list, id, patch, if_rev }, options),
      hasTime: () => !deadline.isOver,
    });
  }

  /** The todo, of the copy if the list is followed and right: it may be a little behind. */
  async #todo(
    list: string,
    id: TodoId,
    times: CallOptions & { readonly deadline: Deadline },
  ): Promise<Todo | undefined> {
    // While it is not live the copy may be of before a restore, where a rev is another todo's.
    const replica = this.state === "live" ? this.#followed.replica(list) : undefined;
    const known = replica === undefined ? undefined : TodoList.get(replica.state.todos, id);
    if (known !== undefined) return known;
    const page = { list, after: Math.max(0, id - 1), limit: 1 };
    const [todo] = (await this.#call("list", page, times)).todos;
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
