/**
 * LibraryWork: what users of the client library do: mixed work on a few lists, as the dice say.
 *
 * Shape: every write has a word of its own, as the title it gives, by which judges know it, and a
 *        key; some writes come again later under the same key, from any client of their user.
 */
import type { TxOp } from "../../client/call_options.ts";
import type { TodoClient } from "../../client/todo_client.ts";
import type { NewTodo, Role, Todo, TodoPatch } from "../../shared/todo/todo.ts";
import type { Dice } from "./dice.ts";
import type { LibraryClient } from "./library_client.ts";
import { todoIn } from "./list_model.ts";
import type { SimWorld } from "./sim_world.ts";
import type { SentOp, SentParams } from "./taken_call.ts";
import { stateOf } from "./truth.ts";

export const USERS = ["alice", "bob", "carol"] as const;
/** Lists that programs name; others get ids of the server's. */
const NAMES = ["l0", "l1", "l2"] as const;
const DATES = ["2026-01-01", "2026-01-02", null] as const;
/** Ops of a large `tx`: more events than a list has at hand. */
const BIG_TX = 90;
const TIMEOUT_MS = 5_000;
/** Writes that may be repeated. */
const REPEATABLES_MAX = 20;

const WORK = {
  add: 20,
  update: 10,
  updateBy: 5,
  remove: 6,
  tx: 5,
  bigTx: 1.2,
  cast: 4,
  start: 4,
  share: 5,
  unshare: 2,
  rename: 2,
  deleteList: 1,
  restoreList: 2,
  read: 10,
  follow: 6,
  stop: 1,
  repeat: 5,
  burst: 4,
} as const;

type Work = keyof typeof WORK;

/** A keyed write that may be repeated by any client of its user. */
interface Repeatable {
  readonly user: string;
  readonly run: (client: LibraryClient) => void;
}

type Given<Params> = { [Name in keyof Params]?: Exclude<Params[Name], undefined> };

/** How the library is called. */
type Make = (client: TodoClient) => Promise<unknown>;

/** What a write is made of. */
interface Write {
  readonly list: string;
  readonly word: string;
  readonly options: { readonly key: string; readonly timeoutMs: number };
}

export interface LibraryWorkOptions {
  readonly world: SimWorld;
  readonly dice: Dice;
  /** A word that was never given before. */
  readonly word: () => string;
  readonly clients: () => readonly LibraryClient[];
}

export class LibraryWork {
  readonly #world: SimWorld;
  readonly #dice: Dice;
  readonly #word: () => string;
  readonly #clients: () => readonly LibraryClient[];
  readonly #repeatables: Repeatable[] = [];
  /** The words of casts. */
  readonly #casts: string[] = [];
  #timeoutMs = TIMEOUT_MS;

  constructor({ world, dice, word, clients }: LibraryWorkOptions) {
    this.#world = world;
    this.#dice = dice;
    this.#word = word;
    this.#clients = clients;
  }

  /** One client does one thing. */
  step(): void {
    this.#timeoutMs = this.#dice.chance(0.1) ? 1 + this.#dice.int(600) : TIMEOUT_MS;
    this.#do(this.#dice.weighted(WORK));
  }

  /** Some cast is on disk. */
  get isCastDone(): boolean {
    return this.#casts.some((word) => this.#world.truth.find(word) !== undefined);
  }

