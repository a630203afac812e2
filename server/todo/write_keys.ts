/**
 * WriteKeys: the keyed writes of one list that are remembered, so that a repeat changes nothing.
 *
 * Owner: one TodoServer, which asks the log for them when it is first given a key after its start.
 * Shape: in the log, the key of an event is JSON: [method, key, what], by which the first result
 *        can be told again: `what` is the id of the todo, or of a `tx` the results of its ops. It
 *        stands with the last event of a write; those before it have ["+"]: they belong to the
 *        next one.
 * Bound: all of the last KEYS_ALL_KEPT_MS, and of the last KEYS_KEPT_MS the last KEYS_KEPT_MAX.
 * Source: PROTOCOL.md section 2.
 */
import { KEYS_ALL_KEPT_MS, KEYS_KEPT_MAX, KEYS_KEPT_MS } from "../../shared/protocol/limits.ts";
import type { TodoId } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { StoredWrite, WritesQuery } from "../storage/event_log.ts";
import { membersOf } from "./decide.ts";
import { type Answer, type Command, refuse } from "./todo_request.ts";

/** What of a write is kept beside its key. */
type What = TodoId | readonly object[] | undefined;

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

/** Kept with an event that belongs to the same write as the one after it. */
const WITH_THE_NEXT = '["+"]';

/** The text that the log keeps with each of a write's events, of which there is one or more. */
export function keyTexts(command: Command, result: object, events: number): (string | null)[] {
  const { type, key } = command;
  const texts: (string | null)[] = Array(events - 1).fill(WITH_THE_NEXT);
  texts.push(key === undefined ? null : JSON.stringify([type, key, whatOf(result)]));
  return texts;
}

/** Which writes a list must be asked for at `now`, in milliseconds since 1970. */
export function writesQuery(list: string, now: number): WritesQuery {
  const since = now - KEYS_KEPT_MS;
  return { list, since, allSince: now - KEYS_ALL_KEPT_MS, limit: KEYS_KEPT_MAX };
}

export class WriteKeys {
  /** By user and key, the oldest first. undefined: the log has not been asked yet. */
  #writes: Map<string, Write> | undefined;

  get isKnown(): boolean {
    return this.#writes !== undefined;
  }

  /** What the log has of them, the newest first; [] of a list that is being born. */
  know(stored: readonly StoredWrite[]): void {
    this.#writes = new Map();
    for (const { seq, at, user, key } of stored.toReversed()) {
      const [method, name, what] = JSON.parse(key) as [Command["type"], string?, What?];
      if (name !== undefined) this.#put(user, name, { method, what, seq, at });
    }
  }

  /** The answer to a repeat of a write that is remembered; undefined: it is none. */
  replay({ user, key, method }: KeyedWrite, state: ListState, now: number): Answer | undefined {
    const write = this.#writes?.get(nameOf(user, key));
    if (write === undefined || now - write.at > KEYS_KEPT_MS) return undefined;
    if (write.method !== method) {
      return refuse("key_reused", `This key named a write of ${write.method}; make a new one.`);
    }
    return { ok: true, result: { ...resultOf(write, state), replayed: true } };
  }

  /** A write was decided; it is forgotten again when it is not kept (`dropAbove`). */
  add({ user, key, method }: KeyedWrite, result: object, at: number): void {
    const { seq } = result as { seq: number };
    this.#put(user, key, { method, what: whatOf(result), seq, at });
    this.#forgetOld(at);
  }

  /** The log has refused what came after `seq`. */
  dropAbove(seq: number): void {
    for (const [name, write] of this.#writes ?? []) {
      if (write.seq > seq) this.#writes?.delete(name);
    }
  }

  #put(user: string, key: string, write: Write): void {
    const name = nameOf(user, key);
    this.#writes?.delete(name); // So that it stands where it belongs by age.
    this.#writes?.set(name, write);
  }

  #forgetOld(now: number): void {
    const writes = this.#writes ?? new Map<string, Write>();
    for (const [name, { at }] of writes) {
      const isTooMany = writes.size > KEYS_KEPT_MAX && now - at > KEYS_ALL_KEPT_MS;
      if (!isTooMany && now - at <= KEYS_KEPT_MS) return;
      writes.delete(name);
    }
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
  return id ?? todo?.id ?? results;
}

/** The first result, as it is told again: with what is there now where it told of more than seq. */
function resultOf({ method, what, seq }: Write, state: ListState): object {
  switch (method) {
    case "add_todo":
      return { id: what, rev: seq, seq };
    case "update_todo": {
      const todo = TodoList.get(state.todos, what as TodoId);
      return { ...(todo && { todo }), changed: true, seq };
    }
    case "delete_todo":
    case "rename_list":
      return { changed: true, seq };
    case "share":
    case "unshare":
      return { members: membersOf(state), changed: true, seq };
    case "tx":
      return { results: what, seq };
    default:
      return method satisfies never;
  }
}
