/**
 * SnapshotCheck: whether a list's snapshot is what its events make.
 *
 * Its own sums tell that it is what was written; that it was written right only the events tell,
 * so they are folded once more.
 */
import type { Change } from "../../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../../shared/todo/todo_event.ts";
import { headOf, partsOf } from "../snapshot.ts";
import type { Snapshots } from "../snapshots.ts";
import type { ListProofs, ProvenList } from "./list_proof.ts";

/** "none": the list has no snapshot. */
export type SnapshotState = "none" | "right" | "wrong";

/** How the snapshot of a proven list is. Memory: that of the list. */
export function snapshotState(
  snapshots: Snapshots,
  proofs: ListProofs,
  list: ProvenList,
): SnapshotState {
  const kept = snapshots.newest(list.end);
  if (kept === undefined) return "none";
  if (kept === "damaged") return "wrong";
  const { seq, head, parts } = kept.snapshot;
  let state = TodoEvents.empty(list.birth.title, list.birth.owner);
  for (const event of proofs.events(list, seq)) {
    const change = JSON.parse(event.body) as Change;
    state = TodoEvents.apply(state, { ...change, seq: event.seq });
  }
  const made = [...partsOf(state)];
  const isSame = made.length === parts.length && made.every((part, at) => part === parts[at]);
  return isSame && headOf(state) === head ? "right" : "wrong";
}
