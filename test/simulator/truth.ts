/**
 * Truth: what is on the simulated disk, list by list, as the judges know it; and the judgement of
 * every append on its way there.
 *
 * Shape: an era is a past that goes on; a store put back from a copy begins another one, with as
 *        much of the past as the copy has.
 * Order: an append is judged when it becomes durable: seq + 1 without gaps, ids given out in order
 *        and never again, rights, each write and each key once.
 */
import {
  type Append,
  type Birth,
  type EventRow,
  type Life,
  type LifeChange,
  type StoredEvent,
  WITH_THE_NEXT,
} from "../../server/storage/event_log.ts";
import type { Role } from "../../shared/todo/todo.ts";
import type { Change } from "../../shared/todo/todo_event.ts";
import { mayAs } from "./command_model.ts";
import { changedBy, type ListModel, newList, todoIn } from "./list_model.ts";
import { must } from "./violation.ts";

/** One list as it is on disk. */
export interface TrueList {
  readonly list: string;
  readonly birth: Birth;
  readonly events: StoredEvent[];
  /** The list after each seq, from 0 on. */
  readonly states: ListModel[];
  /** When each event became durable, from seq 1 on, in milliseconds of virtual time. */
  readonly durableAt: number[];
  life: Life | null;
  /** How often it was deleted or restored. */
  lives: number;
  /** The highest seq that anybody was told of; -1: not even that it is there. */
  told: number;
  /** Its own halves of epochs, the first one first. */
  readonly epochs: string[];
}

/** What a key names: the write's method, and the seq of its last event. */
export interface TrueKey {
  readonly method: string;
  readonly seq: number;
}

/** The list as it is now. */
export function stateOf({ states }: TrueList): ListModel {
  return states.at(-1) as ListModel;
}

/** One past. */
class Era {
  readonly lists = new Map<string, TrueList>();
  /** The words that name a write, and where they are. */
  readonly words = new Map<string, { readonly list: string; readonly seq: number }>();
  /** By list, user and key. */
  readonly keys = new Map<string, TrueKey>();
  /** By user and key: those of `start`. */
  readonly starts = new Set<string>();
}

export class Truth {
  readonly #now: () => number;
  readonly #eras: Era[] = [new Era()];
  /** The appends that each record of the disk has brought. */
  #journal: (readonly Append[])[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Which past goes on: 0 at first. */
  get era(): number {
    return this.#eras.length - 1;
  }

  /** Records of the disk that are known. */
  get records(): number {
    return this.#journal.length;
  }

  get lists(): ReadonlyMap<string, TrueList> {
    return this.#current.lists;
  }

  /** Where the write is that has this word, in the past that goes on or in an earlier one. */
  find(word: string, era = this.era): { readonly list: string; readonly seq: number } | undefined {
    return this.#eras[era]?.words.get(word);
  }

  /** What that key of the user's names in the list; undefined: no write. */
  key(list: string, user: string, key: string): TrueKey | undefined {
    return this.#current.keys.get(`${list} ${user} ${key}`);
  }

  /** A record has become durable; `kept` of its appends were not refused. */
  learn(kept: readonly Append[]): void {
    this.#journal.push(kept);
    for (const append of kept) this.#append(append);
  }

  /** The store is that of an old copy now, which had so many records. */
  putBack(records: number): void {
    this.#eras.push(new Era());
    const journal = this.#journal.slice(0, records);
    this.#journal = [];
    for (const kept of journal) this.learn(kept);
  }

  /** Somebody was told of that seq of the list. */
  told(list: string, seq: number): void {
    const known = this.lists.get(list);
    if (known !== undefined && seq > known.told) known.told = seq;
  }

