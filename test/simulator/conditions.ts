/**
 * Conditions: how the world is at the moment: what the disk does, which lists are ill.
 *
 * Faults change it (faults.ts), the log acts by it (sim_log.ts), and judges ask since when it was
 * so, since an error may only be told by who has a reason.
 */

/**
 * What can go wrong that an error may tell of. `drain`: the program is ended in order; `link`: a
 * client reads nothing, noted with its name; `fault`: any other.
 */
export type Trouble =
  | "read_only"
  | "read_fault"
  | "bad_append"
  | "backlog"
  | "list"
  | "closing"
  | "slow"
  | "drain"
  | "link"
  | "fault";

/** In the place of a list: whichever. */
export const ANY_LIST = "*";
/** How many moments of each trouble are kept: judges count no further. */
const KEPT = 8;

export class Conditions {
  readonly #now: () => number;
  /** When it went wrong last, the newest last. */
  readonly #moments = new Map<string, number[]>();
  /** Milliseconds a commit takes, on the average. */
  commitMs = 1;
  /** Milliseconds a look into the log takes, on the average. */
  readMs = 1;
  /** The disk takes nothing at present. */
  isFull = false;
  /** The next fsync fails. */
  failsFsync = false;
  /** The machine is lost when the next snapshot is written, and not synced. */
  losesMachine = false;
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
    for (const name of [`${trouble} ${list}`, `${trouble} ${ANY_LIST}`]) {
      const moments = this.#moments.get(name) ?? [];
      moments.push(this.#now());
      if (moments.length > KEPT) moments.shift();
      this.#moments.set(name, moments);
    }
  }

  /** Whether it went wrong at that moment or since. */
  isSince(sinceMs: number, trouble: Trouble, list = ""): boolean {
    return this.countSince(sinceMs, trouble, list) > 0;
  }

  /** How often it went wrong since, as far as that is kept. */
  countSince(sinceMs: number, trouble: Trouble, list = ""): number {
    const moments = this.#moments.get(`${trouble} ${list}`) ?? [];
    return moments.filter((moment) => moment >= sinceMs).length;
  }

  /** All is well again. */
  heal(): void {
    this.commitMs = 1;
    this.readMs = 1;
    this.isFull = false;
    this.failsFsync = false;
    this.losesMachine = false;
    this.badBatches = 0;
    this.readFaults = 0;
    this.backlogBytes = 0;
    this.damaged.clear();
    this.poisoned.clear();
  }
}
