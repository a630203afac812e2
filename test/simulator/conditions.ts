/**
 * Conditions: how the world is at the moment: what the disk does, which lists are ill.
 *
 * Faults change it (faults.ts), the log acts by it (sim_log.ts), and judges ask since when it was
 * so, since an error may only be told by who has a reason.
 */

/** What can go wrong that an error reply may tell of. */
export type Trouble = "read_only" | "read_fault" | "bad_append" | "backlog" | "list" | "closing";

/** In the place of a list: whichever. */
export const ANY_LIST = "*";

export class Conditions {
  readonly #now: () => number;
  readonly #since = new Map<string, number>();
  /** Milliseconds a commit takes, on the average. */
  commitMs = 1;
  /** Milliseconds a look into the log takes, on the average. */
  readMs = 1;
  /** The disk takes nothing at present. */
  isFull = false;
  /** The next fsync fails. */
  failsFsync = false;
  /** So many batches hold an append that the store cannot keep. */
  badBatches = 0;
  /** How likely a look into the log fails. */
  readFaults = 0;
  /** What other lists than those here are said to have uncommitted. */
  backlogBytes = 0;
  /** Lists whose rows are damaged. */
  readonly damaged = new Set<string>();
  /** Lists with a bug that the next so many appends meet. */
  readonly poisoned = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** It goes wrong now; of one list when that is given. */
  note(trouble: Trouble, list = ""): void {
    this.#since.set(`${trouble} ${list}`, this.#now());
    this.#since.set(`${trouble} ${ANY_LIST}`, this.#now());
  }

  /** Whether it went wrong at that moment or since. */
  isSince(sinceMs: number, trouble: Trouble, list = ""): boolean {
    return (this.#since.get(`${trouble} ${list}`) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }

  /** All is well again. */
  heal(): void {
    this.commitMs = 1;
    this.readMs = 1;
    this.isFull = false;
    this.failsFsync = false;
    this.badBatches = 0;
    this.readFaults = 0;
    this.backlogBytes = 0;
    this.damaged.clear();
    this.poisoned.clear();
  }
}
