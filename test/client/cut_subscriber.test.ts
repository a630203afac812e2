/**
 * CutSubscriber: one that loses its connection at every byte of what is pushed to it is told of
 * every change once.
 *
 * TODO_CUTS sets how many times, 1000 unless given; TODO_SEED the choices.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import type { EventParams } from "../../shared/protocol/results.ts";
import { seeded } from "../../shared/random.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import { CuttingProxy } from "./support/cutting_proxy.ts";
import { FakeServer } from "./support/fake_server.ts";
import { TodoWorld } from "./support/todo_world.ts";

const CUTS = Number(process.env.TODO_CUTS ?? 1000);
const SEED = Number(process.env.TODO_SEED ?? Date.now() % 1_000_000);
const EVENTS_MAX = 3; // Pushed one after the other before a cut.

const world = new TodoWorld();
let server: FakeServer;
let proxy: CuttingProxy;
let client: TodoClient;

beforeAll(async () => {
  console.info(`seed ${SEED}`);
  server = await FakeServer.start({ answer: world.answer });
  proxy = await CuttingProxy.start(Number(new URL(server.url).port));
  const environment = { random: () => 0 };
  client = await TodoClient.connect({ url: proxy.url, token: "token-of-alice", environment });
});
afterAll(async () => {
  client.close();
  await proxy.stop();
  await server.stop();
});

test(`${CUTS} cuts lose no change and repeat none`, { timeout: 600_000 }, async () => {
  const { list } = await client.start({ title: "T" });
  const seqs: (number | undefined)[] = [];
  let wake: () => void = () => undefined;
  client.follow(list, {
    changed(_replica, event) {
      seqs.push(event?.seq);
      wake();
    },
    ended: (reason) => expect.unreachable(String(reason)),
  });
  const until = async (met: () => boolean): Promise<void> => {
    while (!met()) await new Promise<void>((resolve) => (wake = resolve));
  };
  await until(() => seqs.length === 1);
  const random = seeded(SEED);
  const below = (bound: number) => Math.floor(random() * bound);
  for (let cut = 0; cut < CUTS; cut++) {
    const events = 1 + below(EVENTS_MAX);
    const last = world.page(list).seq + events;
    // Positions in turn, so that each of a push is met; with several pushes any of theirs.
    const bytes = pushBytes(list, last);
    proxy.cutDownAfter(events === 1 ? cut % bytes : below(events * bytes));
    for (let n = 0; n < events; n++) change(list);
    await until(() => (seqs.at(-1) ?? 0) >= last);
  }
  expect(seqs).toEqual([undefined, ...Array.from({ length: seqs.length - 1 }, (_, n) => n + 1)]);
  expect(proxy.cuts).toBeGreaterThanOrEqual(CUTS * 0.9);
});

function change(list: string): void {
  world.change(list, { op: "todo_updated", todo: todoOf(world.page(list).seq + 1) });
}

/** The length of one push as a WebSocket frame of more than 125 bytes. */
function pushBytes(list: string, seq: number): number {
  const params: Omit<EventParams, "op"> & { op: string; todo: Todo } = {
    list,
    epoch: `e-${list}`,
    op: "todo_updated",
    todo: todoOf(seq),
    seq,
    at: 0,
    by: "someone",
    pid: "<0.9.0>",
  };
  return 4 + JSON.stringify({ jsonrpc: "2.0", method: "event", params }).length;
}

function todoOf(rev: number): Todo {
  return { id: 1, title: "Milk", date: null, done: false, rev };
}
