/**
 * Memberships: who is a member of which list, as the writer keeps it beside the events.
 *
 * Owner: the EventWriter, in whose transactions all of this runs; it says when one is rolled back.
 * Cost:  how many lists a user has is counted once and then kept up, for USERS_KEPT users.
 */
import type { DatabaseSync } from "node:sqlite";
import { USER_LISTS_MAX } from "../../shared/protocol/limits.ts";
import type { Role } from "../../shared/todo/todo.ts";
import type { Append, LifeChange } from "./event_log.ts";
import type { IndexSum } from "./index_sum.ts";
import { RecentMap } from "./recent_map.ts";

/** Users whose lists are counted, some 100 bytes each. */
const USERS_KEPT = 20_000;

/** Those of one store. */
export class Memberships {
  readonly #sql: ReturnType<typeof prepare>;
  readonly #indexSum: IndexSum;
  #counts = new RecentMap<string, number>(USERS_KEPT);

  constructor(db: DatabaseSync, indexSum: IndexSum) {
    this.#sql = prepare(db);
    this.#indexSum = indexSum;
  }

  /** Somebody whom the append makes a member is one of as many lists as anybody may be. */
  isOneTooMany({ list, birth, life, rows }: Append): boolean {
    if (birth !== undefined) return this.#isFull(birth.owner);
    if (life === undefined && rows.every(({ member }) => member === undefined)) return false;
    const isTooMany = (user: string) =>
      this.#isFull(user) && this.#roleOf(user, list) === undefined;
    // The others were its members before: nobody's lists may keep an owner's from coming back.
    if (life?.deletedAt === null) return isTooMany(life.by);
    return rows.some(
      ({ member }) => member !== undefined && member.role !== null && isTooMany(member.user),
    );
  }

  /** `role` null: is no member any more. */
  set(list: string, user: string, role: Role | null): void {
    if (role === null) return this.#remove(user, list);
    const old = this.#roleOf(user, list);
    if (old !== undefined) this.#indexSum.remove(["members", user, list, old]);
    this.#sql.member.run(user, list, role);
    this.#indexSum.add(["members", user, list, role]);
    if (old === undefined) this.#add(user, 1);
  }

  /** The list ends, or returns: its members lose it, or have it back. */
  live(list: string, { deletedAt, members }: LifeChange): void {
    for (const { user, role } of members) {
      if (deletedAt === null) {
        this.#removeFormer(user, list);
        this.set(list, user, role);
      } else {
        this.#remove(user, list);
        this.#removeFormer(user, list);
        this.#sql.former.run(user, list, role, deletedAt);
        this.#indexSum.add(["former_members", user, list, role, deletedAt]);
      }
    }
  }

  /** What was set since the last commit was rolled back. */
  forget(): void {
    this.#counts = new RecentMap(USERS_KEPT);
  }

  #roleOf(user: string, list: string): Role | undefined {
    return this.#sql.role.get(user, list)?.role as Role | undefined;
  }

  #isFull(user: string): boolean {
    return this.#countOf(user) >= USER_LISTS_MAX;
  }

  #remove(user: string, list: string): void {
    const old = this.#roleOf(user, list);
    if (old === undefined) return;
    this.#sql.noMember.run(user, list);
    this.#indexSum.remove(["members", user, list, old]);
    this.#add(user, -1);
  }

  #removeFormer(user: string, list: string): void {
    const old = this.#sql.formerOf.get(user, list) as unknown as Former | undefined;
    if (old === undefined) return;
    this.#sql.noFormer.run(user, list);
    this.#indexSum.remove(["former_members", user, list, old.role, old.deletedAt]);
  }

  /** One that is not counted yet is counted when it is asked for. */
  #add(user: string, more: number): void {
    const count = this.#counts.get(user);
    if (count !== undefined) this.#counts.set(user, count + more);
  }

  #countOf(user: string): number {
    let count = this.#counts.get(user);
    if (count === undefined) {
      count = Number(this.#sql.count.get(user)?.lists);
      this.#counts.set(user, count);
    }
    return count;
  }
}

interface Former {
  readonly role: Role;
  readonly deletedAt: number;
}

function prepare(db: DatabaseSync) {
  return {
    count: db.prepare("SELECT count(*) AS lists FROM members WHERE user = ?"),
    role: db.prepare("SELECT role FROM members WHERE user = ? AND list = ?"),
    member: db.prepare("INSERT OR REPLACE INTO members VALUES (?, ?, ?)"),
    noMember: db.prepare("DELETE FROM members WHERE user = ? AND list = ?"),
    formerOf: db.prepare(
      "SELECT role, deleted_at AS deletedAt FROM former_members WHERE user = ? AND list = ?",
    ),
    former: db.prepare("INSERT INTO former_members VALUES (?, ?, ?, ?)"),
    noFormer: db.prepare("DELETE FROM former_members WHERE user = ? AND list = ?"),
  };
}
