/**
 * Followed: a TodoClient that follows list "l" on a FakeNetwork, and what it is told of it.
 */
import type { ClientState } from "../../../client/reconnecting_client.ts";
import { TodoClient, type TodoClientOptions } from "../../../client/todo_client.ts";
import type { SubscriptionEnd } from "../../../client/todo_subscription.ts";
import type { Todo } from "../../../shared/todo/todo.ts";
import { FakeNetwork } from "./fake_network.ts";

const PLACE = { list: "l", epoch: "e" };

function todo(id: number, title = `t${id}`): Todo {
  return { id, title, date: null, done: false, rev: id };
}
/** What `subscribe` answers, or a page: todos of these ids. */
export function snapshot(seq: number, ids: readonly number[], more: object = {}) {
  const todos = ids.map((id) => todo(id));
  return { mode: "snapshot", ...PLACE, title: "T", seq, next: 99, todos, ...more };
}
/** The todo with the id `seq` is added. */
export function event(seq: number) {
  const change = { op: "todo_added", todo: todo(seq) };
  return { ...PLACE, ...change, seq, at: 0, by: "a", pid: "<0.1.0>" };
}
/** What `subscribe` answers one that is there but for these events. */
export function resumed(seq: number, ...seqs: number[]) {
  return { mode: "resumed", ...PLACE, seq, events: seqs.map(event) };
}

/** A client, and the states that it tells. */
export async function connect(more: Partial<TodoClientOptions> = {}) {
  const network = new FakeNetwork();
  const states: ClientState[] = [];
  const client = await TodoClient.connect({
    url: "ws://test/",
    environment: network.environment,
    stateChanged: (state) => states.push(state),
    ...more,
  });
  return { network, client, states };
}

/** Follows list "l"; `told` is "seq" of each event, "=seq" of what is told anew, then the end. */
export function follow(client: TodoClient, told: string[] = [], list = "l") {
  const following = client.follow(list, {
    changed: ({ state }, event) =>
      told.push(event === undefined ? `=${state.seq}` : `${event.seq}`),
    ended: (reason: SubscriptionEnd) =>
      told.push(typeof reason === "string" ? reason : reason.kind),
    stopped: () => told.push("stopped"),
  });
  return { told, following };
}

/** List "l" followed from a snapshot of seq 1 on. */
export async function followed(more: Partial<TodoClientOptions> = {}) {
  const connected = await connect(more);
  const { network, client } = connected;
  const { told, following } = follow(client);
  network.socket.reply(snapshot(1, [1]));
  return { ...connected, told, following };
}
