/**
 * TodoWorld: lists in memory behind a FakeServer, enough of a todo server to try the client on.
 *
 * No rights, no keys, no disk; pages of `pageTodos` todos; pushes to whoever subscribed.
 */
import type { EventParams, List, Member } from "../../../shared/protocol/results.ts";
import { applyPatch, newTodo } from "../../../shared/todo/patch.ts";
import type { NewTodo, Role, TodoPatch } from "../../../shared/todo/todo.ts";
import * as TodoEvent from "../../../shared/todo/todo_event.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";
import { type Answer, type FakeConnection, type Message, refusal } from "./fake_server.ts";

interface Entry {
  state: TodoEvent.ListState;
  readonly epoch: string;
  readonly events: EventParams[];
  readonly subscribers: Set<FakeConnection>;
}
/** What these tests send; the fake trusts it. */
interface Params {
  readonly list: string;
  readonly title?: string;
  readonly id: number;
  readonly todo: NewTodo;
  readonly patch: TodoPatch;
  readonly add_tags?: readonly string[];
  readonly remove_tags?: readonly string[];
  readonly date: string | null;
  readonly after?: number;
  readonly if_rev?: number;
  readonly epoch?: string;
  readonly seq?: number;
  readonly user: string;
  readonly role: Role;
}

export class TodoWorld {
  readonly lists = new Map<string, Entry>();
  readonly pageTodos: number;

  constructor(pageTodos = 1000) {
    this.pageTodos = pageTodos;
  }

  /** For FakeServer's option of that name. */
  readonly answer = (message: Message, connection: FakeConnection): Answer => {
    const params = message.params as unknown as Params;
    if (message.method === "lists") return { result: this.#mine(connection.user) };
    if (message.method === "start") return { result: this.#start(connection.user, params) };
    const entry = this.lists.get(params.list);
    if (entry === undefined) return refusal("not_found", { what: "list" });
    const method = this.#methods[message.method];
    return method?.(entry, params, connection) ?? refusal("unknown_method");
  };

  /** Applies a change and pushes it. */
  change(list: string, change: TodoEvent.Change, by = "someone"): number {
    const entry = this.lists.get(list);
    if (entry === undefined) throw new Error(`no list ${list}`);
    const seq = entry.state.seq + 1;
    entry.state = TodoEvent.apply(entry.state, { ...change, seq });
    const event = { list, epoch: entry.epoch, ...change, seq, at: 0, by, pid: "<0.9.0>" };
    entry.events.push(event as EventParams);
    for (const subscriber of entry.subscribers) {
      if (subscriber.isOpen) subscriber.push("event", event as EventParams);
      else entry.subscribers.delete(subscriber);
    }
    return seq;
  }

  page(list: string, after = 0): List {
    const { state, epoch } = this.lists.get(list) as Entry;
    const todos = [...TodoList.page(state.todos, after)];
    const shown = todos.slice(0, this.pageTodos);
    const more = shown.length < todos.length ? { more: true as const } : {};
    const { title, seq } = state;
    return { list, title, epoch, seq, next: state.todos.next, todos: shown, ...more };
  }

  #mine(user: string): object {
    const mine = [...this.lists].filter(([, { state }]) => state.members.has(user));
    return {
      lists: mine.map(([list, { state }]) => ({
        list,
        title: state.title,
        role: state.members.get(user),
        seq: state.seq,
        count: TodoList.size(state.todos),
      })),
    };
  }

  #start(user: string, { title }: Params): object {
    const list = `list-${this.lists.size + 1}`;
    const state = TodoEvent.empty(title ?? list, user);
    this.lists.set(list, { state, epoch: `e-${list}`, events: [], subscribers: new Set() });
    return { list, pid: "<0.5.0>", epoch: `e-${list}`, seq: 0, created: true };
  }

  readonly #methods: Record<
    string,
    (entry: Entry, params: Params, connection: FakeConnection) => Answer
  > = {
    add_todo: ({ state }, { list, todo }, { user }) => {
      const { next } = state.todos;
      const seq = state.seq + 1;
      const added = newTodo(next, seq, todo);
      this.change(list, { op: "todo_added", todo: added }, user);
      return { result: { id: next, rev: seq, seq } };
    },
    update_todo: ({ state }, { list, id, if_rev: rev, ...params }, { user }) => {
      const old = TodoList.get(state.todos, id);
      if (old === undefined) return refusal("not_found", { what: "todo", applied: "no" });
      if (rev !== undefined && rev !== old.rev) {
        return refusal("conflict", { todo: old, applied: "no" });
      }
      const { patch, add_tags: addTags, remove_tags: removeTags } = params;
      const changed = applyPatch(old, { patch, addTags, removeTags });
      if (changed === old) return { result: { todo: old, changed: false, seq: state.seq } };
      const todo = { ...changed, rev: state.seq + 1 };
      const seq = this.change(list, { op: "todo_updated", todo }, user);
      return { result: { todo, changed: true, seq } };
    },
    delete_todo: ({ state }, { list, id }, { user }) => {
      const changed = TodoList.get(state.todos, id) !== undefined;
      if (changed) this.change(list, { op: "todo_deleted", id: id }, user);
      return { result: { changed, seq: this.page(list).seq } };
    },
    list: (_entry, { list, after }) => ({ result: this.page(list, after) }),
    todos: ({ state }, { date, after }) => {
      const all = [...TodoList.todosAfter(state.todos, date, after ?? 0)];
      const todos = all.slice(0, this.pageTodos);
      const more = todos.length < all.length ? { more: true } : {};
      return { result: { todos, seq: state.seq, ...more } };
    },
    subscribe: (entry, { list, epoch, seq = 0 }, connection) => {
      entry.subscribers.add(connection);
      if (epoch === entry.epoch) {
        const events = entry.events.filter((event) => event.seq > seq);
        return { result: { mode: "resumed", list, epoch, seq: entry.state.seq, events } };
      }
      return { result: { mode: "snapshot", ...this.page(list) } };
    },
    unsubscribe: (entry, _params, connection) => {
      entry.subscribers.delete(connection);
      return { result: {} };
    },
    share: (entry, { list, user, role }, { user: by }) => {
      const change: TodoEvent.Change = { op: "member_set", user, role };
      const changed = entry.state.members.get(user) !== role;
      if (changed) this.change(list, change, by);
      const members: Member[] = [...entry.state.members].map(([name, has]) => ({
        user: name,
        role: has,
      }));
      return { result: { members, changed, seq: entry.state.seq } };
    },
  };
}
