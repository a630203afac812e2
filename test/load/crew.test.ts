/** Crew: connections that are lost, and being closed while it connects. */
import { afterEach, expect, test, vi } from "vitest";
import {
  type FakeConnection,
  FakeServer,
  type FakeServerOptions,
} from "../client/support/fake_server.ts";
import { Crew } from "./crew.ts";

let server: FakeServer | undefined;
afterEach(() => server?.stop());

const LIST = { list: "l", title: "l", epoch: "e", seq: 0, todos: [] };

/** A crew of so many subscribers of one list. */
async function crewOf(seats: number, options: FakeServerOptions): Promise<Crew> {
  server = await FakeServer.start(options);
  const seat = { user: "alice", list: "l", subscribes: true, writes: false, todosMax: 0 };
  return new Crew({
    url: server.url,
    tokens: { alice: "token-of-alice" },
    seats: Array.from({ length: seats }, () => seat),
    rate: undefined,
    outstanding: 1,
    seed: 1,
    reconnects: false,
    timesLast: false,
    compares: true,
  });
}

test("a lost connection counts once, and its copy is not compared", async () => {
  const crew = await crewOf(3, {
    answer: ({ method }) => ({
      result: method === "subscribe" ? { mode: "snapshot", ...LIST } : LIST,
    }),
  });
  await crew.connect();
  const [first] = server?.connections ?? [];
  first?.cut();
  const errors: Record<string, number> = {};
  await vi.waitFor(() => {
    Object.assign(errors, crew.tally.take().errors);
    expect(errors).toEqual({ close_1006: 1 });
  });
  await crew.settle();
  const told = crew.tally.take();
  expect(told.errors).toEqual({});
  expect(told.counts).toMatchObject({ copiesEqual: 2, copiesUnequal: 0 });
  crew.close();
});

test("one that is lost while it is asked counts once too, and another is asked", async () => {
  const crew = await crewOf(3, {
    answer({ method }, connection) {
      if (method === "list" && connection === server?.connections[0]) {
        connection.cut();
        return undefined;
      }
      return { result: method === "subscribe" ? { mode: "snapshot", ...LIST } : LIST };
    },
  });
  await crew.connect();
  await crew.settle();
  const { errors, counts } = crew.tally.take();
  expect(errors).toEqual({ close_1006: 1 });
  expect(counts).toMatchObject({ copiesEqual: 2, copiesUnequal: 0 });
  crew.close();
});

test("closed while it connects, it takes no more seats", async () => {
  const greeted: FakeConnection[] = [];
  const crew = await crewOf(100, {
    greet: (connection) => void greeted.push(connection),
    answer: () => ({ result: { mode: "snapshot", ...LIST } }),
  });
  const connecting = crew.connect();
  await vi.waitFor(() => expect(greeted.length).toBe(32));
  crew.close();
  for (const connection of greeted) connection.welcome();
  await connecting;
  expect(crew.connections).toBe(0);
  expect(greeted.length).toBe(32);
});
