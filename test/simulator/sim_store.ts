/**
 * SimStore: a real store that a program has open: the real writer and reader, in this thread.
 *
 * Order: what the storage thread and the reader's do to a store (storage_worker.ts, reader_link.ts,
 *        snapshot_work.ts) is done here in the same order, one thing at a time.
 * Shape: a batch that is being written changes the files only when it is synced, or crashed into:
 *        what it would change can be known then.
 * Errors: a store that is refused is a Violation.
 */
import type { DatabaseSync } from "node:sqlite";
import type {
  Append,
  EventsQuery,
  ListsPage,
  ListsQuery,
  Loaded,
  LookBack,
  MadeQuery,
  Refusal,
  WritesQuery,
} from "../../server/storage/event_log.ts";
import { EventReader } from "../../server/storage/event_reader.ts";
import { EventWriter } from "../../server/storage/event_writer.ts";
import { pack, unpack } from "../../server/storage/flat_batch.ts";
import { keptSum } from "../../server/storage/index_sum.ts";
import { SnapshotMaker } from "../../server/storage/snapshot_maker.ts";
import { openForReading, setGeneration } from "../../server/storage/sqlite_schema.ts";
import { openTrusted } from "../../server/storage/start_check.ts";
import { StoreMark } from "../../server/storage/store_mark.ts";
import type { SimDiskOptions } from "./sim_disk.ts";
import type { StoreDamage } from "./store_damage.ts";
import type { StoreFiles } from "./store_files.ts";
import { type Look, StoreLooks } from "./store_looks.ts";
import { must, Violation } from "./violation.ts";

/** The log goes into the file when it is longer: SQLite does so by itself at 4 MB. */
const LOG_BYTES = 200_000;
/** What PRAGMA max_page_count is, unless it is set. */
const PAGES_MAX = 4_294_967_294;
/** Events between two checkpoints, and after which a snapshot is due; undefined: as the product. */
const CHECKPOINT_EVENTS = [5, 50, undefined];
const SNAPSHOT_EVENTS = [2, 5, 15, undefined];

/** A batch on its way. `bad`: the place of an append that cannot be kept; -1: there is none. */
export interface Batch {
  readonly appends: readonly Append[];
  readonly bad: number;
  /** The disk has no room. */
  readonly isFull: boolean;
}

/** What came of a batch: what is safe, and by place what was refused. */
export interface Committed {
  readonly kept: readonly Append[];
  readonly refused: ReadonlyMap<number, Refusal>;
}

export interface SimStoreOptions extends SimDiskOptions {
  readonly files: StoreFiles;
  readonly damage: StoreDamage;
  readonly newGeneration: string;
  /** A batch is about to be written. */
  readonly begins: () => void;
  /** Something is about to be written that is not synced. */
  readonly unsynced: () => void;
  /** All that was written is. */
  readonly synced: () => void;
}

export class SimStore {
  readonly generation: string;
  /** It was taken for one that was put back from somewhere. */
  readonly isCopy: boolean;
  readonly #options: SimStoreOptions;
  readonly #db: DatabaseSync;
  readonly #writer: EventWriter;
  readonly #reader: EventReader;
  readonly #mark: StoreMark;
  readonly #maker: SnapshotMaker;
  readonly #looks: StoreLooks;
  #batch: Batch | undefined;
  /** When the disk was full last, it took what found room in the pages of the file. */
  #isRoomInPages = false;
  #isOpen = true;

