/**
 * MemoryLog: the event log that keeps everything in memory and nothing beyond its process.
 *
 * Behaves as SqliteLog does, but that what is durable there is so here at once: every append is a
 * commit of its own, and its news is on its way when `append` returns. It makes no snapshots.
 * Bound: none; every event of every list stays.
 */
import { nanoid } from "nanoid";
import { KEYS_KEPT_MS, USER_LISTS_MAX } from "../../shared/protocol/limits.ts";
import type { Role } from "../../shared/todo/todo.ts";
import type { Pid } from "../runtime/index.ts";
import {
  type Append,
  type AppendNews,
  assertWhole,
  type Birth,
  type EventLog,
  type EventRow,
  type EventsQuery,
  type Life,
  type LifeChange,
  type ListEntry,
  type ListsPage,
  type ListsQuery,
  type Loaded,
  type LookBack,
  lastSeqOf,
  type MadeQuery,
  type Refusal,
  type StoredEvent,
  type StoredWrite,
  WITH_THE_NEXT,
  type WritesQuery,
} from "./event_log.ts";
import { tell, tellRefused } from "./news.ts";

interface KeptList {
  readonly birth: Birth;
  readonly rows: EventRow[];
  life: Life | null;
  title: string;
}

/** A user's lists by id: the living ones, and those that are deleted. */
interface Memberships {
  readonly living: Map<string, Role>;
  readonly former: Map<string, Role>;
}

export class MemoryLog implements EventLog {
  readonly generation = nanoid(12);
  readonly secret = nanoid();
  readonly uncommittedBytes = 0;
  readonly #lists = new Map<string, KeptList>();
  readonly #users = new Map<string, Memberships>();
  readonly #made = new Map<string, { list: string; at: number }>(); // By user and key.
  #isClosed = false;

  append(append: Append, owner: Pid<AppendNews>): void {
    assertWhole(append);
    const { list, birth, rows, life } = append;
    const refusal = this.#isClosed ? "read_only" : this.#refusal(append);
    if (refusal !== undefined) return tellRefused(append, owner, refusal);
    if (birth !== undefined) this.#bear(list, birth);
    const kept = this.#lists.get(list) as KeptList;
    if (life !== undefined) this.#live(list, kept, life);
    for (const row of rows) {
      kept.rows.push(row);
      kept.title = row.title ?? kept.title;
      if (row.member !== undefined) this.#setRole(row.member.user, list, row.member.role);
    }
    tell(owner, { type: "committed", list, seq: lastSeqOf(append) });
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    const kept = this.#lists.get(list);
    if (kept === undefined) return tell(to, { type: "loaded", ref, list, state: null });
    const { birth, life, rows } = kept;
    const state = { birth, life, snapshot: null, events: rows.map(storedEvent) };
    tell(to, { type: "loaded", ref, list, state });
  }

  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void {
    const { list, before, after, limit, bytesMax, bytesEach } = query;
    const events: StoredEvent[] = [];
    let bytes = 0;
    const rows = this.#lists.get(list)?.rows ?? [];
    for (let seq = Math.min(rows.length, before - 1); seq > Math.max(after, 0); seq -= 1) {
      const row = rows[seq - 1] as EventRow;
      bytes += Buffer.byteLength(row.body) + bytesEach;
      if (events.length === limit || (bytes > bytesMax && events.length > 0)) break;
      events.push(storedEvent(row));
    }
    tell(to, { type: "events", ref, events });
  }

