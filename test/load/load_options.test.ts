/** LoadOptions: what the arguments come to, and the sentence for each that is refused. */
import { describe, expect, test } from "vitest";
import { type LoadOptions, parseLoad } from "./load_options.ts";
import { SCENARIOS } from "./scenarios/scenarios.ts";

const SEE_HELP = "See `npm run load -- --help`.";

function options(text: string, env: { [name: string]: string } = {}): LoadOptions {
  const parsed = parseLoad(text.split(" "), env);
  if (parsed.kind !== "options") throw new Error(JSON.stringify(parsed));
  return parsed.options;
}

test("each scenario has its own defaults, and every run ends", () => {
  for (const [name, { defaults }] of Object.entries(SCENARIOS)) {
    expect(options(name)).toMatchObject({ scenario: name, shape: defaults, seconds: 10 });
  }
});

test("what is given wins over defaults", () => {
  expect(options("rooms --connections 40 --lists 4 --writers 10 --seconds 60 --seed 7")).toEqual({
    scenario: "rooms",
    shape: { connections: 40, lists: 4, writers: 10 },
    seconds: 60,
    rate: undefined,
    outstanding: 1,
    url: "ws://127.0.0.1:4000/socket",
    data: "./data",
    token: undefined,
    as: "load",
    workers: 2,
    keep: false,
    json: false,
    seed: 7,
  });
});

test("with a rate, a connection may have many operations under way", () => {
  expect(options("call --rate 100")).toMatchObject({ rate: 100, outstanding: 64 });
  expect(options("call --rate 100 --outstanding 2")).toMatchObject({ outstanding: 2 });
});

test("the environment names server, folder and token; a flag goes before it", () => {
  const env = { TODO_URL: "http://localhost:5000", TODO_DATA: "/srv/todo", TODO_TOKEN: "x.y.z" };
  expect(options("call", env)).toMatchObject({
    url: "ws://localhost:5000/socket",
    data: "/srv/todo",
    token: "x.y.z",
  });
  expect(options("call --url ws://127.0.0.1:1/s --data d", env)).toMatchObject({
    url: "ws://127.0.0.1:1/s",
    data: "d",
  });
});

test("another machine needs the word that it may be loaded", () => {
  const url = "wss://todo.example.com/socket";
  expect(parseLoad(["call", "--url", url], {})).toEqual({
    kind: "refused",
    sentence:
      `${url} is another machine: add --i-own-this-server if you may put load on it. ` + SEE_HELP,
  });
  const owned = `call --url ${url} --i-own-this-server`;
  expect(options(`${owned} --data d`).url).toBe(url);
  expect(options(owned, { TODO_TOKEN: "x.y.z" }).url).toBe(url);
  expect(parseLoad(owned.split(" "), { TODO_DATA: "/srv/todo" })).toEqual({
    kind: "refused",
    sentence:
      `The server at ${url} wants a token. Put one into TODO_TOKEN, made beside the server with ` +
      "`npm run -s token -- USER`, or name the server's data folder with --data. " +
      SEE_HELP,
  });
  for (const local of ["localhost:1", "127.8.0.1:1", "[::1]:1"]) {
    expect(options(`call --url ws://${local}`).url).toBe(`ws://${local}/socket`);
  }
});

test("a TODO_TOKEN that can be none is refused", () => {
  expect(parseLoad(["call"], { TODO_TOKEN: "a.b.c\n" })).toEqual({
    kind: "refused",
    sentence:
      "TODO_TOKEN holds no token. Put one there, made beside the server with " +
      `\`npm run -s token -- USER\`. ${SEE_HELP}`,
  });
});

test("help names every scenario, and fits 80 columns", () => {
  const parsed = parseLoad(["--help"], {});
  if (parsed.kind !== "help") throw new Error(parsed.kind);
  for (const name of Object.keys(SCENARIOS)) expect(parsed.text).toContain(`  ${name} `);
  expect(parsed.text.split("\n").filter((line) => line.length > 80)).toEqual([]);
});

describe("what is refused is one sentence", () => {
  const refusals: readonly (readonly [args: string, sentence: string])[] = [
    ["nap", "A scenario is one of call, fanout, rooms, idle, connect; nap came."],
    ["constructor", "A scenario is one of call, fanout, rooms, idle, connect; constructor came."],
    ["call --lists 3", "call has no --lists: it is for rooms and idle."],
    ["idle --writers 3", "idle has no --writers: it is for fanout and rooms."],
    [
      "connect --outstanding 3",
      "connect has no --outstanding: it is for call and fanout and rooms.",
    ],
    ["call --bogus", "Unknown option '--bogus'."],
    ["call more", "Too many arguments. Expected 1 argument but got 2: call, more."],
    ["call --as a/b", `--as wants the beginning of user names; "a/b" came.`],
    ["call --url ftp://x", `--url wants one like ws://127.0.0.1:4000/socket; "ftp://x" came.`],
    [
      "call --url ws://127.0.0.1/?token=x",
      "--url wants no token, user or query; a token goes in TODO_TOKEN.",
    ],
    [
      "rooms --connections 9 --lists 5",
      "rooms wants at least --lists × --writers connections, here 10; --connections 9 came.",
    ],
    ...["0", "601", "1.5", "-1", "x"].map((seconds) => {
      const want = `argument '${seconds}' is invalid. Want an integer from 1 to 600.`;
      return [`call --seconds ${seconds}`, `Option '--seconds <n>' ${want}`] as const;
    }),
  ];

  test.each(refusals)("%s", (args, sentence) => {
    expect(parseLoad(args.split(" "), {})).toEqual({
      kind: "refused",
      sentence: `${sentence} ${SEE_HELP}`,
    });
  });
});
