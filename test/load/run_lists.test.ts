/** RunLists: a server that is gone is waited for, but not for ever. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeServer } from "../client/support/fake_server.ts";
import { RunLists } from "./run_lists.ts";

const LIST = { id: "load-1", title: "load call 1", owner: "alice", members: [] };
const ADMISSION = {
  plan: { users: ["alice"], lists: [LIST], shares: [] },
  tokens: { alice: "token-of-alice" },
};

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** Lets time go by until `promise` is settled. */
async function overTime<Value>(promise: Promise<Value>): Promise<Value> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  while (!settled) {
    await vi.advanceTimersByTimeAsync(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return promise;
}

async function madeLists(): Promise<{ readonly server: FakeServer; readonly lists: RunLists }> {
  const server = await FakeServer.start({ answer: () => ({ result: {} }) });
  const lists = new RunLists(server.url, ADMISSION);
  await lists.make(new AbortController().signal);
  return { server, lists };
}

test("lists of a server that stays away are left behind after 12 seconds", async () => {
  const { server, lists } = await madeLists();
  await server.stop();
  const phases: string[] = [];
  const begun = performance.now();
  const removal = await overTime(lists.remove({ phase: (text) => void phases.push(text) }));
  expect(removal).toEqual({
    removed: 0,
    leftBehind: [{ list: "load-1", why: "unreachable" }],
    kept: [],
  });
  expect(performance.now() - begun).toBeGreaterThanOrEqual(12_000);
  expect([...new Set(phases)]).toEqual([
    "deleting the lists",
    "the server is away; trying again to delete the lists",
  ]);
});

test("a list whose deletion a lost connection left open is tried again", async () => {
  let deletions = 0;
  const server = await FakeServer.start({
    answer({ method }, connection) {
      if (method === "delete_list" && ++deletions === 1) {
        connection.cut();
        return undefined;
      }
      return { result: {} };
    },
  });
  const lists = new RunLists(server.url, ADMISSION);
  await lists.make(new AbortController().signal);
  const removal = await overTime(lists.remove({ phase: () => undefined }));
  expect(removal).toEqual({ removed: 1, leftBehind: [], kept: [] });
  expect(deletions).toBe(2);
  await server.stop();
});
