/**
 * ClientJudge: what the client library tells its users: outcomes of calls in their time, and copies
 * of lists that are right.
 *
 * Order: a followed list is told of by seq + 1, or anew.
 */
import { RpcError, type RpcErrorKind } from "../../client/rpc_error.ts";
import type * as TodoReplica from "../../client/todo_replica.ts";
import type { EventParams } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { areSame } from "./same.ts";
import type { SimWorld } from "./sim_world.ts";
import { isDeleted } from "./taken_call.ts";
import { stateOf } from "./truth.ts";
import { must } from "./violation.ts";

/** Milliseconds a client waits beyond the server's time (PROTOCOL.md section 2), and its sweep. */
const GUARD_MS = 2_000 + 100;

/** What no well-formed call is answered. */
const NEVER: ReadonlySet<RpcErrorKind> = new Set([
  "parse",
  "invalid_request",
  "unknown_method",
  "bad_args",
  "unauthenticated",
  "too_large",
  "bad_position",
  "duplicate_id",
  "noproc",
]);

/** A call of a library client. */
export interface LibraryCall {
  readonly name: string;
  readonly list: string;
  readonly words: readonly string[];
  readonly timeoutMs: number;
  /** The client was closed by its user. */
  readonly isOver: () => boolean;
}

export class ClientJudge {
  readonly #world: SimWorld;
  /** Writes that their callers were told are not done. */
  readonly #denied = new Map<string, string>();
  /** How many calls have tried each write. */
  readonly #tries = new Map<string, number>();
  #pending = 0;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Calls whose users wait. */
  get pending(): number {
    return this.#pending;
  }

  /** Judges what comes of a call; never rejects. */
  async judge(call: LibraryCall, outcome: Promise<unknown>): Promise<boolean> {
    const { loop, history } = this.#world;
    const begun = loop.nowMs;
    this.#pending += 1;
    for (const word of call.words) this.#tries.set(word, (this.#tries.get(word) ?? 0) + 1);
    let isOk = false;
    let told = "ok";
    try {
      const result = await outcome;
      isOk = true;
      this.#world.judge(() => this.#ok(call, result));
    } catch (error) {
      told = error instanceof RpcError ? `${error.kind} ${error.data.applied ?? ""}` : "threw";
      this.#world.judge(() => this.#failed(call, error));
    }
    this.#pending -= 1;
    history.note(call.name, `${told} ${call.words.join(" ")}`);
    const late = loop.nowMs - begun - call.timeoutMs;
    this.#world.judge(() => must(late <= GUARD_MS, () => `${call.name} ended ${late} ms late`));
    return isOk;
  }

  /** At the end: what was told not to be done is not. */
  finish(): void {
    for (const [word, name] of this.#denied) {
      if (this.#tries.get(word) !== 1) continue; // Another try may have done it.
      const done = this.#world.truth.find(word);
      must(done === undefined, () => `${name} was told that ${word} is not done; it is on disk`);
    }
  }

  #ok({ name, list, words }: LibraryCall, result: unknown): void {
    const { truth } = this.#world;
    const { seq, changed, results } = (result ?? {}) as {
      readonly seq?: number;
      readonly changed?: boolean;
      readonly results?: readonly object[];
    };
    if (changed === false || seq === undefined) return;
    const last = seq - (results === undefined ? 0 : results.length - 1);
    for (const [place, word] of words.entries()) {
      const eras = Array.from({ length: truth.era + 1 }, (_, era) => truth.find(word, era));
      const isDone = eras.some((found) => found !== undefined && isThere(found, list));
      must(isDone, () => `${name} was told that ${word} is done; it is on no disk`);
      const isSo = results !== undefined || eras.some((found) => found?.seq === last + place);
      must(isSo, () => `${name} was told that ${word} is @${last + place}`);
    }
  }

  #failed({ name, words, isOver }: LibraryCall, error: unknown): void {
    must(error instanceof RpcError, () => `${name} threw ${String(error)}`);
    must(!NEVER.has(error.kind), () => `${name} was answered ${error.kind}: ${error.message}`);
    const isLost = error.kind === "closed" || error.kind === "unreachable";
    must(!isLost || isOver(), () => `${name} was lost with its connection: ${error.message}`);
    if (error.data.applied !== "no") return;
    for (const word of words) this.#denied.set(word, name);
  }
}

function isThere(found: { readonly list: string }, list: string): boolean {
  return list === "" || found.list === list;
}

/** One followed list, as its user was told of it. */
export class FollowJudge {
  readonly #world: SimWorld;
  readonly #name: string;
  #replica: TodoReplica.T | undefined;
  /** One that was found to be right. */
  #compared: TodoReplica.T | undefined;
  #isOver = false;

  constructor(world: SimWorld, name: string) {
    this.#world = world;
    this.#name = name;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  changed(replica: TodoReplica.T, event: EventParams | undefined): void {
    const before = this.#replica;
    this.#replica = replica;
    const { seq } = replica.state;
    const how = event === undefined ? "anew" : event.op;
    this.#world.history.note(this.#name, `${replica.list} @${seq} ${how}`);
    if (event === undefined) return;
    const isNext = before !== undefined && event.seq === before.state.seq + 1;
    must(isNext && event.seq === seq, () => `${this.#name}: ${seq} after ${before?.state.seq}`);
  }

  ended(reason: string): void {
    this.#isOver = true;
    this.#world.history.note(this.#name, `ended ${reason}`);
  }

  /** undefined: the copy is what is on disk. Else what differs. */
  difference(list: string): string | undefined {
    const known = this.#world.truth.lists.get(list);
    if (this.#isOver) return undefined;
    if (known === undefined || isDeleted(known)) return `${list} is not there and is followed`;
    const replica = this.#replica;
    if (replica === undefined) return `${list} was never told of`;
    const state = stateOf(known);
    if (replica.state.seq !== state.seq) return `${list} @${replica.state.seq}, not ${state.seq}`;
    const epoch = `${known.epochs.at(-1)}.${this.#world.disk.generation}`;
    if (replica.epoch !== epoch) return `${list} of epoch ${replica.epoch}, not ${epoch}`;
    if (this.#compared === replica) return undefined;
    const isSo = areSame(todosOf(replica.state.todos), todosOf(state.todos));
    if (!isSo || replica.state.title !== state.title) return `${list} @${state.seq} is another`;
    this.#compared = replica;
    return undefined;
  }
}

function todosOf(todos: TodoList.T): Todo[] {
  return [...TodoList.page(todos, 0)];
}
