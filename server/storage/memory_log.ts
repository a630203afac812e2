/**
 * MemoryLog: the event log that keeps everything in memory and nothing beyond its process.
 *
 * Behaves as SqliteLog does, but that what is durable there is so here at once: every append is a
 * commit of its own, and its news is on its way when `append` returns.
 * Bound: none; every event of every list stays.
 */
import { nanoid } from "nanoid";
import { assert } from "../../shared/assert.ts";
import type { Role } from "../../shared/todo/todo.ts";
import type { Pid } from "../runtime/index.ts";
import type {
  Append,
  AppendNews,
  Birth,
  EventLog,
  EventRow,
  ListEntry,
  ListsPage,
  ListsQuery,
  Loaded,
} from "./event_log.ts";
import { tell } from "./news.ts";

interface KeptList {
  readonly birth: Birth;
  readonly rows: EventRow[];
  title: string;
}

export class MemoryLog implements EventLog {
  readonly generation = nanoid(12);
  readonly uncommittedBytes = 0;
  readonly #lists = new Map<string, KeptList>();
  readonly #roles = new Map<string, Map<string, Role>>(); // Of each user, by list.

  append(append: Append, owner: Pid<AppendNews>): void {
    const { list, birth, rows } = append;
    assert(birth !== undefined || rows.length > 0, "an append needs a birth or a row");
    if (!this.#fits(append)) {
      const seq = rows[0]?.seq ?? 0;
      return tell(owner, { type: "refused", list, seq, reason: "fence" });
    }
    if (birth !== undefined) {
      this.#lists.set(list, { birth, rows: [], title: birth.title });
      this.#setRole(birth.owner, list, "owner");
    }
    const kept = this.#lists.get(list) as KeptList;
    for (const row of rows) {
      kept.rows.push(row);
      kept.title = row.title ?? kept.title;
      if (row.member !== undefined) this.#setRole(row.member.user, list, row.member.role);
    }
    tell(owner, { type: "committed", list, seq: rows.at(-1)?.seq ?? 0 });
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    const kept = this.#lists.get(list);
    const state =
      kept === undefined ? null : { birth: kept.birth, events: kept.rows.map(storedEvent) };
    tell(to, { type: "loaded", ref, list, state });
  }

  lists({ user, after = "", limit }: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    const roles = [...(this.#roles.get(user) ?? [])]
      .filter(([list]) => byBytes(list, after) > 0)
      .sort(([a], [b]) => byBytes(a, b));
    const lists = roles.slice(0, limit).map(([list, role]) => this.#entry(list, role));
    tell(to, { type: "lists", ref, lists, more: roles.length > limit });
  }

  async close(): Promise<void> {}

  #fits({ list, birth, rows }: Append): boolean {
    const kept = this.#lists.get(list);
    if ((birth === undefined) !== (kept !== undefined)) return false;
    const last = kept?.rows.length ?? 0;
    return rows.every(({ seq }, index) => seq === last + 1 + index);
  }

  #entry(list: string, role: Role): ListEntry {
    const { title, rows } = this.#lists.get(list) as KeptList;
    return { list, title, role, seq: rows.length, count: rows.at(-1)?.count ?? 0 };
  }

  #setRole(user: string, list: string, role: Role | null): void {
    let roles = this.#roles.get(user);
    if (roles === undefined) {
      roles = new Map();
      this.#roles.set(user, roles);
    }
    if (role === null) roles.delete(list);
    else roles.set(list, role);
  }
}

function storedEvent({ seq, at, user, pid, key, body }: EventRow) {
  return { seq, at, user, pid, key, body };
}

/** By UTF-8, as SQLite compares; UTF-16 has another order beyond the basic plane. */
function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
