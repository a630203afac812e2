/**
 * SimDisk: what survives the ends of a simulated program and of its machine: the files of one real
 * store, as the disk and the cache before it have them.
 *
 * Shape: SQLite writes to its log and syncs that in each commit; what was written of it and is not
 *        synced is what differs from `#synced`. The file itself is written from what is synced.
 * Order: what is written outlives the program, in the cache; it outlives the machine only once it
 *        is synced, and else is lost, kept or torn. Opened after a crash, the store has the batch
 *        that was under way or it has not; no later loss of the machine may change which.
 */
import type { Append } from "../../server/storage/event_log.ts";
import { markedPos } from "../../server/storage/store_mark.ts";
import { hasCommitsPastEnd } from "../../server/storage/wal_frames.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import type { Reached } from "./reached.ts";
import { SimStore } from "./sim_store.ts";
import { StoreDamage } from "./store_damage.ts";
import { cutWithin, StoreFiles, type StoreImage, tornWithin } from "./store_files.ts";
import type { Truth } from "./truth.ts";
import { must } from "./violation.ts";

/** Copies that are kept, the first one among them. */
const COPIES_MAX = 6;
/** How often the store is copied: after so many of the batches. */
const COPIED = 0.1;

/** What a crash leaves of what was written and not synced. */
export type Fate = "lost" | "kept" | "torn";

/** The end of a program, or of its machine too. */
export interface Crash {
  readonly isMachine: boolean;
  readonly fate: Fate;
}

export interface SimDiskOptions {
  /** The store's own, as EventLog has it. */
  readonly secret: string;
  readonly dice: Dice;
  readonly truth: Pick<Truth, "learn" | "records">;
  readonly conditions: Conditions;
  readonly reached: Reached;
}

/** A copy of the store at some moment. */
interface StoreCopy {
  readonly records: number;
  readonly pos: number;
  readonly state: string;
  readonly image: StoreImage;
}

/** A batch at a crash: what is kept of it when it is there, and by what that is known. */
interface Doubtful {
  readonly kept: readonly Append[];
  readonly state: string;
}

export class SimDisk {
  readonly secret: string;
  /** Of the store as it was opened last. */
  generation = "";
  readonly #options: SimDiskOptions;
  readonly #files = new StoreFiles();
  readonly #damage = new StoreDamage();
  #store: SimStore | undefined;
  /** The log as it was synced last, when more was written since. */
  #synced: { readonly log: Buffer | undefined } | undefined;
  #doubtful: Doubtful | undefined;
  /** What the store has for sure; undefined before the first start. */
  #state: string | undefined;
  #copies: StoreCopy[] = [];
  #isPutBack = false;

  constructor(options: SimDiskOptions) {
    this.secret = options.secret;
    this.#options = options;
  }

