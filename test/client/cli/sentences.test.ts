/** Sentences: what is said of every wrong input, word for word, and its exit code. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EXIT, explain } from "../../../client/cli/exit_code.ts";
import { RpcError, type RpcErrorKind } from "../../../client/rpc_error.ts";
import { createTokens } from "../../../server/auth/tokens.ts";
import { refusal } from "../support/fake_server.ts";
import { CliWorld, failed, type Ran } from "./cli_world.ts";

let cli: CliWorld;
let todo: (...args: string[]) => Promise<Ran>;
beforeEach(async () => {
  cli = await CliWorld.start();
  todo = cli.todo;
});
afterEach(() => cli.remove());

const DATES = 'A date is a day like 2026-12-24, today, tomorrow, fri, "in 2 weeks" or none;';
const IDS = "An ID is the number that `todo ls` shows before a todo;";
const TITLE = "A title is trimmed text of 1 to 500 characters without control characters;";
const NOTES =
  "--notes wants text of at most 10000 characters without control characters other than " +
  "line feed and tab;";
const TAG = "A tag is text of 1 to 50 characters without control characters;";
const MANY_TAGS = Array.from("bcdefghijklmnopqrstu").join();
const BEHIND = "A list that begins with - goes behind --, as in";
const HELP = "See `todo --help`.";
const USER = "a user name, 1 to 64 of A-Z a-z 0-9 _ . @ - that begin with a letter or a digit;";
const CHANGE = "Say what to change, as in `todo edit 12 Oat milk +home --date tomorrow`.";

describe("wrong usage: exit code 2, before anybody is connected to", () => {
  test.each([
    [["add", "x", "--date", "soon"], `${DATES} "soon" came.`],
    [
      ["ls", "--date", "2026-02-30"],
      'The calendar has no day "2026-02-30"; want one like 2026-12-24.',
    ],
    [["done", "one"], `${IDS} "one" came.`],
    [["show", "0"], `${IDS} "0" came.`],
    [["undone", "1", "1.5"], `${IDS} "1.5" came.`],
    [["edit", "1"], CHANGE],
    [["add", "  "], `${TITLE} empty text came.`],
    [["add", "+1"], `${TITLE} +1 was read as a tag: write '\\+1' to mean the word.`],
    [["add", "@bob"], `${TITLE} @bob was read as the assignee: write '\\@bob' to mean the word.`],
    [
      ["add", "!high"],
      `${TITLE} !high was read as the priority: write '\\!high' to mean the word.`,
    ],
    [
      ["add", "x", "--notes", "a\u0007"],
      `${NOTES} text of 2 characters with a control character in it came.`,
    ],
    [
      ["edit", "1", "--notes", "a\u0007"],
      `${NOTES} text of 2 characters with a control character in it came.`,
    ],
    [["add", "x", "--tags", "y".repeat(51)], `${TAG} text of 51 characters came.`],
    [["edit", "1", `+${"y".repeat(51)}`], `${TAG} text of 51 characters came.`],
    [["add", "x", "+a", "--tags", MANY_TAGS], "A todo has at most 20 tags; 21 came."],
    [["edit", "1", "--tags", `${MANY_TAGS},v`], "A todo has at most 20 tags; 21 came."],
    [["members", "-abc"], `Unknown option '-abc'. ${BEHIND} \`todo members -- -ID\`. ${HELP}`],
    [
      ["delete", "--yes", "--bc"],
      `Unknown option '--bc'. ${BEHIND} \`todo delete -- -ID\`. ${HELP}`,
    ],
    [["start", "a\u0007"], `${TITLE} text of 2 characters with a control character in it came.`],
    [["rename", "x", "y".repeat(501)], `${TITLE} text of 501 characters came.`],
    [["add", "x", "--assignee", "b b"], `--assignee wants ${USER} "b b" came.`],
    [["share", "x", "b b"], `USER wants ${USER} "b b" came.`],
    [
      ["add", "x !high", "--priority", "low"],
      "The priority stands both in the words and in --priority: leave one out.",
    ],
    [
      ["edit", "1", "x", "--title", "y"],
      "The title stands both in the words and in --title: leave one out.",
    ],
    [
      ["add", "x @bob @eve"],
      "A todo has one assignee; @bob and @eve came. A word is taken literally behind a backslash.",
    ],
    [["add"], "Missing required argument 'title'. See `todo --help`."],
    [["lss"], "Unknown command 'lss' (Did you mean ls?). See `todo --help`."],
    [["ls", "--bogus"], "Unknown option '--bogus'. See `todo --help`."],
    [["ls", "--as", "b b"], `--as wants ${USER} "b b" came.`],
    [["ls", "--url", "x"], '--url wants one like ws://127.0.0.1:4000/socket; "x" came.'],
    [
      ["ls", "--url", "ws://h/socket?token=t"],
      "--url wants no token, user or query; a token goes in TODO_TOKEN.",
    ],
    [
      ["share", "x", "bob", "--role", "king"],
      "Option '--role <role>' argument 'king' is invalid. " +
        "Allowed choices are viewer, editor, owner. See `todo --help`.",
    ],
  ])("%j", async (args, sentence) => {
    expect(await todo(...args)).toEqual(failed(2, sentence));
    expect(cli.server.connections).toHaveLength(0);
  });

  test("notes that are too long: their line ends are not what is wrong", async () => {
    expect(await todo("add", "x", "--notes", `${"n\n".repeat(5000)}n`)).toEqual(
      failed(2, `${NOTES} text of 10001 characters came.`),
    );
  });

  test("the id of a list that begins with - is taken behind --, and by --list", async () => {
    const unknown = failed(1, 'You have no list named "-abc". `todo lists` shows those you have.');
    expect(await todo("members", "--", "-abc")).toEqual(unknown);
    expect(await todo("ls", "--list", "-abc")).toEqual(unknown);
  });

  test("a token of somebody else than --as", async () => {
    expect(await todo("ls", "--as", "bob")).toEqual(
      failed(2, "TODO_TOKEN is a token of alice, not of bob: unset it or leave out --as."),
    );
  });
});

describe("lists", () => {
  test("an unknown one: 1", async () => {
    expect(await todo("add", "x", "--list", "nope")).toEqual(
      failed(1, 'You have no list named "nope". `todo lists` shows those you have.'),
    );
  });

  test("an ambiguous title: 2, with the candidates and how to choose", async () => {
    await todo("start", "Work at home");
    await todo("start", "Work elsewhere");
    expect(await todo("ls", "--list", "work")).toEqual(
      failed(
        2,
        '"work" fits 2 lists, name one by its id: ' +
          '"Work at home" (list-1), "Work elsewhere" (list-2).',
      ),
    );
  });
});

describe("the server", () => {
  test("none: 3", async () => {
    await cli.server.stop();
    expect(await todo("ls")).toEqual(
      failed(
        3,
        `The server at ${cli.server.url} cannot be reached. ` +
          "Start one with `npm start`, or name another with --url.",
      ),
    );
    await cli.restart();
  });

  test("a server that has something else at this path: 3, and where the socket is", async () => {
    for (const status of [404, 200]) {
      await cli.restart({ refuse: status });
      expect(await todo("ls")).toEqual(
        failed(
          3,
          `The server at ${cli.server.url} refused the connection (HTTP ${status}). ` +
            "Its socket is at /socket: give --url that path.",
        ),
      );
    }
    await cli.restart({ refuse: 503 });
    expect((await todo("ls")).err).toMatch(
      /Try again in a moment, or name another with --url\.\n$/,
    );
  });

  test("a TODO_TOKEN that can be none: 4, and nobody is connected to", async () => {
    const holdsNone =
      "TODO_TOKEN holds no token. " +
      "Put one there, made beside the server with `npm run -s token -- USER`.";
    for (const TODO_TOKEN of ["a.b.c\n", "two words", "a\r\nX: y"]) {
      const ran = await cli.run(cli.terminal("alice", { TODO_TOKEN }), "ls");
      expect(ran).toEqual(failed(4, holdsNone));
    }
    expect(cli.server.connections).toHaveLength(0);
  });

  test("a token whose time is over between two calls: 4, as when connecting", async () => {
    cli.answers.lists = () => {
      cli.server.connection.push("bye", { code: 4401, reason: "A valid token is wanted." });
      cli.server.connection.close(4401, "A valid token is wanted.");
      return undefined;
    };
    expect(await todo("ls")).toEqual(
      failed(
        4,
        `The token in TODO_TOKEN is expired or not one of ${cli.server.url}. ` +
          "Put one into TODO_TOKEN, made beside the server with `npm run -s token -- USER`.",
      ),
    );
  });

  test("an expired token: 4", async () => {
    await refuseTokens();
    expect(await todo("ls")).toEqual(
      failed(
        4,
        `The token in TODO_TOKEN is expired or not one of ${cli.server.url}. ` +
          "Put one into TODO_TOKEN, made beside the server with `npm run -s token -- USER`.",
      ),
    );
  });

  test("no token, or a data folder of another server: 4", async () => {
    await refuseTokens();
    const data = join(cli.folder, "data");
    const env = { TODO_TOKEN: "", TODO_DATA: data };
    const named = "Name the server's data folder with --data, or put a token into TODO_TOKEN.";
    const none = await cli.run(cli.terminal("alice", env), "ls");
    expect(none.err).toMatch(/^No token was found: There is no [^\n]*\n$/);
    expect(none).toMatchObject({ exit: 4, err: expect.stringContaining(named) });
    createTokens(data);
    expect(await cli.run(cli.terminal("alice", env), "ls")).toEqual(
      failed(4, `The server at ${cli.server.url} has another data folder than ${data}. ${named}`),
    );
  });

  test("a full list: 1", async () => {
    await todo("start", "groceries");
    cli.answers.add_todo = () => refusal("list_full", { applied: "no" });
    expect(await todo("add", "x")).toEqual(
      failed(
        1,
        "The fake server says list_full. Delete todos that are done, or start another list.",
      ),
    );
  });

  test("a todo that is not there: 1, and the others are done all the same", async () => {
    await todo("start", "groceries");
    await todo("add", "Milk");
    expect(await todo("done", "9", "1")).toEqual({
      exit: 1,
      out: 'Done: 1 "Milk".\n',
      err: 'There is no todo 9 in "groceries". `todo ls` shows those there are.\n',
    });
  });

  async function refuseTokens(): Promise<void> {
    await cli.restart({
      greet(connection) {
        connection.push("bye", { code: 4401, reason: "A valid token is wanted." });
        connection.close(4401, "A valid token is wanted.");
      },
    });
  }
});

describe("what a server refuses", () => {
  const advised: readonly (readonly [RpcErrorKind, number, string])[] = [
    ["unreachable", EXIT.unreachable, " Start one with `npm start`, or name another with --url."],
    ["closed", EXIT.unreachable, " Run the command again to connect anew."],
    ["timeout", EXIT.unreachable, " See with `todo ls` whether it was done."],
    ["forbidden", EXIT.denied, " Ask an owner of the list for the role that it needs."],
    [
      "unauthenticated",
      EXIT.denied,
      " Get a new token with `npm run -s token -- USER` and put it in TODO_TOKEN.",
    ],
    ["limit", EXIT.refused, " Delete lists that nobody needs, or leave some."],
    ["overloaded", EXIT.refused, " Wait a moment and try again."],
    ["read_only", EXIT.refused, " Try again when the server can write."],
    [
      "unknown_method",
      EXIT.refused,
      " The server is older than this program: ask for a newer one.",
    ],
    ["conflict", EXIT.refused, ""],
  ];

  test.each(advised)("%s: exit code %i and what to do", (kind, exit, advice) => {
    const error = new RpcError("So it is.", { kind, code: 0, retry: false });
    expect(explain(error)).toMatchObject({ exit, kind, message: `So it is.${advice}` });
  });
});

describe("without TODO_TOKEN a token is minted from the data folder", () => {
  async function sentFor(...args: string[]) {
    const data = join(cli.folder, "data");
    const opened = createTokens(data);
    if (!opened.ok) throw new Error(opened.message);
    await cli.run(cli.terminal("alice", { TODO_TOKEN: "", TODO_DATA: data }), "lists", ...args);
    const { authorization } = cli.server.connection.request.headers;
    return opened.tokens.verify(authorization?.replace("Bearer ", "") ?? "");
  }

  test("for the system's user", async () => {
    expect(await sentFor()).toMatchObject({ ok: true, identity: { user: "sys" } });
  });

  test("or for --as", async () => {
    expect(await sentFor("--as", "bob")).toMatchObject({ ok: true, identity: { user: "bob" } });
  });
});
