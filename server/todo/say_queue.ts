/**
 * SayQueue: what a list's process has to say and may not say yet.
 *
 * Owner: one TodoServer. Replies, refusals, pushes, joins and leaves stand in one queue, each with
 *        the seq of the state it was decided on; a commit releases the front. So nothing is said
 *        before it is durable, a push never overtakes a reply, and a refusal never tells of a
 *        change that is then lost.
 * Order: as put in. A reply stands before the pushes of its own write.
 * Bound: by the TodoServer, which takes no command while too much is uncommitted.
 */
import type { ListState, TodoEvent } from "../../shared/todo/todo_event.ts";
import type { From } from "../runtime/index.ts";
import type { Answer, Ask, History, Subscribe } from "./todo_request.ts";

/** An event, the body of its row, the list after it, and the bytes of its todos as JSON. */
export interface PushSaying {
  readonly kind: "push";
  readonly seq: number;
  readonly event: TodoEvent;
  readonly body: string;
  readonly state: ListState;
  readonly todosBytes: number;
}

/**
 * `state`: the list as it is at `seq`. A birth is not said; it stands where the list begins.
 * `isOfWrite`: a reply that tells of a change, which the log has not made yet.
 */
export type Saying =
  | { readonly kind: "birth"; readonly seq: 0; readonly state: ListState }
  | {
      readonly kind: "reply";
      readonly seq: number;
      readonly from: From;
      readonly ask: Ask;
      readonly answer: Answer;
      readonly isOfWrite: boolean;
    }
  | PushSaying
  | {
      readonly kind: "join";
      readonly seq: number;
      readonly from: From;
      readonly ask: Ask;
      readonly position: Subscribe;
      readonly state: ListState;
    }
  | { readonly kind: "leave"; readonly seq: number; readonly from: From; readonly ask: Ask }
  | {
      readonly kind: "history";
      readonly seq: number;
      readonly from: From;
      readonly ask: Ask;
      readonly request: History;
    };

export class SayQueue {
  #sayings: Saying[] = [];
  #head = 0;

  get size(): number {
    return this.#sayings.length - this.#head;
  }

  push(saying: Saying): void {
    this.#sayings.push(saying);
  }

  /**
   * Takes the front when it speaks of `seq` or an earlier one; undefined when it may not be said.
   */
  release(seq: number): Saying | undefined {
    const front = this.#sayings[this.#head];
    if (front === undefined || front.seq > seq) return undefined;
    this.#head += 1;
    if (this.#head === this.#sayings.length) {
      this.#sayings = [];
      this.#head = 0;
    }
    return front;
  }

  /** Takes all, said or not: the state they were decided on is lost. */
  takeAll(): Saying[] {
    const all = this.#sayings.slice(this.#head);
    this.#sayings = [];
    this.#head = 0;
    return all;
  }
}