  get #current(): Era {
    return this.#eras.at(-1) as Era;
  }

  #append(append: Append): void {
    const { list, birth, life, rows } = append;
    if (birth !== undefined) this.#bear(list, birth);
    const known = this.lists.get(list);
    must(known !== undefined, () => `${list} was written before it was born`);
    if (life !== undefined) return lives(known, life);
    must(known.life?.deletedAt === undefined || known.life.deletedAt === null, () => {
      return `${list} was written after it was deleted`;
    });
    const before = stateOf(known);
    for (const row of rows) this.#row(known, before, row);
  }

  #bear(list: string, birth: Birth): void {
    const { lists, starts } = this.#current;
    must(!lists.has(list), () => `${list} was born twice`);
    const { owner, key, title, epoch } = birth;
    if (key !== null) {
      const start = `${owner} ${key}`;
      must(!starts.has(start), () => `two lists by one start: ${start}`);
      starts.add(start);
    }
    const states = [newList(title, owner)];
    const fresh = { life: null, lives: 0, told: -1, epochs: [epoch] };
    lists.set(list, { list, birth, events: [], states, durableAt: [], ...fresh });
  }

  #row(known: TrueList, write: ListModel, row: EventRow): void {
    const { list, states, events } = known;
    const before = stateOf(known);
    const { seq, at, user, pid, key, body } = row;
    const where = `${list} @${seq}`;
    must(seq === before.seq + 1, () => `${where} comes after ${before.seq}`);
    must(at >= (events.at(-1)?.at ?? known.birth.at), () => `${where}: time went back`);
    const change = JSON.parse(body) as Change;
    const wanted = wantedFor(change, user);
    must(mayAs(write.members.get(user), wanted), () => `${where}: ${user} may not ${change.op}`);
    this.#id(where, before, { change, seq });
    const word = wordOf(change);
    if (word !== undefined) {
      const { words } = this.#current;
      must(!words.has(word), () => `${where}: ${word} was done before`);
      words.set(word, { list, seq });
    }
    if (key !== null && key !== WITH_THE_NEXT) {
      const [method = "", name] = key.split("\t");
      const full = `${list} ${user} ${name}`;
      const { keys } = this.#current;
      must(!keys.has(full), () => `two writes under one key: ${full}`);
      keys.set(full, { method, seq });
    }
    events.push({ seq, at, user, pid, key, body });
    states.push(changedBy(before, change));
    known.durableAt.push(this.#now());
  }

  #id(where: string, before: ListModel, { change, seq }: { change: Change; seq: number }): void {
    if (change.op !== "todo_added" && change.op !== "todo_updated") return;
    const { id, rev } = change.todo;
    must(rev === seq, () => `${where}: its rev is ${rev}`);
    if (change.op === "todo_added") {
      const { next } = before;
      must(id === next, () => `${where}: the id ${id} where ${next} comes next`);
    } else must(todoIn(before, id) !== undefined, () => `${where}: there is no todo ${id}`);
  }
}

/** A list ends, or comes back: under a name of its log that none had before. */
function lives(known: TrueList, life: LifeChange): void {
  const { list, epochs } = known;
  const { epoch, deletedAt, by, seq } = life;
  must(stateOf(known).members.get(by) === "owner", () => `${list}: ${by} ended it`);
  must(seq === stateOf(known).seq, () => `${list}: its life changed at ${seq}`);
  const isAlive = (known.life?.deletedAt ?? null) === null;
  must(isAlive === (deletedAt !== null), () => `${list} was ended or restored twice`);
  if (isAlive) must(epoch === epochs.at(-1), () => `${list} ended in another epoch`);
  else {
    must(!epochs.includes(epoch), () => `${list} was restored in the epoch ${epoch} it had had`);
    epochs.push(epoch);
  }
  known.life = { epoch, deletedAt };
  known.lives += 1;
}

function wantedFor(change: Change, user: string): Role {
  switch (change.op) {
    case "todo_added":
    case "todo_updated":
    case "todo_deleted":
      return "editor";
    case "member_removed":
      return change.user === user ? "viewer" : "owner";
    default:
      return "owner";
  }
}

/** The word by which a write is known: the workload gives every title once. */
export function wordOf(change: Change): string | undefined {
  switch (change.op) {
    case "todo_added":
    case "todo_updated":
      return change.todo.title;
    case "list_renamed":
      return change.title;
    default:
      return undefined;
  }
}
