/**
 * DropLists: takes all of a list out of a store but its id, its birth and its first title, so that
 * no id is given out again: of one that nobody can restore any more, or of one that is damaged.
 *
 * Owner: compact, on a draft, in a transaction. The sum over the indexes is to be made anew after.
 */
import type { DatabaseSync } from "node:sqlite";
import { birthSum } from "../checksum.ts";
import type { Birth } from "../event_log.ts";

/** Those deleted before that time, of which anything is left; how many they are. */
export function dropDeleted(db: DatabaseSync, deletedBefore: number): number {
  return drop(db, () =>
    db
      .prepare(
        `INSERT INTO gone SELECT l.id, l.name FROM lists l JOIN lives v ON v.list = l.id
         JOIN heads h ON h.list = l.id WHERE v.deleted_at < ? AND h.seq > 0`,
      )
      .run(deletedBefore),
  );
}

/** Those of these names, as if they had been deleted at that time; how many they are. */
export function dropDamaged(db: DatabaseSync, names: readonly string[], at: number): number {
  return drop(db, () => {
    const gone = db.prepare("INSERT INTO gone SELECT id, name FROM lists WHERE name = ?");
    for (const name of names) gone.run(name);
    db.prepare(
      `INSERT INTO lives SELECT id, epoch, ? FROM lists WHERE id IN (SELECT id FROM gone)
       ON CONFLICT (list) DO UPDATE SET deleted_at = excluded.deleted_at`,
    ).run(at);
    db.exec("DELETE FROM members WHERE list IN (SELECT name FROM gone)");
    for (const name of names) proveBirth(db, name);
    db.exec(`INSERT OR REPLACE INTO heads SELECT id, 0, 0, 0, sum FROM lists
      WHERE id IN (SELECT id FROM gone)`);
  });
}

/** What a list was made with may be what is damaged; from now on it is as it stands there. */
function proveBirth(db: DatabaseSync, name: string): void {
  const row = db
    .prepare(
      `SELECT epoch, first_title AS title, owner, at, key, first_seq AS firstSeq
       FROM lists WHERE name = ?`,
    )
    .get(name) as unknown as Birth | undefined;
  if (row === undefined) return;
  db.prepare("UPDATE lists SET sum = ? WHERE name = ?").run(birthSum(name, row), name);
}

/** `choose` fills the table `gone`. */
function drop(db: DatabaseSync, choose: () => void): number {
  db.exec("CREATE TEMP TABLE gone (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  choose();
  const dropped = Number(db.prepare("SELECT count(*) AS count FROM gone").get()?.count);
  db.exec(`
    DELETE FROM events WHERE list IN (SELECT id FROM gone);
    DELETE FROM snapshots WHERE list IN (SELECT id FROM gone);
    UPDATE heads SET pos = 0, seq = 0, count = 0,
      sum = (SELECT l.sum FROM lists l WHERE l.id = heads.list)
      WHERE list IN (SELECT id FROM gone);
    UPDATE lists SET title = first_title WHERE id IN (SELECT id FROM gone);
    DELETE FROM former_members WHERE list IN (SELECT name FROM gone);
    INSERT INTO former_members SELECT l.owner, l.name, 'owner', v.deleted_at
      FROM gone g JOIN lists l ON l.id = g.id JOIN lives v ON v.list = g.id;
    DROP TABLE gone;`);
  return dropped;
}
