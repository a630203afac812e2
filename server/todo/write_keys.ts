/**
 * WriteKeys: the keyed writes of one list that are remembered, so that a repeat changes nothing.
 *
 * Owner: one TodoServer, which asks the log for them when it is first given a key after its start.
 * Shape: in the log, the key of an event is "METHOD\tKEY\tWHAT", by which the first result can be
 *        told again: WHAT is the id of the todo, or of a `tx` the results of its ops as JSON. It
 *        stands with the last event of a write. Neither method nor key holds a tab.
 * Bound: all of the last KEYS_ALL_KEPT_MS, and of the last KEYS_KEPT_MS the last KEYS_KEPT_MAX; the
 *        same again of those that the log had.
 * Source: PROTOCOL.md section 2.
 */
import { KEYS_ALL_KEPT_MS, KEYS_KEPT_MAX, KEYS_KEPT_MS } from "../../shared/protocol/limits.ts";
import type { TodoId } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { type StoredWrite, WITH_THE_NEXT, type WritesQuery } from "../storage/event_log.ts";
import { membersOf } from "./decide.ts";
import { type Answer, type Command, refuse } from "./todo_request.ts";

/** What of a write is kept beside its key: an id, or JSON; "" when there is nothing. */
type What = string;

/** One remembered write; `seq` is that of its last event. */
interface Write {
  readonly method: Command["type"];
  readonly what: What;
  readonly seq: number;
  readonly at: number;
}

/** Who names which write how. */
export interface KeyedWrite {
  readonly user: string;
  readonly key: string;
  readonly method: Command["type"];
}

/** Most writes: one event, without a key. */
const NO_KEY: readonly null[] = [null];

/** The text that the log keeps with each of a write's events, of which there is one or more. */
export function keyTexts(
  command: Command,
  result: object,
  events: number,
): readonly (string | null)[] {
  const { type, key } = command;
  if (key === undefined && events === 1) return NO_KEY;
  const texts: (string | null)[] = Array(events - 1).fill(WITH_THE_NEXT);
  texts.push(key === undefined ? null : `${type}\t${key}\t${whatOf(result)}`);
  return texts;
}

/** Which writes a list must be asked for at `now`, in milliseconds since 1970. */
export function writesQuery(list: string, now: number): WritesQuery {
  const since = now - KEYS_KEPT_MS;
  return { list, since, allSince: now - KEYS_ALL_KEPT_MS, limit: KEYS_KEPT_MAX };
}

export class WriteKeys {
  /** By user and key, the oldest first. */
  readonly #writes = new Map<string, Write>();
  /** Those that the log had. undefined: it has not been asked yet. */
  #former: Map<string, Write> | undefined;
  /** What of them has come so far. */
  #parts = new Map<string, Write>();
  #formerUntil = 0; // When the youngest of them was made.
  /** Those that may still be refused by the log, the oldest first. */
  readonly #unsure: { readonly name: string; readonly seq: number }[] = [];

  get isKnown(): boolean {
    return this.#former !== undefined;
  }

  /**
   * What the log has of them, in parts, the newest first; none of a list that is being born.
   * `more`: this was not all, so none are known yet.
   */
  know(stored: readonly StoredWrite[], more: boolean): void {
    for (const { seq, at, user, key } of stored) {
      const [method = "", name = "", what = ""] = key.split("\t", 3);
      const known = nameOf(user, name);
      if (this.#parts.has(known)) continue; // By a later write.
      this.#parts.set(known, { method: method as Write["method"], what, seq, at });
      this.#formerUntil = Math.max(this.#formerUntil, at);
    }
    if (more) return;
    this.#former = this.#parts;
    this.#parts = new Map();
  }

  /** The rest will not come: the log is to be asked anew. */
  forgetParts(): void {
    this.#parts = new Map();
  }

  /** The answer to a repeat of a write that is remembered; undefined: it is none. */
  replay({ user, key, method }: KeyedWrite, state: ListState, now: number): Answer | undefined {
    const name = nameOf(user, key);
    const write = this.#writes.get(name) ?? this.#former?.get(name);
    if (write === undefined || now - write.at > KEYS_KEPT_MS) return undefined;
    if (write.method !== method) {
      return refuse("key_reused", `This key named a write of ${write.method}; make a new one.`);
    }
    return { ok: true, result: { ...resultOf(write, state), replayed: true } };
  }

  /** A write was decided; it is forgotten again when the log refuses it (`dropBack`). */
  add({ user, key, method }: KeyedWrite, result: object, at: number): void {
    const { seq } = result as { seq: number };
    const name = nameOf(user, key);
    this.#writes.delete(name); // So that it stands where it belongs by age.
    this.#writes.set(name, { method, what: whatOf(result), seq, at });
    this.#unsure.push({ name, seq });
    this.#forgetOld(at);
  }

  /** The log has all up to `seq`. */
  committed(seq: number): void {
    const { length } = this.#unsure;
    if (length === 0) return;
    const left = this.#unsure.findIndex((unsure) => unsure.seq > seq);
    this.#unsure.splice(0, left < 0 ? length : left);
  }

  /** The log has refused all that it had not committed. */
  dropBack(): void {
    for (const { name } of this.#unsure.splice(0)) this.#writes.delete(name);
  }

  #forgetOld(now: number): void {
    const writes = this.#writes;
    for (const [name, { at }] of writes) {
      const isTooMany = writes.size > KEYS_KEPT_MAX && now - at > KEYS_ALL_KEPT_MS;
      if (!isTooMany && now - at <= KEYS_KEPT_MS) break;
      writes.delete(name);
    }
    const isEnough = writes.size >= KEYS_KEPT_MAX && now - this.#formerUntil > KEYS_ALL_KEPT_MS;
    if (isEnough || now - this.#formerUntil > KEYS_KEPT_MS) this.#former?.clear();
  }
}

function nameOf(user: string, key: string): string {
  return `${user}\n${key}`;
}

function whatOf(result: object): What {
  const { id, todo, results } = result as {
    id?: TodoId;
    todo?: { id: TodoId };
    results?: readonly object[];
  };
  return results === undefined ? String(id ?? todo?.id ?? "") : JSON.stringify(results);
}

/** The first result, as it is told again: with what is there now where it told of more than seq. */
function resultOf({ method, what, seq }: Write, state: ListState): object {
  switch (method) {
    case "add_todo":
      return { id: Number(what), rev: seq, seq };
    case "update_todo": {
      const todo = TodoList.get(state.todos, Number(what));
      return { ...(todo && { todo }), changed: true, seq };
    }
    case "delete_todo":
    case "rename_list":
      return { changed: true, seq };
    case "share":
    case "unshare":
      return { members: membersOf(state), changed: true, seq };
    case "tx":
      return { results: JSON.parse(what) as object[], seq };
    default:
      return method satisfies never;
  }
}
