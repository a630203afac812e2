/**
 * SyncStore: the store's own code without threads, for tests.
 */
import { DatabaseSync } from "node:sqlite";
import type { StoredEvent } from "../../server/storage/event_log.ts";
import { EventReader, type LoadEnd } from "../../server/storage/event_reader.ts";
import { EventWriter } from "../../server/storage/event_writer.ts";
import { openForReading, openForWriting } from "../../server/storage/sqlite_schema.ts";

/** A writer at `path`, and the connection it writes by. */
export function openWriter(path: string, checkpointEvents?: number) {
  const opened = openForWriting(path, { generation: "generation", secret: "secret" });
  if (!opened.ok) throw new Error(opened.message);
  return { db: opened.db, writer: new EventWriter(opened.db, checkpointEvents) };
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

/** Changes a closed store behind its back. */
export function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}
