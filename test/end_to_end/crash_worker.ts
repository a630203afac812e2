/**
 * CrashWorker: one client that changes a list without pause, through connections that get cut.
 *
 * Shape: every add has a title and every update a note that no other operation has, so that the
 *        list's events tell what was done. An operation whose answer never came is in doubt: it
 *        may have happened once, never twice. It is not sent again.
 */
import { RpcError } from "../../client/rpc_error.ts";
import type { TodoClient } from "../../client/todo_client.ts";
import { seeded } from "../../shared/random.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { ListFollower } from "../support/list_follower.ts";

/** One operation that was sent. `marker`: of a delete it is the todo's id that matters. */
export interface Operation {
  readonly kind: "add" | "update" | "delete";
  readonly list: string;
  readonly marker: string;
  /** The todo; of an add the id that the server gave, when its answer came. */
  id?: number;
  /** done: it is the list's event `seq`. unchanged: there was no such todo. */
  outcome: "done" | "unchanged" | "in_doubt";
  seq?: number;
}

export interface CrashWorkerOptions {
  readonly name: string;
  readonly list: string;
  readonly seed: number;
  /** Connects when the server is up; waits until it is. */
  readonly connect: (pushed: (name: string, params: unknown) => void) => Promise<TodoClient>;
  /** Told of every answer. */
  readonly answered: () => void;
}

/** Calls of one worker that are in flight at once. */
const LANES = 4;

export class CrashWorker {
  readonly operations: Operation[] = [];
  readonly follower: ListFollower;
  readonly #options: CrashWorkerOptions;
  readonly #random: () => number;
  #client: TodoClient | undefined;
  #connecting: Promise<TodoClient> | undefined;
  #left = 0;

  constructor(options: CrashWorkerOptions) {
    this.#options = options;
    this.follower = new ListFollower(options.list);
    this.#random = seeded(options.seed);
  }

  /** Works until `count` operations were answered. */
  async run(count: number): Promise<void> {
    this.#left = count;
    await Promise.all(Array.from({ length: LANES }, () => this.#lane()));
  }

  /** The client, connected and subscribed. */
  connected(): Promise<TodoClient> {
    if (this.#client !== undefined) return Promise.resolve(this.#client);
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  close(): void {
    this.#client?.close();
  }

  async #connect(): Promise<TodoClient> {
    for (;;) {
      const client = await this.#options.connect((name, params) => {
        if (name !== "bye") this.follower.pushed(name, params);
      });
      try {
        await this.follower.join(client);
        this.#client = client;
        return client;
      } catch (error) {
        if (!isCut(error)) throw error; // Cut again while it subscribed: once more.
      }
    }
  }

  async #lane(): Promise<void> {
    while (this.#left > 0) {
      this.#left -= 1;
      const client = await this.connected();
      const operation = this.#next();
      this.operations.push(operation);
      try {
        await this.#perform(client, operation);
        this.#options.answered();
      } catch (error) {
        if (!isCut(error)) throw error;
        if (this.#client === client) this.#client = undefined;
        if (error.data.applied === "no")
          this.operations.splice(this.operations.indexOf(operation), 1);
        this.#left += 1;
      }
    }
  }

  #next(): Operation {
    const { name, list } = this.#options;
    const marker = `${name}-${this.operations.length}-${Math.floor(this.#random() * 1e9)}`;
    const add: Operation = { kind: "add", list, marker, outcome: "in_doubt" };
    const dice = this.#random();
    const id = dice < 0.5 ? undefined : this.#someTodo();
    return id === undefined ? add : { ...add, kind: dice < 0.8 ? "update" : "delete", id };
  }

  /** The id of any todo that the copy has, also others' and such as are just being deleted. */
  #someTodo(): number | undefined {
    const { todos } = this.follower.replica.state;
    if (TodoList.size(todos) === 0) return undefined;
    // Often the newest, so that a kill finds it deleted: its id must not be given out again.
    const after = this.#random() < 0.3 ? todos.next - 2 : Math.floor(this.#random() * todos.next);
    for (const { id } of TodoList.page(todos, after)) return id;
    return undefined;
  }

  async #perform(client: TodoClient, operation: Operation): Promise<void> {
    const { kind, list, marker, id = 0 } = operation;
    if (kind === "add") {
      const added = await client.addTodo(list, { title: marker });
      Object.assign(operation, { outcome: "done", id: added.id, seq: added.seq });
    } else if (kind === "update") {
      await this.#update(client, operation);
    } else {
      const { changed, seq } = await client.deleteTodo(list, id);
      Object.assign(operation, changed ? { outcome: "done", seq } : { outcome: "unchanged" });
    }
  }

  async #update(client: TodoClient, operation: Operation): Promise<void> {
    const { list, marker, id = 0 } = operation;
    try {
      const patch = { notes: marker, done: this.#random() < 0.5 };
      const { seq } = await client.updateTodo(list, id, { patch });
      Object.assign(operation, { outcome: "done", seq });
    } catch (error) {
      if (!(error instanceof RpcError) || error.kind !== "not_found") throw error;
      operation.outcome = "unchanged";
    }
  }
}

/** Whether the call's connection was cut. */
export function isCut(error: unknown): error is RpcError {
  return error instanceof RpcError && (error.kind === "closed" || error.kind === "unreachable");
}
