/**
 * ListProof: one list read from its last event back to its birth, and what it comes to.
 *
 * Shape: title and members as the events make them, the newest of which counts; the todos are not
 *        built, so that a list of any length takes little memory: 8 bytes an event.
 * Errors: "damaged" when an event is not what was written, or is no event at all.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Role } from "../../../shared/todo/todo.ts";
import type { Change } from "../../../shared/todo/todo_event.ts";
import type { Birth, StoredEvent } from "../event_log.ts";
import { Heads } from "../heads.ts";
import { type ListWalk, ListWalks, type Row } from "../list_walk.ts";
import type { Snapshotted } from "../snapshots.ts";
import { kindOf } from "../sqlite_error.ts";

/** A list that is what was written. */
export interface ProvenList {
  readonly birth: Birth;
  readonly title: string;
  readonly members: ReadonlyMap<string, Role>;
  /** Where its log ends. */
  readonly end: Snapshotted;
  /** Where its events stand in the log, that with seq 1 first. */
  readonly positions: readonly number[];
}

/** Events that are read at a time. */
const STEP_EVENTS = 1000;

/** Proves lists of one store. Run all of it in one read transaction. */
export class ListProofs {
  readonly #walks: ListWalks;
  readonly #event: StatementSync;

  constructor(db: DatabaseSync) {
    this.#walks = new ListWalks(db, new Heads(db));
    this.#event = db.prepare("SELECT seq, at, user, pid, key, body FROM events WHERE pos = ?");
  }

  /** Reads all of a list; undefined: there is none of that name. */
  prove(list: string): ProvenList | "damaged" | undefined {
    try {
      const walk = this.#walks.begin(list, Number.POSITIVE_INFINITY);
      return walk === undefined || walk === "damaged" ? walk : prove(walk);
    } catch (error) {
      if (kindOf(error) === "corrupt" || error instanceof SyntaxError) return "damaged";
      throw error;
    }
  }

  /** The events of a proven list, from the first on, up to that seq. */
  *events({ positions }: ProvenList, last = positions.length): Generator<StoredEvent> {
    for (const pos of positions.slice(0, last)) {
      yield this.#event.get(pos) as unknown as StoredEvent;
    }
  }
}

function prove(walk: ListWalk): ProvenList | "damaged" {
  const { birth, list: end } = walk;
  const roles = new Map<string, Role | null>();
  let title: string | undefined;
  const positions: number[] = []; // The newest first.
  let { pos } = end.place;
  const take = (row: Row) => {
    positions.push(pos);
    pos = row.prev;
    const change = JSON.parse(row.body) as Change;
    if (change.op === "list_renamed") title ??= change.title;
    if (change.op === "member_set" && !roles.has(change.user)) roles.set(change.user, change.role);
    if (change.op === "member_removed" && !roles.has(change.user)) roles.set(change.user, null);
    return true;
  };
  let went = walk.step(STEP_EVENTS, take);
  while (went === "on") went = walk.step(STEP_EVENTS, take);
  if (went === "damaged") return "damaged";
  if (!roles.has(birth.owner)) roles.set(birth.owner, "owner");
  positions.reverse();
  const members = [...roles].filter((entry): entry is [string, Role] => entry[1] !== null);
  return { birth, title: title ?? birth.title, members: new Map(members), end, positions };
}
