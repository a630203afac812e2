/**
 * StorageWorker: the storage thread; takes batches, answers each by what was refused of it.
 *
 * Errors: what EventWriter throws ends this thread, and the main one hears of its death.
 */
import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../shared/assert.ts";
import { EventWriter } from "./event_writer.ts";
import { type FlatBatch, unpack } from "./flat_batch.ts";
import { openForWriting, type StoreMarks, setGeneration } from "./sqlite_schema.ts";
import { lockStore } from "./store_lock.ts";
import { StoreMark } from "./store_mark.ts";
import { CLOSE, type Opening } from "./thread.ts";

export interface StorageWorkerData {
  readonly path: string;
  /** For a store that is made now; the generation also for one that was put back from a copy. */
  readonly marks: StoreMarks;
  readonly checkpointEvents: number | undefined;
}

assert(parentPort !== null, "storage_worker runs as a worker thread");
const port = parentPort;
const { path, marks, checkpointEvents } = workerData as StorageWorkerData;

port.postMessage(open());

function open(): Opening {
  const lock = lockStore(path);
  if (!lock.ok) return lock;
  const opened = openForWriting(path, marks);
  if (!opened.ok) return opened;
  const writer = new EventWriter(opened.db, checkpointEvents);
  const mark = new StoreMark(path);
  const isCopy = mark.isCopy(writer.pos);
  // What was seen of this log may be no part of it, so nobody may go on from there.
  if (isCopy && !setGeneration(opened.db, marks.generation)) {
    const full = "its disk is full or read-only, so it cannot be marked as put back";
    return { ok: false, message: `${path} was put back from a copy, and ${full}.` };
  }
  mark.begin(writer.pos);
  port.on("message", (message: FlatBatch | typeof CLOSE) => {
    if (message === CLOSE) {
      writer.close();
      mark.close();
      lock.release();
      port.close();
      return;
    }
    port.postMessage(writer.commit(unpack(message)));
    mark.move(writer.pos);
    writer.checkpointIfDue();
  });
  const { generation } = isCopy ? marks : opened.marks;
  return { ok: true, marks: { ...opened.marks, generation }, isCopy };
}
