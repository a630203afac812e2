/**
 * SimLog: the event log over a simulated disk: the real commit queue before it, and in the place of
 * the storage thread and the reader what they do, at moments that the dice choose.
 *
 * Order: a batch is written, synced, told of, in this order and one batch at a time; a crash may
 *        come between any two. A look into the log takes steps, and is told of later.
 * Errors: an fsync that fails tells nobody anything and ends the program; a look fails at any step.
 */
import type { Pid } from "../../server/runtime/index.ts";
import { CommitQueue } from "../../server/storage/commit_queue.ts";
import type {
  Append,
  AppendNews,
  EventLog,
  EventsQuery,
  ListsPage,
  ListsQuery,
  Loaded,
  LookBack,
  MadeQuery,
  ReadFault,
  WritesQuery,
} from "../../server/storage/event_log.ts";
import { tell, tellRefused } from "../../server/storage/news.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import type { Reached } from "./reached.ts";
import type { Fate, SimDisk } from "./sim_disk.ts";
import type { SimClock, SimLoop } from "./sim_loop.ts";
import type { SimStore } from "./sim_store.ts";
import type { Look } from "./store_looks.ts";
import type { Truth } from "./truth.ts";
import { must } from "./violation.ts";

/** Milliseconds between two steps of what the store does beside (snapshot_work.ts). */
const WORK_MS = 20;
/** Milliseconds by which the mark may lag (store_mark.ts). */
const MARK_MS = 1_000;
/** A list that is damaged is left alone at once, as one that crashes so often is. */
const CRASHES_MIN = 3;

/** The end of a program or of its machine too, and of what was not synced; else dice choose. */
export interface ProgramEnd {
  readonly isMachine: boolean;
  readonly fate?: Fate | undefined;
}

export interface SimLogOptions {
  readonly loop: SimLoop;
  /** That of the program whose log it is. */
  readonly clock: SimClock;
  readonly dice: Dice;
  readonly disk: SimDisk;
  readonly truth: Truth;
  readonly conditions: Conditions;
  readonly reached: Reached;
  /** For a store that is made now, or was put back from a copy. */
  readonly newGeneration: string;
  /** The program is to end at once, or its machine: what was kept is unknown. */
  readonly onFatal: (end: ProgramEnd) => void;
}

export class SimLog implements EventLog {
  readonly generation: string;
  readonly secret: string;
  readonly #options: SimLogOptions;
  readonly #queue: CommitQueue;
  readonly #store: SimStore;
  /** The moment at which each list was read last. */
  readonly loadedAt = new Map<string, number>();
  /** Batches that were settled so far. */
  #settled = 0;
  /** How many were when an append came, and when one of a list was refused last. */
  readonly #pushed = new WeakMap<Append, number>();
  readonly #refusedAt = new Map<string, number>();
  #isClosed = false;
  #isWorking = false;
  #isToMark = false;

  /** Opens the disk. */
  constructor(options: SimLogOptions) {
    this.#options = options;
    const { clock, disk, newGeneration } = options;
    this.#queue = new CommitQueue({ clock, post: (batch) => this.#post(batch) });
    this.#store = disk.open(newGeneration);
    this.generation = disk.generation;
    this.secret = disk.secret;
  }

  get uncommittedBytes(): number {
    const { backlogBytes } = this.#options.conditions;
    if (backlogBytes > 0) this.#options.conditions.note("backlog");
    return this.#queue.bytes + backlogBytes;
  }

