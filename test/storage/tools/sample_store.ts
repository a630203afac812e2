/**
 * SampleStore: a store in which there is something of everything, made from a seed: lists that are
 * shared, renamed, deleted and restored, todos in all states, keys, writes of several events, and
 * snapshots.
 */
import { type Append, type EventRow, WITH_THE_NEXT } from "../../../server/storage/event_log.ts";
import { EventReader } from "../../../server/storage/event_reader.ts";
import type { EventWriter } from "../../../server/storage/event_writer.ts";
import { SnapshotMaker } from "../../../server/storage/snapshot_maker.ts";
import { openForReading } from "../../../server/storage/sqlite_schema.ts";
import { eventRow } from "../../../server/todo/event_row.ts";
import { type Random, seeded } from "../../../shared/random.ts";
import { newTodo } from "../../../shared/todo/patch.ts";
import type { Role } from "../../../shared/todo/todo.ts";
import type { Change, ListState } from "../../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../../shared/todo/todo_event.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";
import { openWriter } from "../sync_store.ts";

/** Whoever makes and is given lists. */
export const USERS = ["alice", "bob", "carol@example.org", "d-4", "Erin_5"] as const;
const ROLES: readonly Role[] = ["viewer", "editor", "owner"];
const BEGUN = 1_764_000_000_000;
const TITLES = ["Milk", "Ölwechsel", '🛒 bread "and" butter', "x", "call\u2028mum"];

export interface SampleOptions {
  readonly seed: number;
  readonly lists: number;
  readonly events: number;
  /** Events between two checkpoints of the heads. */
  readonly checkpointEvents?: number;
}

interface List {
  readonly name: string;
  state: ListState;
  life: "alive" | "deleted";
  readonly gone: number[]; // Ids of todos that were deleted.
}

/** The names of the lists of a sample. */
export function nameOf(index: number): string {
  return `list-${index}`;
}

/** Makes it at `path`; the writer is left open, so that some of it is in the write-ahead log. */
export function makeSample(path: string, options: SampleOptions): EventWriter {
  const { seed, lists: count, events, checkpointEvents = 1_000_000 } = options;
  const chance = seeded(seed);
  const { writer } = openWriter(path, checkpointEvents);
  const commit = (append: Append) => {
    const reason = writer.commit([append]).get(0);
    if (reason !== undefined) throw new Error(`${append.list}: ${reason}`);
  };
  const lists: List[] = [];
  for (let index = 0; index < count; index++) lists.push(bear(chance, index, commit));
  for (let done = 0; done < events; ) {
    const list = pick(chance, lists);
    if (list.life === "deleted" || chance() < 0.01) {
      if (list.life === "alive" || chance() < 0.2) live(list, BEGUN + done, commit);
      else done += 1;
      continue;
    }
    const at = BEGUN + 1000 + done;
    const write = rowsOf(chance, list, at);
    commit({ list: list.name, rows: write });
    done += write.length;
    writer.checkpointIfDue();
  }
  for (const list of lists.slice(2, 5)) if (list.life === "alive") live(list, BEGUN * 1.5, commit);
  makeSnapshot(path, writer, nameOf(0));
  makeSnapshot(path, writer, nameOf(1));
  // So that there are events behind a snapshot.
  const [first] = lists;
  if (first?.life === "alive") commit({ list: first.name, rows: rowsOf(chance, first, BEGUN * 2) });
  return writer;
}

function bear(chance: Random, index: number, commit: (append: Append) => void): List {
  const name = nameOf(index);
  const owner = pick(chance, USERS);
  const title = pick(chance, TITLES);
  const key = index % 3 === 0 ? `key-${index}` : null;
  const epoch = `epoch-${index}`;
  commit({ list: name, birth: { epoch, title, owner, at: BEGUN, key, firstSeq: 0 }, rows: [] });
  return { name, state: TodoEvents.empty(title, owner), life: "alive", gone: [] };
}

/** Ends the list, or has it back. */
function live(list: List, at: number, commit: (append: Append) => void): void {
  const { name, state } = list;
  const members = [...state.members].map(([user, role]) => ({ user, role }));
  const isEnd = list.life === "alive";
  const life = {
    epoch: `${name}-${at}`,
    deletedAt: isEnd ? at : null,
    seq: state.seq,
    by: members[0]?.user ?? "",
    members,
  };
  commit({ list: name, rows: [], life });
  list.life = isEnd ? "deleted" : "alive";
}

/** The rows of one write: of one event, or of several todos'. */
function rowsOf(chance: Random, list: List, at: number): EventRow[] {
  const events = chance() < 0.1 ? 3 : 1;
  const rows: EventRow[] = [];
  for (let left = events; left > 0; left--) {
    const seq = list.state.seq + 1;
    const change = events > 1 ? todoChange(chance, list) : anyChange(chance, list);
    const event = { ...change, seq, at, by: pick(chance, USERS), pid: `<0.${seq}.0>` };
    list.state = TodoEvents.apply(list.state, event);
    const key = left > 1 ? WITH_THE_NEXT : chance() < 0.3 ? `add_todo\tkey-${seq}\t1` : null;
    rows.push(eventRow(event, list.state, key));
  }
  return rows;
}

function anyChange(chance: Random, list: List): Change {
  const { members, title } = list.state;
  const among = chance();
  if (among < 0.05) return { op: "list_renamed", title: `${title.slice(0, 20)}+` };
  if (among < 0.15) return { op: "member_set", user: pick(chance, USERS), role: "owner" };
  if (among < 0.25) {
    const user = pick(chance, USERS);
    const owners = [...members].filter(([, role]) => role === "owner");
    const isLast = owners.length === 1 && owners[0]?.[0] === user;
    if (!isLast && members.has(user) && chance() < 0.5) return { op: "member_removed", user };
    if (!isLast) return { op: "member_set", user, role: pick(chance, ROLES) };
  }
  return todoChange(chance, list);
}

function todoChange(chance: Random, { state, gone }: List): Change {
  const seq = state.seq + 1;
  const [some] = TodoList.page(state.todos, Math.floor(chance() * state.todos.next));
  if (some !== undefined && chance() < 0.2) {
    gone.push(some.id);
    return { op: "todo_deleted", id: some.id };
  }
  if (some !== undefined && chance() < 0.4) {
    return { op: "todo_updated", todo: { ...some, done: !some.done, rev: seq } };
  }
  const id = (chance() < 0.1 ? gone.pop() : undefined) ?? state.todos.next;
  const notes = chance() < 0.1 ? "line\n".repeat(Math.floor(chance() * 1000)) : null;
  const tags = chance() < 0.2 ? ["home", "näh"] : null;
  const date = chance() < 0.3 ? "2026-11-29" : null;
  const wanted = { title: `${pick(chance, TITLES)} ${seq}`, notes, tags, date };
  return { op: "todo_added", todo: newTodo(id, seq, wanted) };
}

function makeSnapshot(path: string, writer: EventWriter, list: string): void {
  const opened = openForReading(path);
  if (!opened.ok) throw new Error(opened.message);
  const reader = new EventReader(opened.db);
  const maker = new SnapshotMaker(reader);
  maker.add(list);
  while (maker.isBusy) {
    const made = maker.step();
    if (made !== undefined) writer.writeSnapshotRow(made.row, made.isFirst);
  }
  reader.close();
}

function pick<Value>(chance: Random, values: readonly Value[]): Value {
  return values[Math.floor(chance() * values.length)] as Value;
}
