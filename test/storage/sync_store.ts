/**
 * SyncStore: the store's own code without threads, for tests.
 */
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { LoadedList, StoredEvent } from "../../server/storage/event_log.ts";
import { EventReader, type LoadDone, type LoadEnd } from "../../server/storage/event_reader.ts";
import { EventWriter } from "../../server/storage/event_writer.ts";
import { SnapshotMaker } from "../../server/storage/snapshot_maker.ts";
import { openForReading, openForWriting } from "../../server/storage/sqlite_schema.ts";

/** A writer at `path`, and the connection it writes by. */
export function openWriter(path: string, checkpointEvents?: number, snapshotEvents?: number) {
  const opened = openForWriting(path, { generation: "generation", secret: "secret" });
  if (!opened.ok) throw new Error(opened.message);
  return { db: opened.db, writer: new EventWriter(opened.db, checkpointEvents, snapshotEvents) };
}

export function openReader(path: string): EventReader {
  const opened = openForReading(path);
  if (!opened.ok) throw new Error(opened.message);
  return new EventReader(opened.db);
}

/** Takes all steps of a load; events from the first on. */
export function load(reader: EventReader, list: string): { end: LoadEnd; events: StoredEvent[] } {
  const steps = reader.load(list);
  const events: StoredEvent[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return { end: value, events: events.reverse() };
    events.push(...value);
  }
}

/** The list as a load gives it; it must be there, and whole. */
export function loaded(reader: EventReader, list: string): LoadedList & LoadDone {
  const { end, events } = load(reader, list);
  if (!end.ok || end.birth === null) throw new Error(`${list}: ${JSON.stringify(end)}`);
  return { ...end, events };
}

/** Makes a snapshot of the list, if it has events since the last. */
export function makeSnapshot(path: string, writer: EventWriter, list: string): void {
  const reader = openReader(path);
  const maker = new SnapshotMaker(reader);
  maker.add(list);
  while (maker.isBusy) {
    const step = maker.step();
    if (step !== undefined) expect(writer.writeSnapshotRow(step.row, step.isFirst)).toBe(true);
  }
  reader.close();
}

/** Changes a closed store behind its back. */
export function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}
