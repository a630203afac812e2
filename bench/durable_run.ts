/**
 * durable_run: what durability costs: a lone write and 1,000 writers, through the log as the server
 * has it, beside the bare thing on the same disk.
 *
 * Params: one JSON argument, DurableOptions. Result: one JSON line on stdout.
 * Order:  ours and the bare one alternate within a run, each on files of its own.
 * Bare:   of the lone write one `write` and `fdatasync` of the same bytes; of the many a loop that
 *         inserts the same rows into SQLite (WAL, synchronous=FULL), in batches of as many.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { type Pid, Runtime, startCallback } from "../server/runtime/index.ts";
import type { Append, AppendNews, EventLog, EventRow } from "../server/storage/event_log.ts";
import { openSqliteLog } from "../server/storage/sqlite_log.ts";

export interface DurableOptions {
  readonly runs: number;
  /** Measured time of each part of each run. */
  readonly measureMs: number;
}

/** p50 of a write by one writer, ms; events a second of 1,000; how late the main thread was, ms. */
export interface DurableFigures {
  readonly lone: number;
  readonly bareLone: number;
  readonly many: number;
  readonly bareMany: number;
  readonly delayP99: number;
}

const WRITERS = 1_000;
const LISTS = 64;
const WARM_UP_MS = 1_500;

function rowOf(seq: number): EventRow {
  const todo = { id: seq, title: `Todo number ${seq}`, date: "2026-12-24", done: false, rev: seq };
  const body = JSON.stringify({ op: "todo_added", todo });
  return {
    seq,
    at: 1_767_225_600_000,
    user: "alice",
    pid: "<0.117.0>",
    key: null,
    count: seq,
    body,
  };
}

/** Writers in one process, each with one append under way; `list-n` is written by every 64th. */
class Writers {
  readonly #log: EventLog;
  readonly #pid: Pid<AppendNews>;
  readonly #runtime: Runtime;
  readonly #next: number[] = new Array(LISTS).fill(1); // By list: the next seq.
  readonly #told: number[] = new Array(LISTS).fill(0); // By list: the last one committed.
  #committed = 0;
  #heard: (events: number) => void = () => {};

  constructor(log: EventLog) {
    this.#log = log;
    this.#runtime = new Runtime();
    this.#pid = startCallback(this.#runtime, (message) => this.#hear(message as AppendNews)).pid;
  }

  /** Makes the lists; resolves when they are there. */
  async begin(): Promise<void> {
    const birth = { epoch: "e", title: "Bench", at: 1_767_225_600_000, key: null, firstSeq: 0 };
    let left = LISTS;
    const made = Promise.withResolvers<void>();
    this.#heard = () => {
      left -= 1;
      if (left === 0) made.resolve();
    };
    for (let list = 0; list < LISTS; list++) {
      this.#append({ list: `list-${list}`, birth: { ...birth, owner: `alice${list}` }, rows: [] });
    }
    await made.promise;
  }

  /** One write after the other; the time of each, in ms. */
  async lone(measureMs: number): Promise<number[]> {
    const took: number[] = [];
    const until = performance.now() + measureMs;
    for (let before = performance.now(); before < until; ) {
      await new Promise<void>((resolve) => {
        this.#heard = () => resolve();
        this.#write(0);
      });
      const now = performance.now();
      took.push(now - before);
      before = now;
    }
    return took;
  }

  /** Events a second of all writers together. */
  async many(measureMs: number): Promise<number> {
    const startedAt = performance.now();
    const before = this.#committed;
    const over = Promise.withResolvers<number>();
    let underWay = WRITERS;
    let rate = 0;
    this.#heard = (events) => {
      const ms = performance.now() - startedAt;
      if (rate === 0 && ms >= measureMs) rate = ((this.#committed - before) * 1000) / ms;
      if (rate === 0) return;
      underWay -= events;
      if (underWay === 0) over.resolve(rate);
    };
    this.#isMany = () => rate === 0;
    for (let writer = 0; writer < WRITERS; writer++) this.#write(writer % LISTS);
    const result = await over.promise;
    this.#isMany = () => false;
    return result;
  }

  #isMany: () => boolean = () => false;

  #hear(news: AppendNews): void {
    if (news.type === "refused") throw new Error(`refused: ${news.reason}`);
    const list = Number(news.list.slice("list-".length));
    const events = news.seq - (this.#told[list] ?? 0);
    this.#told[list] = news.seq;
    this.#committed += events;
    this.#heard(events);
    for (let event = 0; this.#isMany() && event < events; event++) this.#write(list);
  }

  #write(list: number): void {
    const seq = this.#next[list] ?? 1;
    this.#next[list] = seq + 1;
    this.#append({ list: `list-${list}`, rows: [rowOf(seq)] });
  }

  #append(append: Append): void {
    this.#log.append(append, this.#pid);
  }
}

function bareLone(path: string, measureMs: number): number[] {
  const file = openSync(path, "a");
  const took: number[] = [];
  const until = performance.now() + measureMs;
  for (let seq = 1, before = performance.now(); before < until; seq++) {
    writeSync(file, JSON.stringify(rowOf(seq)));
    fdatasyncSync(file);
    const now = performance.now();
    took.push(now - before);
    before = now;
  }
  closeSync(file);
  return took;
}

function bareMany(path: string, measureMs: number): number {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000");
  db.exec(`CREATE TABLE IF NOT EXISTS events (pos INTEGER PRIMARY KEY, list INTEGER, seq INTEGER,
    at INTEGER, user TEXT, pid TEXT, key TEXT, count INTEGER, body TEXT)`);
  const insert = db.prepare("INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)");
  const startedAt = performance.now();
  let events = 0;
  for (; performance.now() - startedAt < measureMs; events += WRITERS) {
    db.exec("BEGIN IMMEDIATE");
    for (let n = 0; n < WRITERS; n++) {
      const { seq, at, user, pid, key, count, body } = rowOf(events + n);
      insert.run(n % LISTS, seq, at, user, pid, key, count, body);
    }
    db.exec("COMMIT");
  }
  const rate = (events * 1000) / (performance.now() - startedAt);
  db.close();
  return rate;
}

async function measure(folder: string, run: number, measureMs: number): Promise<DurableFigures> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const opened = await openSqliteLog({ path: join(folder, `ours${run}.db`), onFatal });
  if (!opened.ok) throw new Error(opened.message);
  const writers = new Writers(opened.log);
  await writers.begin();
  await writers.many(WARM_UP_MS);
  const lone = middle(await writers.lone(measureMs));
  const alone = middle(bareLone(join(folder, `bare${run}`), measureMs));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const many = await writers.many(measureMs);
  delay.disable();
  await opened.log.close();
  const bare = bareMany(join(folder, `bare${run}.db`), measureMs);
  const delayP99 = delay.percentile(99) / 1e6 - 1; // It counts from one tick of 1 ms to the next.
  return { lone, bareLone: alone, many, bareMany: bare, delayP99 };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const folder = mkdtempSync(join(tmpdir(), "todo-bench-"));
try {
  const { runs, measureMs } = JSON.parse(process.argv[2] ?? "{}") as DurableOptions;
  const figures: DurableFigures[] = [];
  for (let run = 0; run < runs; run++) figures.push(await measure(folder, run, measureMs));
  console.log(JSON.stringify(figures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
