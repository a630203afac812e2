/**
 * SimLog: the event log over a simulated disk: the real commit queue before it, and in the place of
 * the storage thread and the reader what they do, at moments that the dice choose.
 *
 * Order: a batch is written, synced, told of, in this order and one batch at a time; a crash may
 *        come between any two. A look into the log reads what is synced, and is told of later.
 * Errors: a full disk refuses the batch; an append that cannot be kept is refused alone, with those
 *        of its list behind it; an fsync that fails tells nobody anything and ends the program.
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
  LoadedList,
  LookBack,
  MadeQuery,
  Refusal,
  StoredEvent,
  WritesQuery,
} from "../../server/storage/event_log.ts";
import { MemoryLog } from "../../server/storage/memory_log.ts";
import { tell, tellRefused } from "../../server/storage/news.ts";
import { headOf, partsOf } from "../../server/storage/snapshot.ts";
import type { Change } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import type { Reached } from "./reached.ts";
import type { SimDisk } from "./sim_disk.ts";
import type { SimClock, SimLoop } from "./sim_loop.ts";
import type { Truth } from "./truth.ts";

export interface SimLogOptions {
  readonly loop: SimLoop;
  /** That of the program whose log it is. */
  readonly clock: SimClock;
  readonly dice: Dice;
  readonly disk: SimDisk;
  readonly truth: Truth;
  readonly conditions: Conditions;
  readonly reached: Reached;
  /** The program is to end at once: what was kept is unknown. */
  readonly onFatal: () => void;
}

export class SimLog implements EventLog {
  readonly #options: SimLogOptions;
  readonly #queue: CommitQueue;
  /** What is synced. */
  readonly #kept = new MemoryLog();
  /** The moment at which each list was read last. */
  readonly loadedAt = new Map<string, number>();
  #isClosed = false;

  /** Opens the disk: what is torn is cut off. */
  constructor(options: SimLogOptions) {
    this.#options = options;
    const { clock, disk, truth, reached } = options;
    this.#queue = new CommitQueue({ clock, post: (batch) => this.#post(batch) });
    const { records } = disk;
    const whole = disk.read();
    if (whole.length < records) reached.mark("torn_tail");
    for (const [index, json] of whole.entries()) {
      const kept = this.#keepAll(JSON.parse(json) as Append[]).kept;
      if (index >= truth.records) truth.learn(kept);
    }
  }

  get generation(): string {
    return this.#options.disk.generation;
  }

