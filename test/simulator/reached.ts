/**
 * Reached: the interesting states that a run has come through, so that many runs can say which of
 * them they have never met.
 */

/** All there are. Many seeds together must reach each of them. */
export const STATES = [
  // Log and disk
  "batch_refused",
  "full_amid_batch",
  "append_refused_alone",
  "fsync_unknown",
  "torn_tail",
  "unsynced_lost",
  "unsynced_kept",
  "cache_lost",
  "gap_in_log",
  "put_back",
  "load_io",
  "load_damaged",
  "look_damaged",
  "load_from_snapshot",
  // The program
  "program_killed",
  "machine_lost",
  "program_drained",
  "crash_between_commit_and_reply",
  // Lists
  "list_crashed",
  "list_left_alone",
  "list_woke",
  "list_deleted",
  "list_died_deleted",
  "list_restored",
  "list_made_elsewhere",
  // Writes
  "replayed_by_same_process",
  "replayed_after_load",
  "replayed_start",
  "changed_nothing",
  "cast_done",
  "conflict_told",
  "key_reused_told",
  // Subscriptions
  "resumed_at_once",
  "resumed_from_memory",
  "resumed_from_log",
  "snapshot_first",
  "snapshot_epoch",
  "snapshot_too_many",
  "snapshot_ahead",
  "snapshot_restarted",
  "snapshot_slow",
  "snapshot_in_pages",
  "gone_revoked",
  "gone_deleted",
  "push_lost",
  // What callers are told
  "overloaded_told",
  "read_only_told",
  "rate_limited_told",
  "timeout_told",
  "crashed_told",
  "internal_told",
  "forbidden_told",
  "not_found_told",
  "list_full_told",
  "duplicate_id_told",
  "bad_args_told",
  "bad_position_told",
  "parse_told",
  // Connections
  "reading_paused",
  "goaway_told",
  "closed_4100",
  "closed_4108",
  "closed_4109",
  "closed_4400",
  "half_open",
  "cut",
  "client_restarted",
] as const;

export type State = (typeof STATES)[number];

/** How often each was reached. */
export type Counts = Readonly<Partial<Record<State, number>>>;

export class Reached {
  readonly #counts: Partial<Record<State, number>> = {};

  mark(state: State): void {
    this.#counts[state] = (this.#counts[state] ?? 0) + 1;
  }

  /** Marks `NAME_told`, `closed_CODE` and the like, if there is such a state. */
  markNamed(name: string): void {
    if (KNOWN.has(name)) this.mark(name as State);
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Adds those of another run. */
  add(counts: Counts): void {
    for (const [state, count] of Object.entries(counts) as [State, number][]) {
      this.#counts[state] = (this.#counts[state] ?? 0) + count;
    }
  }

  /** The states that were not reached. */
  get missing(): State[] {
    return STATES.filter((state) => this.#counts[state] === undefined);
  }
}

const KNOWN: ReadonlySet<string> = new Set(STATES);
