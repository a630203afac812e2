/**
 * FollowJudge: the copy of one followed list, as the client library tells its user of it: by
 * seq + 1, or anew; and right at the end.
 */
import type * as TodoReplica from "../../client/todo_replica.ts";
import type { EventParams } from "../../shared/protocol/results.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { areSame } from "./same.ts";
import type { SimWorld } from "./sim_world.ts";
import { isDeleted } from "./taken_call.ts";
import { stateOf } from "./truth.ts";
import { must } from "./violation.ts";

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
    const isSo = areSame([...TodoList.page(replica.state.todos, 0)], state.todos);
    if (!isSo || replica.state.title !== state.title) return `${list} @${state.seq} is another`;
    this.#compared = replica;
    return undefined;
  }
}
