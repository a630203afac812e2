/**
 * ManualLog: an event log whose commits happen when the test says so.
 *
 * Behaves as SqliteLog does: a commit takes several appends at once and tells each list once, with
 * its highest seq; a refused append takes all of its list that are queued with it; a load waits for
 * what is queued of its list. What is committed is kept by a MemoryLog.
 */
import type { Pid } from "../../server/runtime/index.ts";
import {
  type Append,
  type AppendNews,
  type EventLog,
  type EventsQuery,
  type ListsPage,
  type ListsQuery,
  type Loaded,
  type LookBack,
  lastSeqOf,
  type MadeQuery,
  type Refusal,
  type StoredEvent,
  type WritesQuery,
} from "../../server/storage/event_log.ts";
import { MemoryLog } from "../../server/storage/memory_log.ts";
import { tell, tellRefused } from "../../server/storage/news.ts";
import { snapshotted } from "./folded.ts";

interface Queued {
  readonly append: Append;
  readonly owner: Pid<AppendNews>;
}

interface Load {
  readonly list: string;
  readonly to: Pid<Loaded>;
  readonly ref: unknown;
}

export class ManualLog implements EventLog {
  readonly #kept = new MemoryLog();
  readonly generation = this.#kept.generation;
  readonly secret = this.#kept.secret;
  #queue: Queued[] = [];
  #loads: Load[] = [];
  readonly #broken = new Set<string>();
  #isClosed = false;
  readonly #seqs = new Map<string, number>();
  /** What other lists are said to have uncommitted. */
  otherBytes = 0;
  /** Loads wait until `answerLoads`. */
  holdsLoads = false;
  /** Looks back into lists wait until `answerLooks`. */
  holdsLooks = false;
  /** Loads start from a snapshot of all events but so many; undefined: there are none. */
  snapshotsBut: number | undefined;
  /** Looks for events fail. */
  failsEvents = false;
  /** The next look for keys fails after its first part. */
  failsWrites = false;
  /** Looks back that were ever asked for. */
  looks = 0;
  #looks: (() => void)[] = [];
  /** Appends that were ever asked for. */
  appends = 0;

  get uncommittedBytes(): number {
    const bodies = this.#queue.flatMap(({ append }) => append.rows.map(({ body }) => body.length));
    return bodies.reduce((sum, bytes) => sum + bytes, this.otherBytes);
  }

  /** Appends that are neither committed nor refused. */
  get queued(): number {
    return this.#queue.length;
  }

  append(append: Append, owner: Pid<AppendNews>): void {
    if (this.#broken.has(append.list)) throw new Error("the log is broken for this list");
    if (this.#isClosed) return tellRefused(append, owner, "read_only");
    this.appends += 1;
    this.#queue.push({ append, owner });
  }

  load(list: string, to: Pid<Loaded>, ref: unknown): void {
    this.#loads.push({ list, to, ref });
    if (!this.holdsLoads) this.answerLoads();
  }

  events(query: EventsQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#look(() => {
      if (this.failsEvents) tell(to, { type: "look_failed", ref, reason: "io" });
      else this.#kept.events(query, to, ref);
    });
  }

