/**
 * ListCrash: one list's process crashes; over the wire nobody else notices (promise P6), and those
 * who follow the list miss nothing (P3).
 *
 * The product has no hook for this. A list whose rows in the file are damaged crashes whenever it
 * is loaded; in this test's own process a list can be sent an exit signal.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import { exitProcess, isAlive } from "../../server/runtime/index.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import { ListFollower } from "../support/list_follower.ts";
import { ManualLog } from "../support/manual_log.ts";
import { DEADLINE_MS, ServerProcess } from "../support/server_process.ts";
import { type ServerInProcess, startInProcess } from "./server_in_process.ts";

describe("a list whose log is damaged", () => {
  let server: ServerProcess;
  let alice: TodoClient;

  beforeEach(async () => {
    server = await ServerProcess.start();
    const before = await connect();
    for (const list of ["damaged", "sound"]) {
      await before.start({ list, todos: [{ title: "Milk" }, { title: "Eggs" }] });
    }
    before.close();
    await server.kill();
    damage(join(server.data, "todo.db"), "damaged");
    await server.restart();
    alice = await connect();
  });
  afterEach(async () => {
    alice.close();
    await server.remove();
  });

  async function connect(): Promise<TodoClient> {
    return TodoClient.connect({
      url: server.socketUrl,
      token: await server.token("alice"),
    });
  }

  test("answers each call at once as crashed; a write says whether it may be done", async () => {
    await expect(alice.list("damaged")).rejects.toMatchObject({ kind: "crashed", retry: true });
    await expect(alice.call("subscribe", { list: "damaged" })).rejects.toMatchObject({
      kind: "crashed",
    });
    await expect(alice.addTodo("damaged", { title: "x" })).rejects.toMatchObject({
      kind: "crashed",
      data: { applied: expect.stringMatching(/^(?:no|unknown)$/) },
    });
    await expect(alice.start({ list: "damaged" })).rejects.toMatchObject({ kind: "crashed" });
  });

  test("is not noticed by those who use another list on the same connection", async () => {
    const events: unknown[] = [];
    const followed = Promise.withResolvers<void>();
    alice.follow("sound", {
      changed: (_replica, event) => (event === undefined ? followed.resolve() : events.push(event)),
      ended: (reason) => followed.reject(new Error(String(reason))),
    });
    await followed.promise;
    const pairs = Array.from({ length: 100 }, (_, n) => [
      alice.addTodo("damaged", { title: `${n}` }),
      alice.addTodo("sound", { title: `${n}` }),
    ]).flat();
    const answers = await Promise.allSettled(pairs);
    expect(answers.map(({ status }) => status)).toEqual(
      pairs.map((_, n) => (n % 2 === 0 ? "rejected" : "fulfilled")),
    );
    const sound = await alice.list("sound");
    expect(sound).toMatchObject({ seq: 102, next: 103 });
    expect(events).toHaveLength(100);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  test("is still named by `lists`, which reads no list's events", async () => {
    const { lists } = await alice.lists();
    expect(lists.map(({ list, count }) => ({ list, count }))).toEqual([
      { list: "damaged", count: 2 },
      { list: "sound", count: 2 },
    ]);
  });
});

/** Changes the text of one stored event, as a bad disk would. */
function damage(path: string, list: string): void {
  const db = new DatabaseSync(path);
  const { changes } = db
    .prepare(
      `UPDATE events SET body = replace(body, 'Milk', 'Silk')
       WHERE seq = 1 AND list = (SELECT id FROM lists WHERE name = ?)`,
    )
    .run(list);
  db.close();
  expect(changes).toBe(1);
}