  writes({ list, since, allSince, limit }: WritesQuery, to: Pid<LookBack>, ref: unknown): void {
    const writes: StoredWrite[] = [];
    for (const { seq, at, user, key } of (this.#lists.get(list)?.rows ?? []).toReversed()) {
      if (at < since || (at < allSince && writes.length >= limit)) break;
      if (key !== null && key !== WITH_THE_NEXT) writes.push({ seq, at, user, key });
    }
    tell(to, { type: "writes", ref, writes, more: false });
  }

  made({ user, key }: MadeQuery, to: Pid<LookBack>, ref: unknown): void {
    tell(to, { type: "made", ref, list: this.#made.get(madeBy(user, key))?.list ?? null });
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    const { user, after = "", limit, deletedSince } = query;
    const { living, former } = this.#membershipsOf(user);
    const lists = [...(deletedSince === undefined ? living : former)]
      .filter(([list]) => byBytes(list, after) > 0)
      .sort(([a], [b]) => byBytes(a, b))
      .map(([list, role]) => this.#entry(list, role))
      .filter(({ role, deletedAt }) => {
        return deletedSince === undefined || (role === "owner" && (deletedAt ?? 0) >= deletedSince);
      });
    tell(to, { type: "lists", ref, lists: lists.slice(0, limit), more: lists.length > limit });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #refusal(append: Append): Refusal | undefined {
    if (!this.#fits(append)) return "fence";
    const { list, birth, life, rows } = append;
    if (birth !== undefined && this.#hasMadeAnother(birth)) return "made";
    const users = birth === undefined ? [] : [birth.owner];
    if (life?.deletedAt === null) users.push(life.by);
    for (const { member } of rows)
      if ((member?.role ?? null) !== null) users.push(member?.user ?? "");
    const isTooMany = users.some((user) => {
      const { living } = this.#membershipsOf(user);
      return living.size >= USER_LISTS_MAX && !living.has(list);
    });
    return isTooMany ? "limit" : undefined;
  }

  #hasMadeAnother({ owner, key, at }: Birth): boolean {
    const made = key === null ? undefined : this.#made.get(madeBy(owner, key));
    return made !== undefined && made.at >= at - KEYS_KEPT_MS;
  }

  #fits({ list, birth, life, rows }: Append): boolean {
    const kept = this.#lists.get(list);
    if ((birth === undefined) !== (kept !== undefined)) return false;
    const last = kept?.rows.length ?? 0;
    if (life !== undefined) return life.seq === last;
    return rows.every(({ seq }, index) => seq === last + 1 + index);
  }

  #bear(list: string, birth: Birth): void {
    const { title, owner, key, at } = birth;
    this.#lists.set(list, { birth, rows: [], life: null, title });
    this.#setRole(owner, list, "owner");
    if (key !== null) this.#made.set(madeBy(owner, key), { list, at });
  }

  #live(list: string, kept: KeptList, { epoch, deletedAt, members }: LifeChange): void {
    kept.life = { epoch, deletedAt };
    for (const { user, role } of members) {
      const { living, former } = this.#membershipsOf(user);
      const [from, to] = deletedAt === null ? [former, living] : [living, former];
      from.delete(list);
      to.set(list, role);
    }
  }

  #entry(list: string, role: Role): ListEntry {
    const { title, rows, life } = this.#lists.get(list) as KeptList;
    const deletedAt = life?.deletedAt ?? null;
    const entry = { list, title, role, seq: rows.length, count: rows.at(-1)?.count ?? 0 };
    return deletedAt === null ? entry : { ...entry, deletedAt };
  }

  #setRole(user: string, list: string, role: Role | null): void {
    const { living } = this.#membershipsOf(user);
    if (role === null) living.delete(list);
    else living.set(list, role);
  }

  #membershipsOf(user: string): Memberships {
    let memberships = this.#users.get(user);
    if (memberships === undefined) {
      memberships = { living: new Map(), former: new Map() };
      this.#users.set(user, memberships);
    }
    return memberships;
  }
}

function madeBy(user: string, key: string): string {
  return `${user}\n${key}`;
}

function storedEvent({ seq, at, user, pid, key, body }: EventRow): StoredEvent {
  return { seq, at, user, pid, key, body };
}

/** By UTF-8, as SQLite compares; UTF-16 has another order beyond the basic plane. */
function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
