/**
 * EventWriter: the one that writes to the store, synchronously; runs in the storage thread.
 *
 * A batch of appends is one transaction. An append that does not fit (fence) is passed over; one
 * that the store cannot hold has the batch rolled back and made again without it; a full disk
 * refuses the whole batch, and the next is tried afresh. Heads change only after a commit.
 * Errors: what leaves it unknown whether a batch was kept is thrown; nothing may be written then.
 */
import type { DatabaseSync } from "node:sqlite";
import { KEYS_KEPT_MS } from "../../shared/protocol/limits.ts";
import { birthSum, eventSum } from "./checksum.ts";
import type { Append, Birth, EventRow, Life, LifeChange, Refusal } from "./event_log.ts";
import { type Head, Heads, type Moved } from "./heads.ts";
import { IndexSum } from "./index_sum.ts";
import { Memberships } from "./memberships.ts";
import { RecentMap } from "./recent_map.ts";
import { type SnapshotRow, Snapshots } from "./snapshots.ts";
import { SnapshotsDue, weightOf } from "./snapshots_due.ts";
import { kindOf } from "./sqlite_error.ts";

/** Events between two checkpoints of the heads; as many are read again at start. */
const CHECKPOINT_EVENTS = 20_000;
/** Lists whose row ids are kept at hand, some 100 bytes each. */
const LIST_IDS_KEPT = 20_000;

/** What was refused of a batch: the append's place in it, and why. */
export type Refused = ReadonlyMap<number, Refusal>;

/** A list's row id and its last event, as the batch has it so far. */
interface Place {
  readonly id: number;
  head: Head;
  /** Of the batch's events, for snapshots. */
  weight: number;
}

export class EventWriter {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #heads: Heads;
  readonly #memberships: Memberships;
  readonly #indexSum: IndexSum;
  readonly #ids = new RecentMap<string, number>(LIST_IDS_KEPT);
  readonly #snapshots: Snapshots;
  readonly #due: SnapshotsDue;
  readonly #checkpointEvents: number;
  readonly #places = new Map<string, Place>(); // The lists this batch has touched.
  #pos = 0; // Of the last event this batch has written.

  /** Takes `db`, from openForWriting, as its own. */
  constructor(db: DatabaseSync, checkpointEvents = CHECKPOINT_EVENTS, snapshotEvents?: number) {
    this.#db = db;
    this.#due = new SnapshotsDue(snapshotEvents);
    this.#checkpointEvents = checkpointEvents;
    this.#sql = prepare(db);
    this.#indexSum = new IndexSum(db);
    this.#memberships = new Memberships(db, this.#indexSum);
    this.#snapshots = new Snapshots(db);
    this.#heads = new Heads(db);
    this.#heads.follow();
  }

  /** The position of the last event that is durable. */
  get pos(): number {
    return this.#heads.pos;
  }

  /** Makes a batch durable but for the appends it refuses, which changed nothing. */
  commit(batch: readonly Append[]): Refused {
    const unfit = new Set<number>();
    try {
      for (;;) {
        this.#sql.begin.run();
        const refused = this.#writeAll(batch, unfit);
        if (refused !== "again") {
          this.#indexSum.write();
          this.#sql.commit.run();
          this.#settle();
          return refused;
        }
        this.#rollback();
      }
    } catch (error) {
      this.#rollback();
      if (kindOf(error) !== "no_space") throw error;
      return new Map(batch.map((_, index) => [index, "read_only"]));
    }
  }

  /** The heads of what was committed since the last time. */
  takeMoved(): Moved {
    return this.#heads.takeMoved();
  }

  /** Lists of which a snapshot has become due since the last time. */
  takeDue(): readonly string[] {
    return this.#due.take();
  }