describe("a list whose process is killed", () => {
  let log: ManualLog;
  let server: ServerInProcess;
  let alice: TodoClient;
  let bob: TodoClient;
  let followers: ListFollower[];

  beforeEach(async () => {
    log = new ManualLog();
    server = await startInProcess(log);
    followers = [new ListFollower("hit"), new ListFollower("calm")];
    alice = await server.connect("alice");
    bob = await server.connect("bob", (name, params) => {
      for (const follower of followers) follower.pushed(name, params);
    });
    for (const list of ["hit", "calm"]) {
      await committed(alice.start({ list }));
      await committed(alice.share(list, "bob", { role: "editor" }));
    }
    for (const follower of followers) await follower.join(bob);
  });
  afterEach(() => {
    alice.close();
    bob.close();
    server.close();
  });

  /** The answer to a write, once the log has it and has committed it. */
  async function committed<Value>(write: Promise<Value>): Promise<Value> {
    await queued(1);
    log.commit();
    return write;
  }

  async function queued(appends: number): Promise<void> {
    await vi.waitFor(() => expect(log.queued).toBe(appends), { timeout: DEADLINE_MS, interval: 2 });
  }

  async function seqOf(follower: ListFollower | undefined, seq: number): Promise<void> {
    await vi.waitFor(() => expect(follower?.replica.state.seq).toBe(seq), {
      timeout: DEADLINE_MS,
      interval: 2,
    });
  }

  function kill(list: string): void {
    const pid = server.directory.whereis(list);
    if (pid === undefined) throw new Error(`${list} does not run`);
    exitProcess(pid, "injected");
  }

  test("its subscribers are joined to the next process and miss no event", async () => {
    const killed = server.directory.whereis("hit");
    kill("hit");
    await vi.waitFor(() => expect(server.directory.whereis("hit")).not.toBe(killed));
    expect(killed !== undefined && isAlive(killed)).toBe(false);
    await committed(alice.addTodo("hit", { title: "after" }));
    await seqOf(followers[0], 2);
    expect(followers[0]?.events).toMatchObject([{ seq: 2, op: "todo_added" }]);
    expect(followers[0]?.snapshots).toHaveLength(1);
  });

  test("a write in flight is asked again by its client, and happens once", async () => {
    const write = alice.addTodo("hit", { title: "in flight" });
    await queued(1);
    kill("hit");
    log.commit();
    // It was on its way to the disk: the next process has it, and tells who follows.
    expect(await write).toMatchObject({ id: 1, seq: 2, replayed: true });
    await seqOf(followers[0], 2);
    expect(followers[0]?.events).toMatchObject([{ seq: 2, todo: { title: "in flight" } }]);
    expect(await alice.list("hit")).toMatchObject({ seq: 2, next: 2 });
  });

  test("what it committed but had not said follows as events, up to what is resumed", async () => {
    for (let n = 1; n <= 200; n++) void alice.addTodo("hit", { title: `${n}` }).catch(() => {});
    await queued(200);
    kill("hit");
    log.commit();
    await seqOf(followers[0], 201);
    expect(followers[0]?.events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 200 }, (_, n) => n + 2),
    );
    expect(followers[0]?.snapshots).toHaveLength(1);
  });

  test("more than that is one snapshot, `restarted`, that is the list", async () => {
    const clients = await Promise.all(Array.from({ length: 3 }, () => server.connect("alice")));
    for (const client of clients) {
      for (let n = 1; n <= 200; n++) void client.addTodo("hit", { title: `${n}` }).catch(() => {});
    }
    await queued(600);
    kill("hit");
    log.commit();
    await seqOf(followers[0], 601);
    expect(followers[0]?.events).toEqual([]);
    expect(followers[0]?.snapshots.slice(1)).toMatchObject([{ reason: "restarted", seq: 601 }]);
    const { todos } = await alice.list("hit");
    const replica = followers[0]?.replica.state.todos ?? TodoList.create();
    expect([...TodoList.page(replica, 0)]).toEqual(todos);
    for (const client of clients) client.close();
  });

  test("the other list goes on meanwhile, in the same process", async () => {
    const calm = server.directory.whereis("calm");
    for (let round = 1; round <= 5; round++) {
      kill("hit");
      await committed(bob.addTodo("calm", { title: `${round}` }));
      await committed(alice.addTodo("hit", { title: `${round}` }));
    }
    await seqOf(followers[1], 6);
    await seqOf(followers[0], 6);
    expect(server.directory.whereis("calm")).toBe(calm);
    for (const follower of followers) {
      expect(follower.events.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
      expect(follower.snapshots).toHaveLength(1);
    }
  });
});