  get secret(): string {
    return this.#options.disk.secret;
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
    if (!this.#isClosed) return this.#queue.push(append, owner);
    this.#queue.afterAppendsOf(append.list, () => tellRefused(append, owner, "read_only"));
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    const { conditions, loop, reached, truth } = this.#options;
    this.#queue.afterAppendsOf(list, () => {
      const before = this.loadedAt.get(list);
      const isWoken = before !== undefined && !conditions.isSince(before, "list", list);
      if (isWoken && truth.lists.has(list)) reached.mark("list_woke");
      this.loadedAt.set(list, loop.nowMs);
      const isDamaged = conditions.damaged.has(list);
      if (isDamaged) conditions.note("list", list);
      const reason = isDamaged ? "damaged" : "io";
      this.#look<Loaded>(to, {
        read: (asker) => this.#kept.load(list, this.#snapshooting(asker), ref),
        fails: isDamaged,
        failure: () => {
          conditions.note("list", list);
          reached.mark(isDamaged ? "load_damaged" : "load_io");
          return { type: "load_failed", ref, list, reason };
        },
      });
    });
  }

  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#lookBack(to, ref, (asker) => this.#kept.events(query, asker, ref));
  }

  writes(query: WritesQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#lookBack(to, ref, (asker) => this.#kept.writes(query, asker, ref));
  }

  made(query: MadeQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#lookBack(to, ref, (asker) => this.#kept.made(query, asker, ref));
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    this.#look<ListsPage>(to, {
      read: (asker) => this.#kept.lists(query, asker, ref),
      failure: () => ({ type: "lists_failed", ref, reason: "io" }),
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#options.conditions.note("closing");
    await this.#queue.empty();
  }

  // ── The storage thread

  #post(batch: readonly Append[]): void {
    const { dice, disk, conditions, reached } = this.#options;
    const ms = dice.wait(conditions.commitMs);
    if (conditions.isFull) {
      conditions.note("read_only");
      reached.mark("batch_refused");
      this.#after(ms, () => {
        conditions.note("read_only");
        this.#queue.settle(new Map(batch.map((_, index) => [index, "read_only"])));
      });
      return;
    }
    const bad = this.#takeBad(batch);
    const badList = batch[bad]?.list;
    const isFit = (index: number) => index < bad || batch[index]?.list !== badList;
    const unfit = bad < 0 ? [] : [...batch.keys()].filter((index) => !isFit(index));
    const fit = bad < 0 ? batch : batch.filter((_, index) => isFit(index));
    disk.write(JSON.stringify(fit));
    this.#after(ms * 0.7, () => this.#sync({ batch, fit, unfit, leftMs: ms * 0.3 }));
  }

  #sync({ batch, fit, unfit, leftMs }: Written): void {
    const { disk, truth, conditions, onFatal, reached } = this.#options;
    if (conditions.failsFsync) {
      conditions.failsFsync = false;
      reached.mark("fsync_unknown");
      return onFatal();
    }
    disk.sync();
    const { kept, refused } = this.#keepAll(fit);
    truth.learn(kept);
    const places = [...batch.keys()].filter((index) => !unfit.includes(index));
    const reasons = new Map<number, Refusal>(unfit.map((index) => [index, "constraint"]));
    for (const [index, reason] of refused) reasons.set(places[index] as number, reason);
    this.#after(leftMs, () => {
      if (unfit.length > 0) conditions.note("bad_append");
      this.#queue.settle(new Map([...reasons].sort(([a], [b]) => a - b)));
    });
  }

  /** Which append of a batch the store cannot keep; -1: none. */
  #takeBad(batch: readonly Append[]): number {
    const { conditions, dice, reached } = this.#options;
    if (conditions.badBatches === 0) return -1;
    conditions.badBatches -= 1;
    conditions.note("bad_append");
    reached.mark("append_refused_alone");
    return dice.int(batch.length);
  }

  /** What comes of appends, each on top of those before it. */
  #keepAll(batch: readonly Append[]): { kept: Append[]; refused: Map<number, Refusal> } {
    const kept: Append[] = [];
    const refused = new Map<number, Refusal>();
    const lists = new Map<string, Refusal>();
    for (const [index, append] of batch.entries()) {
      const reason = lists.get(append.list) ?? this.#keep(append);
      if (reason === undefined) kept.push(append);
      else {
        lists.set(append.list, reason);
        refused.set(index, reason);
      }
    }
    return { kept, refused };
  }

  #keep(append: Append): Refusal | undefined {
    let refusal: Refusal | undefined;
    const owner = witness<AppendNews>((news) => {
      if (news.type === "refused") refusal = news.reason;
    });
    this.#kept.append(append, owner);
    return refusal;
  }

  // ── The reader

  /** The log makes snapshots by itself, when it likes: here at any seq. */
  #snapshooting(asker: Pid<Loaded>): Pid<Loaded> {
    const { dice, reached } = this.#options;
    return witness((loaded: Loaded) => {
      const isWhole = loaded.type !== "loaded" || loaded.state === null || dice.chance(0.5);
      const seq = isWhole ? 0 : dice.int(loaded.state.events.length + 1);
      if (isWhole || seq === 0) return tell(asker, loaded);
      reached.mark("load_from_snapshot");
      tell(asker, { ...loaded, state: fromSnapshot(loaded.state, seq) });
    });
  }

  #lookBack(to: Pid<LookBack>, ref: unknown, read: (asker: Pid<LookBack>) => void): void {
    const failure = (): LookBack => ({ type: "look_failed", ref, reason: "io" });
    this.#look<LookBack>(to, { read, failure });
  }

  #look<News>(to: Pid<News>, { read, failure, fails = false }: Look<News>): void {
    const { dice, conditions } = this.#options;
    this.#after(dice.wait(conditions.readMs), () => {
      const news: News[] = [];
      if (fails || dice.chance(conditions.readFaults)) {
        conditions.note("read_fault");
        news.push(failure());
      } else read(witness((found: News) => news.push(...inParts(found))));
      this.#after(dice.wait(conditions.readMs / 2), () => {
        for (const found of news) tell(to, found);
      });
    });
  }

  /** Unless the program has ended by then. */
  #after(ms: number, run: () => void): void {
    const { clock } = this.#options;
    clock.alarm(clock.now() + ms, run);
  }
}

/** A batch on its way: what of it can be kept, and the places of what cannot. */
interface Written {
  readonly batch: readonly Append[];
  readonly fit: readonly Append[];
  readonly unfit: readonly number[];
  readonly leftMs: number;
}

interface Look<News> {
  readonly read: (asker: Pid<News>) => void;
  readonly failure: () => News;
  readonly fails?: boolean;
}

/** The same list, with the events up to `seq` as a snapshot. */
function fromSnapshot(loaded: LoadedList, seq: number): LoadedList {
  const { birth, events } = loaded;
  const state = events.slice(0, seq).reduce(
    (before, event) => {
      return TodoEvents.apply(before, { ...(JSON.parse(event.body) as Change), seq: event.seq });
    },
    TodoEvents.empty(birth.title, birth.owner),
  );
  const { at } = events[seq - 1] as StoredEvent;
  const snapshot = { seq, at, head: headOf(state), parts: [...partsOf(state)] };
  return { ...loaded, snapshot, events: events.slice(seq) };
}

/** Keyed writes come in parts and an end, as the reader's thread tells them. */
function inParts<News>(found: News): News[] {
  const { type } = found as { readonly type: string };
  if (type !== "writes") return [found];
  return [
    { ...found, more: true },
    { ...found, writes: [], more: false },
  ];
}

/** A pid without a process, for asking a MemoryLog, which tells before it returns. */
function witness<Message>(hear: (message: Message) => void): Pid<Message> {
  return { process: { deliver: hear } } as unknown as Pid<Message>;
}