  constructor(options: SimStoreOptions) {
    this.#options = options;
    const { files, secret, newGeneration, dice } = options;
    const { path } = files;
    const mark = new StoreMark(path);
    const opened = openTrusted(path, { generation: newGeneration, secret });
    if (!opened.ok) throw new Violation(opened.message.replaceAll(path, "the store"));
    this.#db = opened.db;
    this.#db.exec("PRAGMA wal_autocheckpoint = 0");
    this.#writer = new EventWriter(
      opened.db,
      dice.pick(CHECKPOINT_EVENTS),
      dice.pick(SNAPSHOT_EVENTS),
    );
    const isCopy = mark.isCopy(this.#writer.pos);
    if (isCopy) must(setGeneration(opened.db, newGeneration), () => "the disk takes nothing");
    this.isCopy = isCopy;
    this.generation = isCopy ? newGeneration : opened.marks.generation;
    mark.begin(this.#writer.pos);
    this.#mark = mark;
    this.#reader = readerOf(path);
    this.#maker = new SnapshotMaker(this.#reader);
    this.#looks = new StoreLooks({
      reader: this.#reader,
      before: () => this.#damage(),
      due: (list) => this.#maker.add(list),
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isWriting(): boolean {
    return this.#batch !== undefined;
  }

  get pos(): number {
    return this.#writer.pos;
  }

  /** Another one after each batch of which something was kept. */
  get state(): string {
    return `${this.pos} ${keptSum(this.#db)}`;
  }

  write(batch: Batch): void {
    this.#options.begins();
    this.#batch = batch;
  }

  sync(): Committed {
    const { dice, files, synced } = this.#options;
    const { isFull } = this.#batch as Batch;
    const committed = this.commit();
    this.#filled(isFull, () => this.#writer.checkpointIfDue());
    if (committed.kept.length > 0) synced();
    for (const list of this.#writer.takeDue()) this.#maker.add(list);
    if (dice.chance(0.3)) this.#reader.learn(this.#writer.takeMoved());
    if (files.logBytes > LOG_BYTES) {
      this.#db.exec("PRAGMA wal_checkpoint(PASSIVE)");
      synced();
    }
    return committed;
  }

  /** Writes and syncs the batch, and tells nobody of it. */
  commit(): Committed {
    const { appends, bad, isFull } = this.#batch as Batch;
    this.#batch = undefined;
    const sent = appends.map((append, index) => (index === bad ? spoilt(append) : append));
    const refused = this.#filled(isFull, () => this.#writer.commit(unpack(pack(sent))));
    const isAmid = this.#isRoomInPages && [...refused.values()].includes("read_only");
    if (isAmid) this.#options.reached.mark("full_amid_batch");
    return { kept: appends.filter((_, index) => !refused.has(index)), refused };
  }

  load(list: string, ref: unknown): Look<Loaded> {
    return this.#looks.load(list, ref);
  }

  events(query: EventsQuery, ref: unknown): Look<LookBack> {
    return this.#looks.events(query, ref);
  }

  writes(query: WritesQuery, ref: unknown): Look<LookBack> {
    return this.#looks.writes(query, ref);
  }

  made(query: MadeQuery, ref: unknown): Look<LookBack> {
    return this.#looks.made(query, ref);
  }

  lists(query: ListsQuery, ref: unknown): Look<ListsPage> {
    return this.#looks.lists(query, ref);
  }

  get isBusy(): boolean {
    return this.#maker.isBusy;
  }

  /** A step of a snapshot. True: all of one is written, and not synced. */
  work(): boolean {
    this.#damage();
    const made = this.#maker.step();
    if (made === undefined) return false;
    this.#options.unsynced();
    const { isFull } = this.#options.conditions;
    const isWritten = this.#filled(isFull, () => {
      return this.#writer.writeSnapshotRow(made.row, made.isFirst);
    });
    if (!isWritten) this.#maker.giveUp();
    return isWritten && made.row.part === 0;
  }

  mark(): void {
    this.#mark.begin(this.pos);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#reader.close();
    this.#writer.checkpoint();
    this.#options.synced();
    this.#writer.close();
    this.#mark.close();
  }

  /** Lets go of the files, which are as if by a clean end: whoever asks for it puts them right. */
  drop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#reader.close();
    this.#writer.close();
    this.#mark.close();
  }

  #damage(): void {
    const { damage, conditions, dice, synced } = this.#options;
    if (damage.follow(this.#db, conditions.damaged, dice)) synced();
  }

  /** Runs `run` on a disk without room, perhaps. */
  #filled<Result>(isFull: boolean, run: () => Result): Result {
    if (!isFull) return run();
    const pages = Number(this.#db.prepare("PRAGMA page_count").get()?.page_count);
    this.#isRoomInPages = this.#options.dice.chance(0.5);
    this.#db.exec(
      this.#isRoomInPages ? `PRAGMA max_page_count = ${pages}` : "PRAGMA query_only = ON",
    );
    try {
      return run();
    } finally {
      this.#db.exec(`PRAGMA query_only = OFF; PRAGMA max_page_count = ${PAGES_MAX}`);
    }
  }
}

function readerOf(path: string): EventReader {
  const opened = openForReading(path);
  if (!opened.ok) throw new Violation(opened.message.replaceAll(path, "the store"));
  const reader = new EventReader(opened.db);
  reader.follow();
  return reader;
}

/** The same append with a value that no column can hold. */
function spoilt(append: Append): Append {
  const { birth, life, rows } = append;
  const nothing = undefined as unknown as string;
  const [last] = rows.slice(-1);
  if (last !== undefined)
    return { ...append, rows: [...rows.slice(0, -1), { ...last, pid: nothing }] };
  if (birth !== undefined) return { ...append, birth: { ...birth, epoch: nothing } };
  return { ...append, life: { ...(life as NonNullable<typeof life>), epoch: nothing } };
}