  append(append: Append, owner: Pid<AppendNews>): void {
    const { poisoned } = this.#options.conditions;
    const doses = poisoned.get(append.list) ?? 0;
    if (doses > 0) {
      poisoned.set(append.list, doses - 1);
      this.#options.conditions.note("list", append.list);
      throw new Error("a bug that this append meets");
    }
    if (!this.#isClosed) {
      this.#pushed.set(append, this.#settled);
      return this.#queue.push(append, owner);
    }
    this.#queue.afterAppendsOf(append.list, () => tellRefused(append, owner, "read_only"));
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    const { conditions, loop, reached, truth } = this.#options;
    const failure = (reason: ReadFault): Loaded => {
      const times = reason === "damaged" ? CRASHES_MIN : 1;
      for (let time = 0; time < times; time++) conditions.note("list", list);
      reached.mark(reason === "damaged" ? "load_damaged" : "load_io");
      return { type: "load_failed", ref, list, reason };
    };
    this.#queue.afterAppendsOf(list, () => {
      const before = this.loadedAt.get(list);
      const isWoken = before !== undefined && !conditions.isSince(before, "list", list);
      if (isWoken && truth.lists.has(list)) reached.mark("list_woke");
      this.loadedAt.set(list, loop.nowMs);
      this.#look(to, { look: this.#store.load(list, ref), failure, list });
    });
  }

  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#lookBack(to, ref, { look: this.#store.events(query, ref), list: query.list });
  }

  writes(query: WritesQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#lookBack(to, ref, { look: this.#store.writes(query, ref), list: query.list });
  }

  made(query: MadeQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#lookBack(to, ref, { look: this.#store.made(query, ref) });
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    const failure = (reason: ReadFault): ListsPage => ({ type: "lists_failed", ref, reason });
    this.#look(to, { look: this.#store.lists(query, ref), failure });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.conditions.note("closing");
    await this.#queue.empty();
    this.#store.close();
  }

  // ── The storage thread

  #post(appends: readonly Append[]): void {
    const { dice, conditions, reached } = this.#options;
    const ms = dice.wait(conditions.commitMs);
    const { isFull } = conditions;
    const bad = isFull ? -1 : this.#takeBad(appends);
    this.#store.write({ appends, bad, isFull });
    this.#after(ms * 0.7, () => {
      if (conditions.failsFsync && !isFull) {
        conditions.failsFsync = false;
        reached.mark("fsync_unknown");
        this.#options.onFatal({ isMachine: false });
      } else this.#sync(appends, ms * 0.3);
    });
  }

  #sync(appends: readonly Append[], leftMs: number): void {
    const { truth, conditions, reached } = this.#options;
    const { kept, refused } = this.#store.sync();
    if (kept.length > 0) truth.learn(kept);
    const reasons = new Set(refused.values());
    for (const [place, reason] of refused) {
      if (reason === "fence") this.#judgeFenced(appends[place] as Append);
    }
    if (reasons.has("read_only")) reached.mark("batch_refused");
    this.#markLater();
    this.#after(leftMs, () => {
      if (reasons.has("read_only")) conditions.note("read_only");
      if (reasons.has("constraint")) conditions.note("bad_append");
      this.#settled += 1;
      for (const place of refused.keys()) {
        this.#refusedAt.set((appends[place] as Append).list, this.#settled);
      }
      this.#queue.settle(refused);
      this.#workLater();
    });
  }

  /** It does not follow the one before: its list had not heard yet that one of its was refused. */
  #judgeFenced(append: Append): void {
    const isLate = this.#pushed.get(append) === this.#refusedAt.get(append.list);
    must(
      isLate,
      () => `an append to ${append.list} was posted that does not follow the one before`,
    );
  }

  /** Which append of a batch the store cannot keep; -1: none. */
  #takeBad(batch: readonly Append[]): number {
    const { conditions, dice, reached } = this.#options;
    if (conditions.badBatches === 0) return -1;
    conditions.badBatches -= 1;
    reached.mark("append_refused_alone");
    return dice.int(batch.length);
  }

  #workLater(): void {
    if (this.#isWorking || !this.#store.isOpen || !this.#store.isBusy) return;
    this.#isWorking = true;
    this.#after(WORK_MS, () => {
      this.#isWorking = false;
      if (this.#store.isOpen && this.#store.isBusy) this.#work();
      this.#workLater();
    });
  }

  /** A snapshot has several commits, of which none was synced. */
  #work(): void {
    const { conditions, onFatal } = this.#options;
    const isWritten = this.#store.work();
    if (!isWritten || !conditions.losesMachine) return;
    conditions.losesMachine = false;
    onFatal({ isMachine: true, fate: "torn" });
  }

  /** As StoreMark.move does, but by the time of this world. */
  #markLater(): void {
    if (this.#isToMark) return;
    this.#isToMark = true;
    this.#store.mark();
    this.#after(MARK_MS, () => {
      this.#isToMark = false;
      if (this.#store.isOpen) this.#store.mark();
    });
  }

  // ── The reader

  #lookBack(to: Pid<LookBack>, ref: unknown, what: LookedAt): void {
    const failure = (reason: ReadFault): LookBack => {
      if (reason === "damaged") this.#options.reached.mark("look_damaged");
      return { type: "look_failed", ref, reason };
    };
    this.#look(to, { ...what, failure });
  }

  /** Takes the steps of a look, one after the other, and tells what each has found. */
  #look<News extends Told>(to: Pid<News>, looking: Looking<News>, wasDamaged = false): void {
    const { dice, conditions } = this.#options;
    this.#after(dice.wait(conditions.readMs), () => {
      if (!this.#store.isOpen) return;
      const isDamaged = wasDamaged || conditions.damaged.has(looking.list ?? "");
      const { found, isDone } = this.#step(looking, isDamaged);
      this.#after(dice.wait(conditions.readMs / 2), () => {
        for (const news of found) tell(to, news);
        if (!isDone) this.#look(to, looking, isDamaged);
      });
      this.#workLater();
    });
  }

  #step<News extends Told>({ look, failure }: Looking<News>, isDamaged: boolean): Stepped<News> {
    const { dice, conditions, reached } = this.#options;
    if (dice.chance(conditions.readFaults)) {
      conditions.note("read_fault");
      return { found: [failure("io")], isDone: true };
    }
    const { value: found, done } = look.next();
    if (found.some(isOfDamage)) {
      must(isDamaged, () => "the store says that it is damaged, and it is not");
      conditions.note("read_fault");
      return { found: [failure("damaged")], isDone: true };
    }
    if (found.some(hasSnapshot)) reached.mark("load_from_snapshot");
    return { found, isDone: done === true };
  }

  /** Unless the program has ended by then. */
  #after(ms: number, run: () => void): void {
    const { clock } = this.#options;
    clock.alarm(clock.now() + ms, run);
  }
}

type Told = Loaded | LookBack | ListsPage;

/** A look under way, and what is told when it fails. `list`: the one that it is at. */
interface Looking<News> {
  readonly look: Look<News>;
  readonly failure: (reason: ReadFault) => News;
  readonly list?: string;
}

/** `list`: the one list that it is a look into. */
type LookedAt = Pick<Looking<LookBack>, "look" | "list">;

interface Stepped<News> {
  readonly found: readonly News[];
  readonly isDone: boolean;
}

function isOfDamage(news: Told): boolean {
  return "reason" in news && news.reason === "damaged";
}

function hasSnapshot(news: Told): boolean {
  return news.type === "loaded" && news.state !== null && news.state.snapshot !== null;
}
