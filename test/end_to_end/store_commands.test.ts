/**
 * StoreCommands: `todo-server verify | backup | restore | export | import | compact` as programs,
 * beside a server that runs and without one.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TodoClient } from "../../client/todo_client.ts";
import {
  type Ended,
  runProgram,
  runServer,
  ServerProcess,
  temporaryFolder,
  within,
} from "../support/server_process.ts";

/** Each starts a good many programs. */
const SLOW = { timeout: 180_000 };

let server: ServerProcess;
let folder: string;
beforeEach(async () => {
  folder = temporaryFolder();
  server = await ServerProcess.start([], join(folder, "data"));
});
afterEach(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command on the server's data folder. */
function run(...args: string[]): Promise<Ended> {
  const { child, ended } = runProgram("server/main.ts", [...args, "--data", server.data]);
  return within(ended, `the end of ${args[0]}`, () => child.kill("SIGKILL"));
}

/** It ended well; what it printed. */
async function good(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

/** It was refused by one plain sentence. */
async function sentence(code: number, ...args: string[]): Promise<string> {
  const ended = await run(...args);
  expect({ args, code: ended.code }).toEqual({ args, code });
  expect(ended.stderr).toMatch(/^todo-server: [^\n]+\n$/);
  expect(ended.stderr).not.toMatch(/\bat .*:\d+:\d+|Error:/);
  return ended.stderr;
}

async function connect(user = "alice"): Promise<TodoClient> {
  return TodoClient.connect({ url: server.socketUrl, token: await server.token(user) });
}

test("a backup made while others write is sound, and restores under new epochs", SLOW, async () => {
  const alice = await connect();
  const { list, epoch } = await alice.start({ list: "groceries", todos: [{ title: "Milk" }] });
  await alice.share(list, "bob", { role: "editor" });
  let isOver = false;
  const writing = (async () => {
    while (!isOver) await alice.addTodo(list, { title: "later" });
  })();
  expect(await good("verify")).toMatch(
    /: 1 list, \d+ events, 2 members, .*\nno damage was found\n$/,
  );
  const file = join(folder, "backup.db");
  expect(await good("backup", file)).toMatch(/backup\.db: 1 list, /);
  isOver = true;
  await writing;
  expect(await sentence(1, "backup", file)).toMatch(/is there already/);
  expect(await sentence(1, "restore", file)).toMatch(/is in use by another server; stop that one/);
  const { seq } = await alice.list(list);
  alice.close();
  await server.term();

  expect(await good("verify", file)).toMatch(/no damage was found/);
  expect(await good("restore", file)).toMatch(/what was there before is .*todo\.db\.replaced-/);
  await server.restart();
  const again = await connect();
  const restored = await again.list(list);
  expect(restored.seq).toBeLessThanOrEqual(seq);
  expect(restored.todos[0]?.title).toBe("Milk");
  expect(restored.epoch).not.toBe(epoch);
  again.close();
});

test("a list goes from one server to another, with its members and history", SLOW, async () => {
  const alice = await connect();
  await alice.start({ list: "groceries", title: "Food", todos: [{ title: "Milk" }] });
  await alice.share("groceries", "bob", { role: "viewer" });
  await alice.renameList("groceries", "Groceries");
  const { events } = await alice.history("groceries");
  const lines = (await good("export", "groceries")).trimEnd().split("\n");
  expect(lines).toHaveLength(1 + events.length);
  const file = join(folder, "groceries.jsonl");
  await good("export", "groceries", file);
  expect(readFileSync(file, "utf8").trimEnd().split("\n")).toEqual(lines);
  expect(await sentence(1, "export", "nowhere")).toMatch(/There is no list nowhere/);
  expect(await sentence(1, "import", file)).toMatch(/is in use by another server/);
  expect(await sentence(1, "import", `${file}.not`)).toMatch(/is in use by another server/);
  alice.close();
  await server.term();

  expect(await sentence(1, "import", file, "--list", "groceries")).toMatch(
    /The id groceries is taken/,
  );
  expect(await sentence(2, "import", file, "--list", "a/b")).toMatch(/--list wants a list's id/);
  expect(await sentence(2, "import", file, "--list-todos", "x")).toMatch(/--list-todos must be/);
  expect(await sentence(1, "import", join(folder, "nowhere"))).toMatch(/nowhere/);
  expect(await good("import", file, "--list", "copy")).toBe("copy: 3 events\n");
  await server.restart();
  const bob = await connect("bob");
  const copy = await bob.list("copy");
  expect(copy).toMatchObject({ title: "Groceries", seq: 3, todos: [{ title: "Milk" }] });
  const told = (await bob.history("copy")).events;
  const bare = (each: (typeof told)[number]) => ({ ...each, list: "", epoch: "" });
  expect(told.map(bare)).toEqual(events.map(bare));
  bob.close();
});

test("compact keeps the lists and their epochs: nobody needs to begin anew", SLOW, async () => {
  const alice = await connect();
  const { epoch } = await alice.start({ list: "groceries" });
  for (let n = 0; n < 50; n++) await alice.addTodo("groceries", { title: `${n}` });
  expect(await sentence(1, "compact")).toMatch(/is in use by another server/);
  alice.close();
  await server.term();
  expect(await good("compact", "--drop-deleted")).toMatch(/MiB before, .* 0 lists dropped/);
  await server.restart();
  const again = await connect();
  expect(await again.list("groceries")).toMatchObject({ seq: 50, epoch });
  again.close();
});

test("damage is named, and a server that finds it serves the other lists", SLOW, async () => {
  const alice = await connect();
  await alice.start({ list: "good", todos: [{ title: "a" }] });
  await alice.start({ list: "bad", todos: [{ title: "b" }, { title: "c" }] });
  alice.close();
  await server.term();
  const db = new DatabaseSync(join(server.data, "todo.db"));
  db.exec("UPDATE events SET user = 'mallory' WHERE pos = 2");
  db.close();
  const { code, stdout, stderr } = await run("verify");
  expect(code).toBe(1);
  expect(stdout).toContain("bad: event 1 is not what was written\n");
  expect(stderr).toMatch(/is damaged: 1 of 2 lists; the first is bad, at event 1\.\n$/);
  await server.restart();
  const again = await connect();
  expect(await again.list("good")).toMatchObject({ seq: 1 });
  await expect(again.list("bad")).rejects.toMatchObject({ kind: "crashed" });
  again.close();
});

test("an index that is damaged is not served from: the server says what to do", SLOW, async () => {
  const alice = await connect();
  await alice.start({ list: "groceries" });
  alice.close();
  await server.term();
  const db = new DatabaseSync(join(server.data, "todo.db"));
  db.exec("UPDATE members SET user = 'mallory'");
  db.close();
  const ended = await runServer(["--port", "0", "--data", server.data]);
  expect(ended).toMatchObject({ code: 1, stdout: "" });
  expect(ended.stderr).toMatch(
    /^todo-server: .*index of lists and members is damaged; restore a b/,
  );
  expect((await run("verify")).stdout).toContain(
    "groceries: its birth is followed by other members",
  );
});

test("what is no store is refused, never replaced by an empty one", SLOW, async () => {
  await server.term();
  const path = join(server.data, "todo.db");
  for (const text of ["", "Dear diary, ".repeat(1000)]) {
    writeFileSync(path, text);
    const refusals = [["verify"], ["backup", join(folder, "b.db")], ["compact"], ["export", "x"]];
    for (const args of refusals) {
      expect(await sentence(1, ...args)).toMatch(/is not a store of todo-actors, or is damaged/);
    }
    expect(readFileSync(path, "utf8")).toBe(text);
  }
  rmSync(path);
  expect(await sentence(1, "verify")).toMatch(/todo\.db is not there/);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(dirname(path)).filter((file) => /draft|new/.test(file))).toEqual([]);
});

test("wrong words are refused with 2, and --help tells the right ones", SLOW, async () => {
  for (const args of [["backup"], ["verify", "--frob"], ["export"], ["import"], ["restore"]]) {
    expect(await sentence(2, ...args)).toMatch(/See --help\./);
  }
  for (const name of ["verify", "backup", "restore", "export", "import", "compact"]) {
    const { code, stdout } = await run(name, "--help");
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("--data") });
  }
});
