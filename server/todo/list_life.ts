/**
 * ListLife: the end of a list, and its return.
 *
 * Owner: one ListProcess. A change of life waits until all that was decided before is committed and
 *        said; meanwhile, and until it is on disk itself, the process takes no request.
 * Shape: neither is an event: seq, todos, members and keys stay as they are. A return brings a new
 *        epoch.
 * Source: PROTOCOL.md section 4, delete_list and restore_list.
 */
import { nanoid } from "nanoid";
import { RESTORE_MS } from "../../shared/protocol/limits.ts";
import { type Clock, type From, reply } from "../runtime/index.ts";
import type { Life, Refusal } from "../storage/event_log.ts";
import type { ListJournal } from "./list_journal.ts";
import type { ListVoice } from "./list_voice.ts";
import { noList, refusalFor, taken } from "./policy.ts";
import { type Answer, type Ask, refuse } from "./todo_request.ts";

interface Change {
  readonly from: From;
  readonly ask: Ask;
  readonly life: Life;
  isAppended: boolean;
}

export interface ListLifeOptions {
  readonly journal: ListJournal;
  readonly voice: ListVoice;
  readonly clock: Clock;
}

/** Of one list; its process calls all of this. */
export class ListLife {
  readonly #journal: ListJournal;
  readonly #voice: ListVoice;
  readonly #clock: Clock;
  #change: Change | undefined;

  constructor({ journal, voice, clock }: ListLifeOptions) {
    this.#journal = journal;
    this.#voice = voice;
    this.#clock = clock;
  }

  /** A change is under way; no request may be taken. */
  get isChanging(): boolean {
    return this.#change !== undefined;
  }

  /** To a living list, by one who may: `restore_list` finds nothing to restore. */
  ask(from: From, ask: Ask): void {
    if (ask.request.type === "restore_list") return this.#voice.answer(from, ask, notDeleted());
    this.#begin(from, ask, { epoch: this.#journal.ownEpoch, deletedAt: this.#clock.time() });
  }

  /** Whatever is asked of a deleted list. */
  askDeleted(from: From, ask: Ask): void {
    const { user, request } = ask;
    switch (request.type) {
      case "start":
        return reply(from, taken());
      case "unsubscribe":
        return reply(from, { ok: true, result: {} } satisfies Answer);
      case "restore_list": {
        const isOwner = this.#journal.committed?.members.get(user) === "owner";
        const age = this.#clock.time() - (this.#journal.deletedAt ?? 0);
        if (!isOwner || age > RESTORE_MS) return reply(from, noList());
        return this.#begin(from, ask, { epoch: nanoid(12), deletedAt: null });
      }
      case "subscribe": // Again, by one whose list's process had crashed.
        return reply(from, { ...noList(), isDeleted: true } satisfies Answer);
      default:
        return reply(from, noList());
    }
  }

  /** The state on which it was decided is lost: what is not appended is to be asked again. */
  takeBack(): Pick<Change, "from" | "ask"> | undefined {
    const change = this.#change;
    if (change === undefined || change.isAppended) return undefined;
    this.#change = undefined;
    return change;
  }

  /** All that was said before is said: the change is next. */
  goOn(): void {
    const change = this.#change;
    if (change === undefined || change.isAppended) return;
    if (!this.#journal.isIdle || !this.#voice.isSilent) return;
    change.isAppended = true;
    this.#journal.appendLife(change.life, change.ask.user);
  }

  /** The log has committed what it was given last. */
  committed(): void {
    const change = this.#change;
    if (change?.isAppended !== true) return;
    this.#change = undefined;
    this.#journal.live(change.life);
    const { from, life } = change;
    if (life.deletedAt === null) {
      return reply(from, { ok: true, result: { seq: this.#journal.decidedSeq } } satisfies Answer);
    }
    reply(from, { ok: true, result: {} } satisfies Answer);
    this.#voice.end();
  }

  /** True: it was the change of life that the log refused. */
  refused(reason: Refusal): boolean {
    const change = this.#change;
    if (change?.isAppended !== true) return false;
    this.#change = undefined;
    reply(change.from, refusalFor(reason, change.ask.request));
    return true;
  }

  #begin(from: From, ask: Ask, life: Life): void {
    this.#change = { from, ask, life, isAppended: false };
    this.goOn();
  }
}

function notDeleted(): Answer {
  return refuse("not_found", "There is no such deleted list of yours.", { what: "list" });
}
