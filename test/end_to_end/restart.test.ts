/**
 * Restart: a server that is ended by SIGTERM and started again, as at a deploy, while a client
 * writes and another follows: no call fails, and the follower has every change.
 */
import { expect, test, vi } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import { DEADLINE_MS, ServerProcess } from "../support/server_process.ts";

const RESTARTS = 1; // Each takes the seconds for which a server drains.
const LANES = 4;

test("no call fails and the copy is right in the end", { timeout: 120_000 }, async () => {
  const server = await ServerProcess.start();
  const token = await server.token("alice");
  const connect = () => TodoClient.connect({ url: server.socketUrl, token });
  const writer = await connect();
  const reader = await connect();
  const { list } = await writer.start({ title: "Kept" });
  const told: number[] = [];
  reader.follow(list, {
    changed: ({ state }) => told.push(state.seq), // After a long absence several at once.
    ended: (reason) => expect.unreachable(String(reason)),
  });
  let isOver = false;
  const seqs: number[] = [];
  const lane = async (): Promise<void> => {
    while (!isOver) {
      const { seq } = await writer.addTodo(list, { title: "x" }, { timeoutMs: 60_000 });
      seqs.push(seq);
    }
  };
  const lanes = Array.from({ length: LANES }, lane);
  for (let restart = 0; restart < RESTARTS; restart++) {
    const before = seqs.length;
    await vi.waitFor(() => expect(seqs.length).toBeGreaterThan(before + 50), DEADLINE_MS);
    expect(await server.term()).toMatchObject({ code: 0 });
    await server.restart();
  }
  await vi.waitFor(() => expect(writer.state).toBe("live"), DEADLINE_MS);
  isOver = true;
  await Promise.all(lanes);
  const all = Array.from({ length: seqs.length }, (_, index) => index + 1);
  expect(seqs.toSorted((a, b) => a - b)).toEqual(all);
  await vi.waitFor(() => expect(told.at(-1)).toBe(seqs.length), DEADLINE_MS);
  expect(told.every((seq, index) => index === 0 || seq > (told[index - 1] ?? 0))).toBe(true);
  expect(reader.state).toBe("live");
  for (const client of [writer, reader]) client.close();
  await server.remove();
});
