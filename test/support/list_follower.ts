/**
 * ListFollower: a copy of one list that outlives its connections, and every event it was told of.
 *
 * Order: pushes that come before the reply to `subscribe` was looked at wait for it.
 * Errors: what the protocol does not allow (a gap, another epoch's event) throws into the test.
 */
import type { TodoClient } from "../../client/todo_client.ts";
import * as TodoReplica from "../../client/todo_replica.ts";
import type { EventParams, List, Subscribed } from "../../shared/protocol/results.ts";

export class ListFollower {
  readonly list: string;
  /** Every event that was pushed or came with a resumed subscription, in order. */
  readonly events: EventParams[] = [];
  /** What was not by event: the first subscription, and states that took the place of events. */
  readonly snapshots: List[] = [];
  #replica: TodoReplica.T | undefined;
  #early: { name: string; params: unknown }[] | undefined;

  constructor(list: string) {
    this.list = list;
  }

  get replica(): TodoReplica.T {
    if (this.#replica === undefined) throw new Error(`${this.list}: nothing came of it yet`);
    return this.#replica;
  }

  /** Subscribes over a new connection, from the last position of the one before. */
  async join(client: TodoClient): Promise<void> {
    this.#early = [];
    const { epoch, state } = this.#replica ?? {};
    const position = epoch === undefined || state === undefined ? {} : { epoch, seq: state.seq };
    this.#subscribed(await client.call("subscribe", { list: this.list, ...position }));
    const early = this.#early;
    this.#early = undefined;
    for (const { name, params } of early) this.pushed(name, params);
  }

  /** To be handed every push of the connection. */
  pushed(name: string, params: unknown): void {
    if ((params as { readonly list?: string }).list !== this.list) return;
    if (this.#early !== undefined) this.#early.push({ name, params });
    else if (name === "event") this.#event(params as EventParams);
    else if (name === "snapshot") this.#snapshot(params as List);
    else throw new Error(`${this.list}: ${name} was not expected`);
  }

  #subscribed(reply: Subscribed): void {
    if (reply.mode === "snapshot") this.#snapshot(reply);
    else for (const event of reply.events) this.#event(event);
  }

  #snapshot(snapshot: List): void {
    if (snapshot.more === true) throw new Error(`${this.list}: a snapshot of one page is wanted`);
    this.snapshots.push(snapshot);
    this.#replica = TodoReplica.fromSnapshot(snapshot);
  }

  #event(event: EventParams): void {
    const folded = TodoReplica.applyEvent(this.replica, event);
    if (!folded.ok) throw new Error(`${this.list}: event ${event.seq}: ${folded.reason}`);
    this.events.push(event);
    this.#replica = folded.replica;
  }
}
