/**
 * Transcripts: the wire, pinned frame by frame; no client library takes part (transcript.ts).
 */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerProcess } from "../support/server_process.ts";
import { play } from "./transcript.ts";
import { readLines } from "./transcript_file.ts";

const FILES = globSync("test/protocol/*.jsonl").sort();
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server?.remove());

test.each(FILES.map((file) => [basename(file), file]))("%s", async (_name, file) => {
  const text = readFileSync(file, "utf8");
  const flags = readLines(text)[0]?.[1].server;
  if (flags === undefined) return play(server, text);
  const own = await ServerProcess.start(flags);
  try {
    await play(own, text);
  } finally {
    await own.remove();
  }
});

describe("the player of transcripts itself", () => {
  const HELLO = '{"connect":"alice"}\n{"expect":{"method":"welcome","…":""}}\n';

  test.each([
    [
      "another value",
      '{"send":{"jsonrpc":"2.0","id":1,"method":"whoami"}}\n{"expect":{"id":2,"…":""}}',
    ],
    [
      "a member too many",
      '{"send":{"jsonrpc":"2.0","id":1,"method":"whoami"}}\n{"expect":{"id":1}}',
    ],
    [
      "a member too few",
      '{"send":{"jsonrpc":"2.0","id":1,"method":"whoami"}}\n{"expect":{"x":1,"…":""}}',
    ],
    ["a message too many", '{"send":{"jsonrpc":"2.0","id":1,"method":"whoami"}}'],
    ["another close code", '{"binary":"x"}\n{"expect":{"method":"bye","…":""}}\n{"close":4401}'],
  ])("refuses %s", async (_what, lines) => {
    await expect(play(server, HELLO + lines)).rejects.toThrow();
  });
});