  /** A program starts: opens the store, or makes it. */
  open(newGeneration: string): SimStore {
    const isPutBack = this.#isPutBack;
    const store = new SimStore({
      ...this.#options,
      files: this.#files,
      damage: this.#damage,
      newGeneration,
      unsynced: () => {
        this.#synced ??= { log: this.#files.readLog() };
      },
      synced: () => {
        this.#synced = undefined;
        this.#state = store.state;
      },
      begins: () => {
        if (!this.#damage.isAny && this.#options.dice.chance(COPIED)) this.#copy(store);
      },
    });
    this.#store = store;
    this.#isPutBack = false;
    this.generation = store.generation;
    if (this.#files.isLogWritten) this.#synced = undefined;
    this.#recover(store);
    must(isPutBack || !store.isCopy, () => "the store is taken for a copy");
    if (this.#copies.length === 0) this.#copy(store);
    return store;
  }

  /** False: nothing was unsynced. */
  crash({ isMachine, fate }: Crash): boolean {
    if (this.#state === undefined) return false; // There is none yet.
    const store = this.#store?.isOpen === true ? this.#store : undefined;
    this.#store = undefined;
    const { before, after } = store === undefined ? this.#found() : this.#leave(store);
    const from = isMachine && this.#synced !== undefined ? this.#synced.log : before;
    const log = this.#left(from, after, { isMachine, fate });
    const isUnsynced = !isSame(from, after);
    if (isMachine && store === undefined && isUnsynced && fate !== "kept") {
      this.#options.reached.mark("cache_lost");
    }
    this.#files.writeLog(log);
    if (isMachine) this.#reboot();
    else if (!isSame(before, log)) this.#synced ??= { log: before };
    this.#files.watchLog();
    return isUnsynced;
  }

  /**
   * While no program runs a copy of the store is put in its place, with at most so many records of
   * the truth. The answer: how many it has.
   */
  putBack(records: number): number {
    const { dice, truth } = this.#options;
    if (this.#state === undefined) return 0; // There is none yet.
    this.#isPutBack = true;
    this.#synced = undefined;
    if (dice.chance(0.2)) {
      this.#files.replace(this.#files.read()); // All of it, there and back again.
      return truth.records;
    }
    const known = this.#copies.filter((copy) => copy.records <= records);
    const copy = known.at(-1) as StoreCopy; // The first one has none.
    const isOver = copy.pos < markedPos(this.#files.path) && dice.chance(0.5);
    if (isOver) this.#files.write(copy.image);
    else this.#files.replace(copy.image);
    this.#copies = known;
    this.#state = copy.state;
    this.#doubtful = undefined;
    this.#damage.forget();
    return copy.records;
  }

  /** The end of the world. */
  close(): void {
    this.#store?.drop();
    this.#files.remove();
  }

  /** The program ends in the midst of it: what its connections do to the files then is undone. */
  #leave(store: SimStore): Left {
    const files = this.#files;
    const mark = files.readMark();
    const before = files.readLog();
    if (store.isWriting) {
      const { kept } = store.commit();
      this.#doubtful = { kept, state: store.state };
    }
    const image = files.read();
    store.drop();
    files.write(image);
    files.writeMark(mark);
    return { before, after: image.log };
  }

  #reboot(): void {
    this.#synced = undefined;
    this.#files.reboot();
    if (hasCommitsPastEnd(this.#files.path)) this.#options.reached.mark("gap_in_log");
  }

  #found(): Left {
    const log = this.#files.readLog();
    return { before: log, after: log };
  }

  /** What the crash leaves of what came to the log. */
  #left(from: Buffer | undefined, to: Buffer | undefined, { isMachine, fate }: Crash) {
    const { dice } = this.#options;
    if (fate === "lost" || to === undefined) return from;
    if (fate === "kept" || isSame(from, to)) return to;
    const before = from ?? Buffer.alloc(0);
    return isMachine ? tornWithin(before, to, dice) : cutWithin(before, to, dice);
  }

  /** The store has the batch that was in doubt, or it has not; and it has all before that. */
  #recover(store: SimStore): void {
    const { truth, reached } = this.#options;
    const { state } = store;
    const doubtful = this.#doubtful;
    this.#doubtful = undefined;
    if (doubtful?.state === state && state !== this.#state) truth.learn(doubtful.kept);
    else {
      const isSo = this.#state === undefined || this.#state === state;
      must(isSo, () => `the store is at ${state}, and was synced at ${this.#state}`);
      if (doubtful !== undefined) reached.mark("torn_tail");
    }
    this.#state = state;
  }

  #copy({ pos, state }: SimStore): void {
    const { truth, dice } = this.#options;
    if (this.#copies.length === COPIES_MAX) this.#copies.splice(1 + dice.int(COPIES_MAX - 1), 1);
    this.#copies.push({ records: truth.records, pos, state, image: this.#files.read() });
  }
}

/** The log before and with the batch that was under way. */
interface Left {
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.equals(other);
}
