/**
 * FirstFault: where a damaged list stops being what was written.
 *
 * A walk back from the last event cannot tell which of two events is the wrong one; from the birth
 * on, the first that does not follow is. All lists that are asked about share one pass.
 */
import type { DatabaseSync } from "node:sqlite";
import { birthSum, eventSum } from "../checksum.ts";
import type { Birth } from "../event_log.ts";
import type { Row } from "../list_walk.ts";
import { kindOf } from "../sqlite_error.ts";

/** `seq` 0: the list's birth. `what`: the rest of a sentence that begins with the record. */
export interface Fault {
  readonly seq: number;
  readonly what: string;
}

interface Place {
  readonly pos: number;
  readonly seq: number;
  readonly sum: number;
}

/** The first fault of each of those lists, by name. */
export function firstFaults(
  db: DatabaseSync,
  lists: readonly string[],
): ReadonlyMap<string, Fault> {
  const faults = new Map<string, Fault>();
  const places = new Map<number, Place & { readonly list: string }>();
  const birth = db.prepare(
    `SELECT id, epoch, first_title AS title, owner, at, key, first_seq AS firstSeq, sum
     FROM lists WHERE name = ?`,
  );
  for (const list of lists) {
    const begun = read(() => birth.get(list) as unknown as BirthRow | undefined);
    if (begun === undefined || begun === "corrupt") {
      faults.set(list, { seq: 0, what: "cannot be read" });
    } else if (birthSum(list, begun) !== begun.sum) {
      faults.set(list, { seq: 0, what: "is not what was written" });
    } else places.set(begun.id, { list, pos: 0, seq: 0, sum: begun.sum });
  }
  const isWhole = read(() => pass(db, places, faults)) !== "corrupt";
  for (const { list, seq } of places.values()) {
    if (faults.has(list)) continue;
    // All that is there follows, so the record that names the last one is wrong, or more is lost.
    const what = isWhole ? "is not the last one that was written" : "is followed by what is lost";
    faults.set(list, { seq, what });
  }
  return faults;
}

/** Reads all events and moves each list's place along; the first that does not follow is told. */
function pass(
  db: DatabaseSync,
  places: Map<number, Place & { readonly list: string }>,
  faults: Map<string, Fault>,
): void {
  const all = db.prepare(
    `SELECT pos, list, seq, prev, count, sum, at, user, pid, key, body
     FROM events ORDER BY pos`,
  );
  for (const found of all.iterate()) {
    const row = found as unknown as Row & { readonly pos: number };
    const place = places.get(row.list);
    if (place === undefined || faults.has(place.list)) continue;
    const seq = place.seq + 1;
    const { pos, sum } = row;
    if (row.seq !== seq || row.prev !== place.pos) {
      faults.set(place.list, { seq, what: "is missing or not what was written" });
    } else if (eventSum(place.sum, row, row.count) !== sum || !isEvent(row.body)) {
      faults.set(place.list, { seq, what: "is not what was written" });
    } else places.set(row.list, { list: place.list, pos, seq, sum });
  }
}

function isEvent(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function read<Value>(work: () => Value): Value | "corrupt" {
  try {
    return work();
  } catch (error) {
    if (kindOf(error) === "corrupt") return "corrupt";
    throw error;
  }
}

interface BirthRow extends Birth {
  readonly id: number;
  readonly sum: number;
}
