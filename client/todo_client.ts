/**
 * TodoClient: the methods of a todo server as typed functions over one connection.
 *
 * Shape: results are those of the wire (shared/protocol/results.ts). A list is named by its id.
 * Order: calls made one after the other reach the server in that order; nothing needs awaiting
 *        first.
 * Errors: a call throws one RpcError. There is no reconnecting: a closed client stays closed.
 * Source: PROTOCOL.md sections 4 and 5.
 */
import type { MethodName } from "../shared/protocol/methods.ts";
import type { Push } from "../shared/protocol/pushes.ts";
import type { ListEntry, Results, Subscribed } from "../shared/protocol/results.ts";
import type { TodoChange } from "../shared/todo/patch.ts";
import type { NewTodo, Role, TodoId } from "../shared/todo/todo.ts";
import { RpcClient } from "./rpc_client.ts";
import type { RpcError } from "./rpc_error.ts";
import type { SocketAddress } from "./socket.ts";
import { type SubscriptionListener, TodoSubscription } from "./todo_subscription.ts";

/** Milliseconds the server works at the call, 1..60000; 5000 unless given. */
export interface CallOptions {
  readonly timeoutMs?: number;
}
/** `key`: names the write, so that it can be repeated safely; 1..64 characters. */
export interface WriteOptions extends CallOptions {
  readonly key?: string;
}
/** `after`: the last id seen, exclusive. `limit`: 1..1000. A page that ends early has `more`. */
export interface PageOptions<Id> extends CallOptions {
  readonly after?: Id;
  readonly limit?: number;
}
/** `ifRev`: only when the todo still has this rev; else the call fails as `conflict`. */
export interface ChangeOptions extends WriteOptions {
  readonly ifRev?: number;
}
/** Where to connect, and what to do with what is not about a followed list. */
export interface TodoClientOptions extends SocketAddress {
  /** A push that no `follow` took: of lists subscribed to by hand, `tick`, `goaway`, `bye`. */
  readonly pushed?: (name: string, params: unknown) => void;
  /** The connection ended other than by `close`; every pending call has failed with this. */
  readonly closed?: (error: RpcError) => void;
}

export class TodoClient {
  readonly #rpc: RpcClient;
  readonly #followed: Map<string, TodoSubscription>;

  private constructor(rpc: RpcClient, followed: Map<string, TodoSubscription>) {
    this.#rpc = rpc;
    this.#followed = followed;
  }

  /** Connects; throws an RpcError (`unreachable`, `unauthenticated`, …) when it cannot. */
  static async connect({ pushed, closed, ...address }: TodoClientOptions): Promise<TodoClient> {
    const followed = new Map<string, TodoSubscription>();
    const rpc = await RpcClient.connect(address, {
      pushed(name, params) {
        const list = (params as { readonly list?: string } | undefined)?.list;
        const subscription = list === undefined ? undefined : followed.get(list);
        if (subscription === undefined) pushed?.(name, params);
        else subscription.pushed(name, params);
      },
      closed(error) {
        for (const subscription of followed.values()) subscription.end(error);
        closed?.(error);
      },
    });
    return new TodoClient(rpc, followed);
  }

  /** What the server said first: this connection's user and pid, the server's limits. */
  get welcome(): Push<"welcome"> {
    return this.#rpc.welcome;
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
  lists({ after, limit, ...options }: PageOptions<string> = {}): Promise<Results<"lists">> {
    return this.#read("lists", { after, limit }, options);
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

  /** `patch` sets members (null unsets them), then tags are taken off, then tags are put on. */
  updateTodo(
    list: string,
    id: TodoId,
    { patch, addTags, removeTags, ifRev, ...options }: TodoChange & ChangeOptions,
  ): Promise<Results<"update_todo">> {
    const change = { patch, add_tags: addTags, remove_tags: removeTags, if_rev: ifRev };
    return this.#write("update_todo", { list, id, ...change }, options);
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

  /** Subscribes by hand: its pushes go to `pushed`. `follow` does more with less. */
  subscribe(
    list: string,
    {
      epoch,
      seq,
      ...options
    }: { readonly epoch?: string; readonly seq?: number } & CallOptions = {},
  ): Promise<Subscribed> {
    return this.#read("subscribe", { list, epoch, seq }, options);
  }

  async unsubscribe(list: string, options: CallOptions = {}): Promise<void> {
    this.#followed.get(list)?.stop();
    this.#followed.delete(list);
    await this.#read("unsubscribe", { list }, options);
  }

  /**
   * Follows a list: a copy of it that stays right until `unsubscribe`. Following it again takes the
   * place of what followed it before: a connection has one subscription per list.
   */
  follow(list: string, listener: SubscriptionListener): TodoSubscription {
    this.#followed.get(list)?.stop();
    const subscription = new TodoSubscription(this.#rpc, list, listener);
    this.#followed.set(list, subscription);
    return subscription;
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

  /** Ends the connection; calls that still wait fail as `closed`. */
  close(): void {
    for (const subscription of this.#followed.values()) subscription.stop();
    this.#rpc.close();
  }

  async #read<M extends MethodName>(
    method: M,
    params: object,
    { timeoutMs }: CallOptions,
  ): Promise<Results<M>> {
    return (await this.#rpc.call({ method, params, timeoutMs })) as Results<M>;
  }

  async #write<M extends MethodName>(
    method: M,
    params: object,
    { timeoutMs, key }: WriteOptions,
  ): Promise<Results<M>> {
    const request = { method, params: { ...params, key }, timeoutMs, write: true };
    return (await this.#rpc.call(request)) as Results<M>;
  }
}