  writes(query: WritesQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#look(() => {
      if (!this.failsWrites) return this.#kept.writes(query, to, ref);
      this.failsWrites = false;
      tell(to, { type: "writes", ref, writes: [], more: true });
      return tell(to, { type: "look_failed", ref, reason: "io" });
    });
  }

  made(query: MadeQuery, to: Pid<LookBack>, ref: unknown): void {
    this.#look(() => this.#kept.made(query, to, ref));
  }

  lists(query: ListsQuery, to: Pid<ListsPage>, ref: unknown): void {
    this.#kept.lists(query, to, ref);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.commit();
  }

  /** Makes the first `count` queued appends durable, as one commit; all when not told. */
  commit(count = this.#queue.length): void {
    const batch = this.#queue.splice(0, count);
    const committed = new Map<string, Queued>();
    const unfit: Queued[] = [];
    const reasons = new Map<string, Refusal>();
    for (const queued of batch) {
      const { list } = queued.append;
      const reason = reasons.get(list) ?? this.#keep(queued.append);
      if (reason === undefined) committed.set(list, queued);
      else {
        reasons.set(list, reason);
        unfit.push(queued);
      }
    }
    for (const [list, { append, owner }] of committed) {
      tell(owner, { type: "committed", list, seq: lastSeqOf(append) });
    }
    for (const { append, owner } of unfit) {
      tellRefused(append, owner, reasons.get(append.list) as Refusal);
    }
    for (const [list, reason] of reasons) this.#refuseQueued(list, reason);
    this.#answerReady();
  }

  /** Refuses the oldest queued append of `list` and all behind it; of any list when not told. */
  refuse(reason: Refusal, list = this.#queue[0]?.append.list): void {
    if (list !== undefined) this.#refuseQueued(list, reason);
    this.#answerReady();
  }

  /** From now on an append of that list throws, as a bug would, and a load finds damage. */
  breakFor(list: string): void {
    this.#broken.add(list);
  }

  mend(): void {
    this.#broken.clear();
  }

  /** Answers the loads that were held and all that come. */
  answerLoads(): void {
    this.holdsLoads = false;
    this.#answerReady();
  }

  /** Answers the looks back that were held and all that come. */
  answerLooks(): void {
    this.holdsLooks = false;
    for (const look of this.#looks.splice(0)) look();
  }

  /** The events of a list that are durable; undefined: it was not born. */
  durable(list: string): readonly StoredEvent[] | undefined {
    return this.#state(list)?.events;
  }

  /** The last durable seq; -1: the list was not born. */
  seqOf(list: string): number {
    return this.#seqs.get(list) ?? -1;
  }

  epochOf(list: string): string | undefined {
    return this.#state(list)?.birth.epoch;
  }

  /** Another writer's append, past the queue and durable at once. True: it fitted. */
  writeBehindItsBack(append: Append): boolean {
    return this.#keep(append) === undefined;
  }

  #look(look: () => void): void {
    this.looks += 1;
    if (this.holdsLooks) this.#looks.push(look);
    else look();
  }

  /** Keeps it, or says why not. */
  #keep(append: Append): Refusal | undefined {
    let refusal: Refusal | undefined;
    this.#kept.append(
      append,
      witness((news) => {
        if (news.type === "refused") refusal = news.reason;
      }),
    );
    if (refusal === undefined) this.#seqs.set(append.list, lastSeqOf(append));
    return refusal;
  }

  #state(list: string) {
    let state: Extract<Loaded, { type: "loaded" }>["state"] = null;
    const take = witness<Loaded>((loaded) => {
      if (loaded.type === "loaded") ({ state } = loaded);
    });
    this.#kept.load(list, take, null);
    return state as { birth: { epoch: string }; events: readonly StoredEvent[] } | null;
  }

  #refuseQueued(list: string, reason: Refusal): void {
    const refused = this.#queue.filter(({ append }) => append.list === list);
    this.#queue = this.#queue.filter(({ append }) => append.list !== list);
    for (const { append, owner } of refused) tellRefused(append, owner, reason);
  }

  #answerReady(): void {
    if (this.holdsLoads) return;
    const isReady = ({ list }: Load) => !this.#queue.some(({ append }) => append.list === list);
    const ready = this.#loads.filter(isReady);
    this.#loads = this.#loads.filter((load) => !isReady(load));
    for (const { list, to, ref } of ready) {
      if (this.#broken.has(list)) tell(to, { type: "load_failed", ref, list, reason: "damaged" });
      else
        this.#kept.load(
          list,
          witness<Loaded>((loaded) => tell(to, this.#cut(loaded))),
          ref,
        );
    }
  }

  #cut(loaded: Loaded): Loaded {
    if (this.snapshotsBut === undefined || loaded.type !== "loaded") return loaded;
    const { state } = loaded;
    if (state === null) return loaded;
    const count = state.events.length - this.snapshotsBut;
    return { ...loaded, state: snapshotted(state, Math.max(0, count)) };
  }
}

/** A pid without a process, for asking a MemoryLog, which tells before it returns. */
function witness<Message>(hear: (message: Message) => void): Pid<Message> {
  return { process: { deliver: hear } } as unknown as Pid<Message>;
}
