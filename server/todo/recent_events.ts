/**
 * RecentEvents: the last committed events of one list, for subscribers that come back.
 *
 * Bound: at least RESUME_EVENTS_MAX of them, if there were so many, at most twice that.
 * Source: PROTOCOL.md section 5, the table of positions.
 */
import { RESUME_BYTES_MAX, RESUME_EVENTS_MAX } from "../../shared/protocol/limits.ts";
import type { SnapshotReason } from "../../shared/protocol/results.ts";
import type { TodoEvent } from "../../shared/todo/todo_event.ts";

/** What a subscriber has already. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export class RecentEvents {
  #events: TodoEvent[] = [];

  add(event: TodoEvent): void {
    this.#events.push(event);
    if (this.#events.length >= 2 * RESUME_EVENTS_MAX) {
      this.#events = this.#events.slice(-RESUME_EVENTS_MAX);
    }
  }

  /** The events after `had` up to `now`, or why it must be a snapshot. */
  since(had: Position, now: Position): readonly TodoEvent[] | SnapshotReason {
    if (had.epoch !== now.epoch) return "epoch";
    const missed = now.seq - had.seq;
    if (missed < 0) return "ahead";
    if (missed > RESUME_EVENTS_MAX) return "too_many";
    const events = missed === 0 ? [] : this.#events.slice(-missed);
    if (events.length < missed) return "trimmed";
    return Buffer.byteLength(JSON.stringify(events)) > RESUME_BYTES_MAX ? "too_many" : events;
  }
}