  /**
   * Writes a row of a snapshot; `isFirst`: it begins one. False: the disk takes nothing now, or
   * what stands there already is damaged, which is left as it is. It is on disk with the next
   * commit: no snapshot was promised to anybody, so none is waited for.
   */
  writeSnapshotRow(row: SnapshotRow, isFirst: boolean): boolean {
    try {
      this.#db.exec("PRAGMA synchronous = NORMAL");
      this.#sql.begin.run();
      const isFree = !isFirst || this.#snapshots.clear(row.list, row.seq);
      if (isFree) this.#snapshots.write(row);
      this.#sql.commit.run();
      return isFree;
    } catch (error) {
      this.#rollback();
      const kind = kindOf(error);
      if (kind === undefined || kind === "io") throw error;
      return false;
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Writes the heads when enough are new; apart from `commit`, so that nobody waits for it. */
  checkpointIfDue(): void {
    if (this.#heads.sinceCheckpoint >= this.#checkpointEvents) this.checkpoint();
  }

  /** Writes the heads that are new: what stands there cannot be lost from the log unnoticed. */
  checkpoint(): void {
    try {
      this.#sql.begin.run();
      this.#heads.checkpoint();
      this.#sql.commit.run();
      this.#heads.settle();
    } catch (error) {
      this.#rollback();
      if (kindOf(error) !== "no_space") throw error; // Else there is a next time.
    }
  }

  close(): void {
    this.#db.close();
  }

  /** "again": one more append turned out `unfit`, and what was written must be rolled back. */
  #writeAll(batch: readonly Append[], unfit: Set<number>): Refused | "again" {
    const refused = new Map<number, Refusal>();
    const lists = new Map<string, Refusal>(); // What comes after a refused append is refused too.
    this.#pos = this.#heads.pos;
    this.#places.clear();
    for (let index = 0; index < batch.length; index++) {
      const append = batch[index] as Append;
      let reason = unfit.has(index) ? "constraint" : lists.get(append.list);
      if (reason === undefined) {
        reason = this.#tryWrite(append);
        if (reason === "constraint") {
          unfit.add(index);
          return "again";
        }
      }
      if (reason === undefined) continue;
      refused.set(index, reason);
      lists.set(append.list, reason);
    }
    return refused;
  }

  #tryWrite(append: Append): Refusal | undefined {
    try {
      return this.#write(append);
    } catch (error) {
      const kind = kindOf(error);
      if (kind === "row" || kind === "corrupt") return "constraint";
      throw error;
    }
  }

  #write(append: Append): Refusal | undefined {
    const { list, birth, life, rows } = append;
    let place = this.#find(list);
    if ((birth === undefined) !== (place !== undefined)) return "fence";
    if (life !== undefined && life.seq !== place?.head.seq) return "fence";
    let seq = place?.head.seq ?? 0;
    for (const row of rows) {
      seq += 1;
      if (row.seq !== seq) return "fence";
    }
    if (birth !== undefined && this.#hasMadeAnother(birth)) return "made";
    if (this.#memberships.isOneTooMany(append)) return "limit";
    if (birth !== undefined) place = this.#bear(list, birth);
    if (life !== undefined) this.#live(list, place as Place, life);
    for (const row of rows) this.#writeRow(list, place as Place, row);
    return undefined;
  }

  #find(list: string): Place | undefined {
    const known = this.#places.get(list);
    if (known !== undefined) return known;
    const id = this.#ids.get(list) ?? this.#sql.listId.get(list)?.id;
    if (typeof id !== "number" || this.#heads.isDamaged(id)) return undefined;
    const head = this.#heads.get(id);
    if (head === undefined) return undefined;
    const place = { id, head, weight: 0 };
    this.#places.set(list, place);
    return place;
  }

  /** The owner repeats the write that has made a list, under another id. */
  #hasMadeAnother({ owner, key, at }: Birth): boolean {
    if (key === null) return false;
    return this.#sql.made.get(owner, key, at - KEYS_KEPT_MS) !== undefined;
  }

  #bear(list: string, birth: Birth): Place {
    const { epoch, title, owner, at, key, firstSeq } = birth;
    const sum = birthSum(list, birth);
    const id = Number(
      this.#sql.list.run(list, epoch, title, owner, at, key, sum, firstSeq, title).lastInsertRowid,
    );
    // So that every list has a head, and one without is known to be damaged.
    this.#sql.head.run(id, sum);
    this.#indexSum.add(["lists", id, list, title]);
    this.#memberships.set(list, owner, "owner");
    const place = { id, head: { pos: 0, seq: 0, count: 0, sum }, weight: 0 };
    this.#places.set(list, place);
    return place;
  }

  #live(list: string, { id }: Place, life: LifeChange): void {
    const former = this.#sql.lifeOf.get(id) as Life | undefined;
    if (former !== undefined) this.#indexSum.remove(["lives", id, former.epoch, former.deletedAt]);
    this.#sql.life.run(id, life.epoch, life.deletedAt);
    this.#indexSum.add(["lives", id, life.epoch, life.deletedAt]);
    this.#memberships.live(list, life);
  }

  #writeRow(list: string, place: Place, row: EventRow): void {
    const { seq, at, user, pid, key, body, count, member, title } = row;
    const { id, head } = place;
    const pos = this.#pos + 1;
    const sum = eventSum(head.sum, row, count);
    this.#sql.event.run(pos, id, seq, head.pos, count, sum, at, user, pid, key, body);
    if (title !== undefined) this.#rename(list, id, title);
    if (member !== undefined) this.#memberships.set(list, member.user, member.role);
    place.head = { pos, seq, count, sum };
    place.weight += weightOf(row);
    this.#pos = pos;
  }

  #rename(list: string, id: number, title: string): void {
    this.#indexSum.remove(["lists", id, list, String(this.#sql.titleOf.get(id)?.title)]);
    this.#sql.title.run(title, id);
    this.#indexSum.add(["lists", id, list, title]);
  }

  #settle(): void {
    this.#indexSum.settle();
    for (const [list, { id, head, weight }] of this.#places) {
      this.#ids.set(list, id);
      if (head.pos > 0) this.#heads.set(id, head); // Else it is in the table, from its birth.
      if (weight > 0) this.#due.add(id, list, weight);
    }
  }

  #rollback(): void {
    if (this.#db.isTransaction) this.#sql.rollback.run();
    this.#memberships.forget();
    this.#indexSum.forget();
  }
}

function prepare(db: DatabaseSync) {
  return {
    begin: db.prepare("BEGIN IMMEDIATE"),
    commit: db.prepare("COMMIT"),
    rollback: db.prepare("ROLLBACK"),
    listId: db.prepare("SELECT id FROM lists WHERE name = ?"),
    list: db.prepare(
      `INSERT INTO lists (name, epoch, first_title, owner, at, key, sum, first_seq, title)
       VALUES (?,?,?,?,?,?,?,?,?)`,
    ),
    made: db.prepare("SELECT 1 FROM lists WHERE owner = ? AND key = ? AND at >= ?"),
    life: db.prepare("INSERT OR REPLACE INTO lives VALUES (?, ?, ?)"),
    lifeOf: db.prepare("SELECT epoch, deleted_at AS deletedAt FROM lives WHERE list = ?"),
    head: db.prepare("INSERT INTO heads VALUES (?, 0, 0, 0, ?)"),
    event: db.prepare("INSERT INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?)"),
    title: db.prepare("UPDATE lists SET title = ? WHERE id = ?"),
    titleOf: db.prepare("SELECT title FROM lists WHERE id = ?"),
  };
}
