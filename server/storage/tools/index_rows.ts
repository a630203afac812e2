/**
 * IndexRows: who the indexes say is a member of what, beside the lists, both by the lists' names.
 *
 * Order: bytes of the names. SQLite sorts without the indexes, in which a name may be damaged;
 *        beyond its cache it does so on disk.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Role } from "../../../shared/todo/todo.ts";

/** A list's row, and how its life stands by the table of lives. */
export interface ListRow {
  readonly id: number;
  readonly name: string;
  readonly title: string;
  readonly deletedAt: number | null;
}

/** A row of `members`, where `deletedAt` is null, or of `former_members`. */
export interface MemberRow {
  readonly list: string;
  readonly user: string;
  readonly role: Role;
  readonly deletedAt: number | null;
}

/** All lists. */
export function listRows(db: DatabaseSync): Iterable<ListRow> {
  const all = db.prepare(
    `SELECT l.id, l.name, l.title, v.deleted_at AS deletedAt
     FROM lists l NOT INDEXED LEFT JOIN lives v ON v.list = l.id ORDER BY l.name`,
  );
  return all.iterate() as unknown as Iterable<ListRow>;
}

/** The rows of one list after the other's, which are asked for in their order. */
export class MembersByList {
  readonly #rows: Iterator<MemberRow>;
  #next: IteratorResult<MemberRow>;

  constructor(db: DatabaseSync) {
    const all = db.prepare(
      `SELECT list, user, role, NULL AS deletedAt FROM members
       UNION ALL SELECT list, user, role, deleted_at FROM former_members ORDER BY list`,
    );
    this.#rows = (all.iterate() as unknown as Iterable<MemberRow>)[Symbol.iterator]();
    this.#next = this.#rows.next();
  }

  /** The rows of that list. `strays`: those before it, of lists that there are not. */
  take(list: string): { readonly rows: readonly MemberRow[]; readonly strays: number } {
    const strays = this.#takeWhile((name) => byBytes(name, list) < 0);
    return { rows: this.#takeWhile((name) => name === list), strays: strays.length };
  }

  /** How many rows are left when all lists were taken. */
  rest(): number {
    let count = 0;
    for (; this.#next.done !== true; this.#next = this.#rows.next()) count += 1;
    return count;
  }

  #takeWhile(isWanted: (list: string) => boolean): MemberRow[] {
    const rows: MemberRow[] = [];
    while (this.#next.done !== true && isWanted(this.#next.value.list)) {
      rows.push(this.#next.value);
      this.#next = this.#rows.next();
    }
    return rows;
  }
}

function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
