/**
 * StorageWorker: the storage thread; takes batches, answers each by what was refused of it.
 *
 * Between two batches it writes what the reader's thread makes of snapshots (reader_link.ts).
 * Errors: what EventWriter throws ends this thread, and the main one hears of its death.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert } from "../../shared/assert.ts";
import { EventWriter } from "./event_writer.ts";
import { type FlatBatch, unpack } from "./flat_batch.ts";
import { ReaderLink } from "./reader_link.ts";
import { type Opened, refusalFor, type StoreMarks, setGeneration } from "./sqlite_schema.ts";
import { openTrusted } from "./start_check.ts";
import { lockStore } from "./store_lock.ts";
import { StoreMark } from "./store_mark.ts";
import { CLOSE, type Opening } from "./thread.ts";

export interface StorageWorkerData {
  readonly path: string;
  /** For a store that is made now; the generation also for one that was put back from a copy. */
  readonly marks: StoreMarks;
  readonly checkpointEvents: number | undefined;
  readonly snapshotEvents: number | undefined;
}

/** Its end of the way to a new reader's thread. */
export interface ReaderPort {
  readonly port: MessagePort;
}

assert(parentPort !== null, "storage_worker runs as a worker thread");
const port = parentPort;
const { path, marks, checkpointEvents, snapshotEvents } = workerData as StorageWorkerData;

port.postMessage(open());

function open(): Opening {
  const lock = lockStore(path);
  if (!lock.ok) return lock;
  const mark = new StoreMark(path);
  const opened = openWriter();
  if (!opened.ok) return opened;
  const { writer } = opened;
  const isCopy = mark.isCopy(writer.pos);
  // What was seen of this log may be no part of it, so nobody may go on from there.
  if (isCopy && !setGeneration(opened.db, marks.generation)) {
    const full = "its disk is full or read-only, so it cannot be marked as put back";
    return { ok: false, message: `${path} was put back from a copy, and ${full}.` };
  }
  mark.begin(writer.pos);
  process.on("uncaughtExceptionMonitor", () => mark.fail()); // What ends this thread, see above.
  const reader = new ReaderLink(writer);
  port.on("message", (message: FlatBatch | ReaderPort | typeof CLOSE) => {
    if (message === CLOSE) {
      reader.close();
      writer.checkpoint();
      mark.closing();
      writer.close();
      mark.close();
      lock.release();
      port.close();
      return;
    }
    if ("port" in message) return reader.connect(message.port);
    port.postMessage(writer.commit(unpack(message)));
    mark.move(writer.pos);
    writer.checkpointIfDue();
    reader.tellCommitted();
  });
  const { generation } = isCopy ? marks : opened.marks;
  return { ok: true, marks: { ...opened.marks, generation }, isCopy };
}

/** The writer has looked at what came after the last checkpoint; that may be damaged too. */
function openWriter(): (Opened & { ok: true; writer: EventWriter }) | (Opened & { ok: false }) {
  const opened = openTrusted(path, marks);
  if (!opened.ok) return opened;
  try {
    return { ...opened, writer: new EventWriter(opened.db, checkpointEvents, snapshotEvents) };
  } catch (error) {
    opened.db.close();
    return refusalFor(path, error);
  }
}
