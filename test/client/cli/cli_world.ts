/**
 * CliWorld: a fake server with lists in memory, and `todo` run against it as a command.
 *
 * Owner: one test; `remove` stops the server and deletes the folder. `answers` go before the
 *        world's own, by method; what the world lacks is answered here.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../../client/cli/program.ts";
import type { EventParams } from "../../../shared/protocol/results.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";
import {
  type Answer,
  type FakeConnection,
  FakeServer,
  type FakeServerOptions,
  type Message,
  refusal,
} from "../support/fake_server.ts";
import { FakeTerminal } from "../support/fake_terminal.ts";
import { TodoWorld } from "../support/todo_world.ts";

/** How a command ended, and what it printed. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}
type Answers = (message: Message, user: string) => Answer;

const DELETED_AT = Date.UTC(2026, 10, 24, 12);

export class CliWorld {
  readonly folder = mkdtempSync(join(tmpdir(), "todo-cli-"));
  readonly world = new TodoWorld();
  /** By method: in place of what the world answers. */
  readonly answers: Record<string, Answers> = {};
  /** Of all lists, oldest first: what `history` answers from. */
  readonly events: EventParams[] = [];
  readonly #deleted: TodoWorld["lists"] = new Map();
  #server: FakeServer | undefined;

  static async start(options: FakeServerOptions = {}): Promise<CliWorld> {
    const cli = new CliWorld();
    await cli.restart(options);
    return cli;
  }

  get server(): FakeServer {
    if (this.#server === undefined) throw new Error("the server does not run");
    return this.#server;
  }

  /** Another server with the same lists. */
  async restart(options: FakeServerOptions = {}): Promise<void> {
    await this.#server?.stop();
    const answer = (message: Message, connection: FakeConnection) =>
      this.#answer(message, connection);
    this.#server = await FakeServer.start({ answer, ...options });
  }

  async remove(): Promise<void> {
    await this.#server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A terminal whose TODO_TOKEN is one of `user`; variables of `env` go before. */
  terminal(user = "alice", env: Record<string, string> = {}, options = {}): FakeTerminal {
    const own = {
      TODO_URL: this.server.url,
      TODO_TOKEN: `token-of-${user}`,
      XDG_STATE_HOME: join(this.folder, "state"),
      XDG_CONFIG_HOME: join(this.folder, "config"),
    };
    return new FakeTerminal({ ...own, ...env }, options);
  }

  /** Runs `todo` as alice. */
  readonly todo = (...args: string[]): Promise<Ran> => this.run(this.terminal(), ...args);

  /** Runs `todo` as alice with lines on standard input. */
  readonly piped = (input: string, ...args: string[]): Promise<Ran> =>
    this.run(this.terminal("alice", {}, { input }), ...args);

  async run(terminal: FakeTerminal, ...args: string[]): Promise<Ran> {
    const exit = await run(args, terminal);
    return { exit, out: terminal.stdout.text, err: terminal.stderr.text };
  }

  /** Writes a file of the folder; its path. */
  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode });
    return path;
  }

  #answer(message: Message, connection: FakeConnection): Answer {
    const own = this.answers[message.method] ?? this.#methods[message.method];
    const answer = own?.(message, connection.user);
    return answer ?? this.world.answer(this.#withTags(message), connection);
  }

  /** `add_tags` as a patch, which is all that the world knows of. */
  #withTags(message: Message): Message {
    const { list, id, add_tags, patch } = message.params;
    if (!Array.isArray(add_tags)) return message;
    const todos = this.world.lists.get(String(list))?.state.todos ?? TodoList.create();
    const tags = [...(TodoList.get(todos, Number(id))?.tags ?? []), ...add_tags];
    const all = { ...(patch as object | undefined), tags: [...new Set(tags)] };
    return { ...message, params: { ...message.params, patch: all } };
  }

  readonly #methods: Record<string, Answers> = {
    whoami: (_message, user) => ({ result: { user, pid: "<0.7.0>", node: "todo@fake" } }),
    lists: ({ params }) => {
      if (params.deleted !== true) return undefined;
      const lists = [...this.#deleted].map(([list, { state }]) => ({
        list,
        title: state.title,
        role: "owner",
        seq: state.seq,
        count: TodoList.size(state.todos),
        deleted_at: DELETED_AT,
      }));
      return { result: { lists } };
    },
    delete_list: ({ params }) => this.#move(this.world.lists, this.#deleted, params.list),
    restore_list: ({ params }) => this.#move(this.#deleted, this.world.lists, params.list),
    rename_list: ({ params }, user) => {
      const list = String(params.list);
      const title = String(params.title);
      const changed = this.world.lists.get(list)?.state.title !== title;
      if (changed) this.world.change(list, { op: "list_renamed", title }, user);
      return { result: { changed, seq: this.world.page(list).seq } };
    },
    members: ({ params }) => ({ result: { members: this.#members(params.list), seq: 1 } }),
    unshare: ({ params }, by) => {
      const list = String(params.list);
      const user = String(params.user);
      const changed = this.#members(list).some((member) => member.user === user);
      if (changed) this.world.change(list, { op: "member_removed", user }, by);
      return { result: { members: this.#members(list), changed, seq: 2 } };
    },
    history: ({ params }) => {
      const before = Number(params.before ?? Number.POSITIVE_INFINITY);
      const older = this.events.filter(({ seq }) => seq < before).reverse();
      const events = older.slice(0, Number(params.limit ?? 100));
      return { result: { events, ...(events.length < older.length ? { more: true } : {}) } };
    },
  };

  #members(list: unknown): { user: string; role: string }[] {
    const members = this.world.lists.get(String(list))?.state.members ?? [];
    return [...members].map(([user, role]) => ({ user, role }));
  }

  #move(from: TodoWorld["lists"], to: TodoWorld["lists"], list: unknown): Answer {
    const entry = from.get(String(list));
    if (entry === undefined) return refusal("not_found", { what: "list", applied: "no" });
    from.delete(String(list));
    to.set(String(list), entry);
    return { result: { seq: entry.state.seq } };
  }
}

/** What a command that went well ended with. */
export function fine(...lines: string[]): Ran {
  return { exit: 0, out: lines.map((line) => `${line}\n`).join(""), err: "" };
}

/** What a command that failed ended with. */
export function failed(exit: number, sentence: string): Ran {
  return { exit, out: "", err: `${sentence}\n` };
}

/** The lines of NDJSON. */
export function jsonLines(out: string): unknown[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
