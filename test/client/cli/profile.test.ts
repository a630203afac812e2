/** Profile: what a profile says, what goes before it, and what is refused. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GlobalOptions, settingsOf } from "../../../client/cli/settings.ts";
import { CliWorld, failed } from "./cli_world.ts";

let cli: CliWorld;
beforeEach(async () => {
  cli = await CliWorld.start();
});
afterEach(() => cli.remove());

const CONFIG = "config/todo/config.json";

function configure(profiles: object): string {
  return cli.file(CONFIG, JSON.stringify({ profiles }));
}

function settings(options: GlobalOptions = {}, env: Record<string, string> = {}) {
  return settingsOf(options, { env: { XDG_CONFIG_HOME: join(cli.folder, "config"), ...env } });
}

const WORK = {
  url: "https://todo.example.org",
  as: "alice",
  list: "Groceries",
  token_file: "work.token",
};

describe("a profile", () => {
  test("is named by --profile or TODO_PROFILE; `default` counts without a name", () => {
    configure({ work: WORK, home: { data: "~/todo" }, default: { list: "Home" } });
    const work = {
      url: "wss://todo.example.org/socket",
      user: "alice",
      list: "Groceries",
      token: { from: "file", file: join(cli.folder, "config/todo/work.token") },
      profile: "work",
    };
    expect(settings({ profile: "work" })).toMatchObject(work);
    expect(settings({}, { TODO_PROFILE: "work" })).toMatchObject(work);
    expect(settings({ profile: "home" }, { HOME: "/h" })).toMatchObject({
      data: "/h/todo",
      mints: true,
      token: undefined,
    });
    expect(settings()).toMatchObject({ profile: "default", list: "Home" });
  });

  test("that was not named may be missing, and the file too", () => {
    expect(settings()).toMatchObject({ profile: undefined, url: "ws://127.0.0.1:4000/socket" });
    configure({});
    expect(settings()).toMatchObject({ profile: undefined });
    cli.file(CONFIG, "{}");
    expect(settings()).toMatchObject({ profile: undefined });
  });

  test("goes after flags; named by --profile before variables, else after them", () => {
    configure({ work: WORK });
    const env = { TODO_USER: "eve", TODO_LIST: "Eves", TODO_TOKEN: "t" };
    const own = { user: "alice", list: "Groceries", token: { from: "file" } };
    expect(settings({ profile: "work" }, env)).toMatchObject(own);
    const variables = { user: "eve", list: "Eves", token: { from: "variable", token: "t" } };
    expect(settings({}, { ...env, TODO_PROFILE: "work" })).toMatchObject(variables);
    const flags = { profile: "work", as: "bob", list: "Bobs" };
    expect(settings(flags, env)).toMatchObject({ user: "bob", list: "Bobs" });
  });

  test("its token and its data folder go to its own server alone", () => {
    configure({ work: { ...WORK, data: "/d" } });
    for (const elsewhere of [
      settings({ profile: "work", url: "ws://elsewhere.example.org" }),
      settings({}, { TODO_PROFILE: "work", TODO_URL: "ws://elsewhere.example.org" }),
    ]) {
      expect(elsewhere).toMatchObject({ token: undefined, mints: false, data: "./data" });
    }
  });

  test("its url and data folder go together, a TODO_DATA goes with no url elsewhere", () => {
    configure({ work: { url: "https://todo.example.org", data: "/d" } });
    const TODO_DATA = "/elsewhere";
    const url = "wss://todo.example.org";
    for (const [options, env, mints] of [
      [{ profile: "work" }, {}, true],
      [{ profile: "work" }, { TODO_DATA }, true],
      [{}, { TODO_PROFILE: "work" }, true],
      [{}, { TODO_PROFILE: "work", TODO_DATA }, false],
      [{ url }, { TODO_DATA }, false],
      [{}, { TODO_URL: url, TODO_DATA }, false],
      [{ url, data: "/d" }, {}, true],
      [{ url: "ws://127.8.0.1:5000" }, { TODO_DATA }, true],
      [{ url: "ws://[::1]:5000" }, {}, true],
    ] as const) {
      expect(settings(options, env).mints, JSON.stringify([options, env])).toBe(mints);
    }
  });

  test("is what status names", async () => {
    cli.file("config/todo/a.token", "token-of-alice\n");
    configure({ work: { url: cli.server.url, token_file: "a.token" } });
    const terminal = cli.terminal("eve");
    const { exit, out } = await cli.run(terminal, "status", "--profile", "work");
    expect(exit).toBe(0);
    expect(out).toContain("you are      alice, as <0.7.0>\nprofile      work\n");
    expect(out).toContain(`token        from ${join(cli.folder, "config/todo/a.token")}\n`);
  });
});

describe("a configuration that cannot be used: exit code 2", () => {
  const PLACE = () => join(cli.folder, CONFIG);
  test.each([
    ["{", " is not JSON at line 1, column 2. Correct it, or remove it."],
    ['{"profiles": {"work": {"url": secret}}}', " is not JSON. Correct it, or remove it."],
    [
      "[]",
      ' wants the shape {"profiles": {"NAME": ' +
        '{"url": "wss://HOST/socket", "token_file": "PATH"}}}; another one came.',
    ],
    ['{"profiles": {"a": {}, "b": {}}}', ' has no profile "work"; it has "a", "b".'],
    ["{}", ' has no profile "work"; it has none.'],
    [
      '{"profiles": {"work": 1}}',
      ': profile "work" wants an object with url, as, data, list, token_file.',
    ],
    [
      '{"profiles": {"work": {"urk": ""}}}',
      ': profile "work" has a "urk"; want url, as, data, list, token_file.',
    ],
    ['{"profiles": {"work": {"url": 1}}}', ': profile "work" wants text as "url".'],
    [
      '{"profiles": {"work": {"token": "t"}}}',
      ': profile "work" has a token: keep it in a file of its own, named as "token_file".',
    ],
    [
      '{"profiles": {"work": {"token_file": "t"}}}',
      ': profile "work" has a "token_file": say with "url" which server it is for.',
    ],
  ])("%s", async (text, sentence) => {
    cli.file(CONFIG, text);
    const { exit, out, err } = await cli.todo("ls", "--profile", "work");
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toBe(`${PLACE()}${sentence}\n`);
    expect(err).not.toContain("secret");
  });
});

test("a token file is read anew for every connection", async () => {
  cli.file("a.token", "token-of-alice");
  configure({ work: { url: cli.server.url, token_file: join(cli.folder, "a.token") } });
  await cli.todo("start", "Garden");
  const terminal = cli.terminal();
  const watching = cli.run(terminal, "watch", "--profile", "work", "--list", "Garden");
  await terminal.stdout.until("Garden");
  cli.file("a.token", "token-of-eve");
  cli.server.connection.cut();
  await terminal.stdout.until("is back");
  expect(cli.server.connection.user).toBe("eve");
  terminal.interrupt();
  expect((await watching).exit).toBe(0);
});

describe("a token file that cannot be used: exit code 4", () => {
  async function lsWith(name: string) {
    configure({ work: { url: cli.server.url, token_file: name } });
    return cli.todo("ls", "--profile", "work");
  }

  test("others can read it", async () => {
    const file = cli.file("open.token", "token-of-alice");
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(file, mode);
      expect(await lsWith(file)).toEqual(
        failed(4, `Others can read the token in ${file}: run \`chmod 600 ${file}\`.`),
      );
    }
    chmodSync(file, 0o400);
    expect((await lsWith(file)).err).toContain("You have no list yet.");
  });

  test("it is a folder", async () => {
    const file = join(cli.folder, "config");
    expect(await lsWith(file)).toEqual(
      failed(4, `${file} is a folder: name a file in it as "token_file".`),
    );
  });

  test("its token is of somebody else than --as: exit code 2", async () => {
    const file = cli.file("a.token", "token-of-alice");
    configure({ work: { url: cli.server.url, token_file: file } });
    expect(await cli.todo("ls", "--profile", "work", "--as", "bob")).toEqual(
      failed(2, `${file} is a token of alice, not of bob: name another profile or leave out --as.`),
    );
  });

  test("it is missing, or holds something else", async () => {
    const file = join(cli.folder, "none.token");
    const advice =
      "Put one there, made beside the server with " + `\`npm run -s token -- USER > ${file}\`.`;
    expect(await lsWith(file)).toEqual(
      failed(4, `The token file ${file} cannot be read (ENOENT). ${advice}`),
    );
    cli.file("none.token", "two words");
    expect(await lsWith(file)).toEqual(failed(4, `${file} holds no token. ${advice}`));
  });

  test("the server does not take it", async () => {
    const file = cli.file("old.token", "token-of-alice");
    await cli.restart({
      greet(connection) {
        connection.push("bye", { code: 4401, reason: "A valid token is wanted." });
        connection.close(4401, "A valid token is wanted.");
      },
    });
    expect(await lsWith(file)).toEqual(
      failed(
        4,
        `The token in ${file} is expired or not one of ${cli.server.url}. ` +
          "Put one there, made beside the server with `npm run -s token -- USER`.",
      ),
    );
  });
});
