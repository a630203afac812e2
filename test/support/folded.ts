/**
 * Folded: a list as a load of it makes it, and the same load with a snapshot in place of events.
 */
import type { LoadedList } from "../../server/storage/event_log.ts";
import { headOf, partsOf } from "../../server/storage/snapshot.ts";
import { type Recovered, Recovery } from "../../server/todo/todo_recovery.ts";

/** What a TodoServer makes of it. */
export function folded(loaded: LoadedList): Recovered {
  const recovery = new Recovery(loaded);
  for (;;) {
    const recovered = recovery.step();
    if (recovered !== undefined) return recovered;
  }
}

/** As from a log that had made a snapshot after `count` of these events; 0: none. */
export function snapshotted(loaded: LoadedList, count: number): LoadedList {
  const before = loaded.events.slice(0, count);
  const last = before.at(-1);
  if (last === undefined) return loaded;
  const { state } = folded({ ...loaded, events: before });
  const snapshot = {
    seq: last.seq,
    at: last.at,
    head: headOf(state),
    parts: [...partsOf(state)],
  };
  return { ...loaded, snapshot, events: loaded.events.slice(count) };
}
