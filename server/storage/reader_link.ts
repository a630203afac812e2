/**
 * ReaderLink: the storage thread's way to the reader's, past the main thread.
 *
 * It says of which lists a snapshot is due, and where lists end that much was committed to; it
 * writes the rows that it is sent, between two batches.
 */
import type { MessagePort } from "node:worker_threads";
import type { EventWriter } from "./event_writer.ts";
import type { RowToWrite } from "./snapshot_maker.ts";
import type { StorageNews } from "./snapshot_work.ts";

/** Events after which the reader is told, so that a load has some 1 ms of them to look at. */
const TOLD_EVENTS = 2000;

/** That of one writer. A reader's thread that died is followed by another. */
export class ReaderLink {
  readonly #writer: EventWriter;
  #port: MessagePort | undefined;
  #toldPos: number;

  constructor(writer: EventWriter) {
    this.#writer = writer;
    this.#toldPos = writer.pos;
  }

  connect(port: MessagePort): void {
    this.#port = port;
    port.on("message", ({ row, isFirst }: RowToWrite) => {
      this.#tell({ type: "written", ok: this.#writer.writeSnapshotRow(row, isFirst) });
    });
  }

  /** A batch is committed. */
  tellCommitted(): void {
    const { pos } = this.#writer;
    for (const list of this.#writer.takeDue()) this.#tell({ type: "due", list });
    if (pos < this.#toldPos + TOLD_EVENTS) return;
    this.#toldPos = pos;
    const moved = this.#writer.takeMoved();
    this.#port?.postMessage({ type: "moved", moved } satisfies StorageNews, [moved.heads.buffer]);
  }

  close(): void {
    this.#port?.close();
  }

  #tell(news: StorageNews): void {
    this.#port?.postMessage(news);
  }
}
