/**
 * ClientJudge: what comes of the calls of the client library, as its users are told it: each in its
 * time, and what is told as done is done.
 */
import { RpcError, type RpcErrorKind } from "../../client/rpc_error.ts";
import { isErrorKind } from "../../shared/protocol/errors.ts";
import { isHindered } from "./deploy_judge.ts";
import { todoIn } from "./list_model.ts";
import { judgeRefusal } from "./refusal_judge.ts";
import { judgeResult } from "./reply_judge.ts";
import type { SimWorld } from "./sim_world.ts";
import { type Bench, type SentParams, type TakenCall, takenCall, wordsOf } from "./taken_call.ts";
import { must } from "./violation.ts";

/** Milliseconds a client waits beyond the server's time (PROTOCOL.md section 2), and its sweep. */
const GUARD_MS = 2_000 + 100;

/** Milliseconds that a call has at least to live through a deploy. */
const PATIENCE_MS = 5_000;

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
  /** "alice#2 add_todo". */
  readonly name: string;
  /** "alice#2". */
  readonly client: string;
  readonly user: string;
  readonly method: string;
  readonly params: SentParams;
  readonly timeoutMs: number;
  /** The client was closed by its user. */
  readonly isOver: () => boolean;
}

/** The same, as it was made. */
interface MadeCall extends LibraryCall {
  readonly words: readonly string[];
  readonly taken: TakenCall;
  /** In which past. */
  readonly era: number;
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
    const made = this.#made(call);
    this.#pending += 1;
    let isOk = false;
    let told = "ok";
    try {
      const result = await outcome;
      isOk = true;
      this.#world.judge(() => this.#ok(made, result));
    } catch (error) {
      told = error instanceof RpcError ? `${error.kind} ${error.data.applied ?? ""}` : "threw";
      this.#world.judge(() => this.#failed(made, error));
    }
    this.#pending -= 1;
    history.note(call.name, `${told} ${made.words.join(" ")}`);
    const late = loop.nowMs - begun - call.timeoutMs;
    this.#world.judge(() => must(late <= GUARD_MS, () => `${call.name} ended ${late} ms late`));
    return isOk;
  }

  #made(call: LibraryCall): MadeCall {
    const { bench, truth } = this.#world;
    const { method, params, name } = call;
    const words = wordsOf(call);
    for (const word of words) this.#tries.set(word, (this.#tries.get(word) ?? 0) + 1);
    const taken = takenCall(bench, { id: name, method, params, number: 0 });
    return { ...call, words, taken, era: truth.era };
  }

  /** At the end: what was told not to be done is not. */
  finish(): void {
    for (const [word, name] of this.#denied) {
      if (this.#tries.get(word) !== 1) continue; // Another try may have done it.
      const done = this.#world.truth.find(word);
      must(done === undefined, () => `${name} was told that ${word} is not done; it is on disk`);
    }
  }

  /** What the library tells as done is so, as the wire's own answer would have to be. */
  #ok(call: MadeCall, result: unknown): void {
    const { truth } = this.#world;
    if (truth.era !== call.era) return this.#wasDone(call, result);
    const { bench } = this.#world;
    const receiver = { user: call.user, pid: undefined };
    const taken = call.method === "update_by" ? asPatch(bench, call, result) : call.taken;
    judgeResult(bench, taken, { result, receiver });
  }

  /** What the library tells as the server's refusal has a reason at the server. */
  #wasRefused({ user, method, taken, era }: MadeCall, { kind, data }: RpcError): void {
    const { bench, truth } = this.#world;
    // Of an update by a function the library alone knows what was tried.
    const isOwn = !isErrorKind(kind) || kind === "timeout" || method === "update_by";
    if (isOwn || era !== truth.era) return;
    judgeRefusal(bench, taken, { data: { ...data, kind }, user, isCrowded: true });
  }

  /** A deploy alone lets no call fail that has time to live through it. */
  #wasHindered({ name, client, taken, timeoutMs }: MadeCall): void {
    const isShort = timeoutMs < PATIENCE_MS || this.#world.limits.messagesPerS > 0;
    const isExplained = isShort || isHindered(this.#world, client, taken.takenAt);
    must(isExplained, () => `${name} failed, and nothing was done but a deploy`);
  }

  /** The store was put back meanwhile: it was done before that, or since. */
  #wasDone({ name, words, params }: MadeCall, result: unknown): void {
    const { truth } = this.#world;
    const { changed, created } = (result ?? {}) as { changed?: boolean; created?: boolean };
    if (changed === false || created === false) return;
    for (const word of words) {
      const eras = Array.from({ length: truth.era + 1 }, (_, era) => truth.find(word, era));
      const isDone = eras.some((found) => found !== undefined && isThere(found, params.list));
      must(isDone, () => `${name} was told that ${word} is done; it is on no disk`);
    }
  }

  #failed(call: MadeCall, error: unknown): void {
    const { name, words, isOver } = call;
    must(error instanceof RpcError, () => `${name} threw ${String(error)}`);
    must(!NEVER.has(error.kind), () => `${name} was answered ${error.kind}: ${error.message}`);
    const isLost = error.kind === "closed" || error.kind === "unreachable";
    must(!isLost || isOver(), () => `${name} was lost with its connection: ${error.message}`);
    this.#wasRefused(call, error);
    if (error.kind === "timeout") this.#wasHindered(call);
    if (error.data.applied !== "no") return;
    for (const word of words) this.#denied.set(word, name);
  }
}

function isThere(found: { readonly list: string }, list: string | undefined): boolean {
  return list === undefined || found.list === list;
}

/** An update by a function, as the patch that it came to: the workload's turns `done` about. */
function asPatch({ truth }: Bench, { taken, params }: MadeCall, result: unknown): TakenCall {
  const { list = "", id = 0, patch = {} } = params;
  const { seq = 0 } = result as { readonly seq?: number };
  const before = truth.lists.get(list)?.states[seq - 1];
  const done = before !== undefined && todoIn(before, id)?.done === false;
  return { ...taken, method: "update_todo", params: { ...params, patch: { ...patch, done } } };
}
