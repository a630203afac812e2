/**
 * TodoRecovery: from what the log has of a list to the list as it was.
 */
import { assert } from "../../shared/assert.ts";
import type { Change, ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import type { Birth, StoredEvent } from "../storage/event_log.ts";
import { RecentEvents } from "./recent_events.ts";

/** A list brought back. `lastAt`: the time of its last event, or of its birth. */
export interface Recovered {
  readonly epoch: string;
  readonly state: ListState;
  readonly recent: RecentEvents;
  readonly lastAt: number;
}

/** Folds the events, which must follow each other without a gap. */
export function recover(birth: Birth, events: readonly StoredEvent[]): Recovered {
  const recent = new RecentEvents();
  let state = TodoEvents.empty(birth.title, birth.owner);
  for (const stored of events) {
    assert(stored.seq === state.seq + 1, `event ${stored.seq} in the log after ${state.seq}`);
    const event = eventOf(stored);
    state = TodoEvents.apply(state, event);
    recent.add(event);
  }
  return { epoch: birth.epoch, state, recent, lastAt: events.at(-1)?.at ?? birth.at };
}

function eventOf({ seq, at, user, pid, body }: StoredEvent): TodoEvent {
  return { ...(JSON.parse(body) as Change), seq, at, by: user, pid };
}