  #do(work: Work): void {
    const client = this.#dice.pick(this.#clients());
    const list = this.#list(client.user);
    switch (work) {
      case "burst":
        for (let left = 2 + this.#dice.int(6); left > 0; left--) {
          this.#do(this.#dice.pick(["add", "update"]));
        }
        return;
      case "repeat":
        return this.#repeat();
      case "start":
        return this.#start(client);
      case "read":
        return this.#read(client, list);
      case "cast":
        return this.#cast(client, list);
      case "follow":
        return client.follow(list);
      case "stop":
        return client.stop(list);
      case "updateBy":
        return this.#updateBy(client, list);
      case "deleteList":
      case "restoreList":
        return this.#life(client, list, work);
      default:
        return this.#keyed(client, list, work);
    }
  }

  /** A keyed write, which may come again later under the same key. */
  #keyed(client: LibraryClient, list: string, work: Work): void {
    const word = this.#word();
    const options = { key: `k${word}`, timeoutMs: this.#timeoutMs };
    const run = this.#write(work, { list, word, options });
    run(client);
    if (this.#dice.chance(0.5)) this.#mayRepeat({ user: client.user, run });
  }

  #write(work: Work, { list, word: title, options }: Write): (client: LibraryClient) => void {
    const { timeoutMs, key } = options;
    const id = this.#id(list);
    const call = (method: string, params: SentParams, make: Make) => (client: LibraryClient) => {
      void client.call({ method, params: { list, key, ...params }, timeoutMs }, make);
    };
    switch (work) {
      case "update": {
        const if_rev = this.#dice.chance(0.4) ? this.#rev(list, id) : undefined;
        const patch = { title, ...this.#patch() };
        const change = { patch, ifRev: if_rev, ...options };
        const params = { id, patch, ...given({ if_rev }) };
        return call("update_todo", params, (it) => it.updateTodo(list, id, change));
      }
      case "remove": {
        const if_rev = this.#dice.chance(0.2) ? this.#rev(list, id) : undefined;
        const how = { ...options, ifRev: if_rev };
        const params = { id, ...given({ if_rev }) };
        return call("delete_todo", params, (it) => it.deleteTodo(list, id, how));
      }
      case "tx":
      case "bigTx": {
        const ops = this.#ops(list, title, work === "tx" ? 1 + this.#dice.int(5) : BIG_TX);
        return call("tx", { ops: ops.map(sentOp) }, (it) => it.tx(list, ops, options));
      }
      case "share": {
        const user = this.#dice.pick(USERS);
        const role = this.#dice.pick<Role>(["viewer", "editor", "editor", "owner"]);
        const how = { role, ...options };
        return call("share", { user, role }, (it) => it.share(list, user, how));
      }
      case "unshare": {
        const user = this.#dice.pick(USERS);
        return call("unshare", { user }, (it) => it.unshare(list, user, options));
      }
      case "rename":
        return call("rename_list", { title }, (it) => it.renameList(list, title, options));
      default: {
        const todo = { title, date: this.#dice.pick(DATES), ...this.#more() };
        return call("add_todo", { todo }, (it) => it.addTodo(list, todo, options));
      }
    }
  }

  #updateBy(client: LibraryClient, list: string): void {
    const id = this.#id(list);
    const title = this.#word();
    const timeoutMs = this.#timeoutMs;
    const params = { list, id, patch: { title } };
    const update = (todo: Todo) => ({ ...todo, title, done: !todo.done });
    void client.call({ method: "update_by", params, timeoutMs }, (it) => {
      return it.updateTodo(list, id, { update, timeoutMs });
    });
  }

  #cast(client: LibraryClient, list: string): void {
    const title = this.#word();
    this.#casts.push(title);
    client.use((it) => {
      const isSent = it.cast("add_todo", { list, todo: { title } } as never);
      this.#world.history.note(client.name, `cast ${list} ${title} ${isSent}`);
    });
  }

  #start(client: LibraryClient): void {
    const word = this.#word();
    const timeoutMs = this.#timeoutMs;
    const list = this.#dice.chance(0.7) ? this.#dice.pick(NAMES) : undefined;
    const todos = this.#dice.chance(0.5) ? [{ title: `${word}.0` }, { title: `${word}.1` }] : [];
    const named = list === undefined ? { todos } : { list, todos };
    const key = `k${word}`;
    const params = { ...named, key };
    const run = (one: LibraryClient) =>
      void one.call({ method: "start", params, timeoutMs }, (it) => {
        return it.start(named, { key, timeoutMs });
      });
    run(client);
    this.#mayRepeat({ user: client.user, run });
  }

  #life(client: LibraryClient, list: string, work: "deleteList" | "restoreList"): void {
    const timeoutMs = this.#timeoutMs;
    const method = work === "deleteList" ? "delete_list" : "restore_list";
    void client
      .call({ method, params: { list }, timeoutMs }, (it) => it[work](list, { timeoutMs }))
      .then((isDone) => {
        const state = work === "deleteList" ? "list_deleted" : "list_restored";
        if (isDone) this.#world.reached.mark(state);
      });
  }

  #read(client: LibraryClient, list: string): void {
    const timeoutMs = this.#timeoutMs;
    const options = { timeoutMs };
    const method = this.#dice.pick(["list", "todos", "members", "history", "lists", "agenda"]);
    const date = this.#dice.pick(DATES);
    const isOfAll = method === "lists" || method === "agenda";
    const params = isOfAll ? {} : method === "todos" ? { list, date } : { list };
    void client.call({ method, params, timeoutMs }, (it): Promise<unknown> => {
      switch (method) {
        case "list":
          return it.list(list, options);
        case "todos":
          return it.todos(list, date, options);
        case "members":
          return it.members(list, options);
        case "history":
          return it.history(list, {}, options);
        case "lists":
          return it.lists(options);
        default:
          return it.agenda({}, options);
      }
    });
  }

  #mayRepeat(repeatable: Repeatable): void {
    this.#repeatables.push(repeatable);
    if (this.#repeatables.length > REPEATABLES_MAX) this.#repeatables.shift();
  }

  #repeat(): void {
    if (this.#repeatables.length === 0) return;
    const { user, run } = this.#dice.pick(this.#repeatables);
    run(this.#dice.pick(this.#clients().filter((client) => client.user === user)));
  }

  // ── What there is

  /** Perhaps other members than the title. */
  #patch(): TodoPatch {
    return {
      done: this.#dice.chance(0.5),
      ...(this.#dice.chance(0.3) && { date: this.#dice.pick(DATES) }),
      ...(this.#dice.chance(0.1) && { notes: this.#dice.pick(["soon", null]) }),
      ...(this.#dice.chance(0.1) && { tags: this.#dice.pick([["shop"], ["a", "b"], null]) }),
    };
  }

  #more(): Omit<NewTodo, "title"> {
    return {
      ...(this.#dice.chance(0.1) && { tags: ["shop"], priority: "high" as const }),
      ...(this.#dice.chance(0.1) && { done: true, assignee: this.#dice.pick(USERS) }),
    };
  }

  #ops(list: string, word: string, count: number): TxOp[] {
    return Array.from({ length: count }, (_, place): TxOp => {
      const title = `${word}.${place}`;
      if (count === BIG_TX || this.#dice.chance(0.6)) return { op: "add_todo", todo: { title } };
      const id = this.#id(list);
      if (this.#dice.chance(0.3)) return { op: "delete_todo", id };
      const ifRev = this.#dice.chance(0.1) ? { ifRev: this.#rev(list, id) } : {};
      return { op: "update_todo", id, patch: { title }, ...ifRev };
    });
  }

  /** Mostly a list that the user may see. */
  #list(user: string): string {
    const lists = [...this.#world.truth.lists.values()];
    const theirs = lists.filter((list) => stateOf(list).members.has(user));
    if (theirs.length === 0 || this.#dice.chance(0.08)) return this.#dice.pick(NAMES);
    return this.#dice.pick(theirs).list;
  }

  /** Mostly a todo that is there. */
  #id(list: string): number {
    const known = this.#world.truth.lists.get(list);
    if (known === undefined) return 1;
    const { todos, next } = stateOf(known);
    if (todos.length === 0 || this.#dice.chance(0.1)) return 1 + this.#dice.int(next + 1);
    return this.#dice.pick(todos).id;
  }

  /** The todo's rev, perhaps a former one. */
  #rev(list: string, id: number): number {
    const known = this.#world.truth.lists.get(list);
    const rev = known === undefined ? 1 : (todoIn(stateOf(known), id)?.rev ?? 1);
    return this.#dice.chance(0.7) ? rev : Math.max(1, rev - 1);
  }
}

/** An op as the wire has it. */
function sentOp(op: TxOp): SentOp {
  if (op.op === "add_todo") return op;
  const { op: name, id, ifRev: if_rev } = op;
  const patch = op.op === "update_todo" ? op.patch : undefined;
  return { op: name, id, ...given({ patch, if_rev }) };
}

/** Without the members that are undefined. */
function given<Params extends object>(params: Params): Given<Params> {
  const entries = Object.entries(params).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<Params>;
}
