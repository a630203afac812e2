/** Transcripts: the same that the server is held to, those of calls and casts, for the client. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { playClient } from "../protocol/transcript_client.ts";

const FILES = [
  "agenda",
  "casts",
  "delete_restore",
  "describe",
  "full",
  "history",
  "keys",
  "list_life",
  "positions",
  "sharing",
  "tags",
  "tx",
];

test.each(FILES)("%s.jsonl", async (name) => {
  await playClient(readFileSync(`test/protocol/${name}.jsonl`, "utf8"));
});

describe("the player of transcripts itself", () => {
  const HELLO = '{"connect":"alice"}\n{"expect":{"method":"welcome","params":{"…":""}}}\n';
  const ASK = '{"send":{"jsonrpc":"2.0","id":1,"method":"whoami","params":{}}}\n';
  const reply = (said: string) => `${ASK}{"expect":{"jsonrpc":"2.0","id":1,${said}}}`;
  const errorOf = (kind: string) =>
    `"error":{"code":-32016,"message":"No.","data":{"kind":"${kind}","retry":false}}`;

  test.each([
    ["params that the client does not send", ASK.replace("{}", '{"x":1}')],
    ["a member that the client does not send", ASK.replace("2.0", "1.0")],
    ["a result that the client does not hand on", reply('"result":{},"more":1')],
    ["an error that the client hands on otherwise", reply(errorOf("of_no_version"))],
    ["a method that the client has not", ASK.replace("whoami", "whoareyou")],
  ])("refuses %s", async (_what, lines) => {
    await expect(playClient(HELLO + lines)).rejects.toThrow(/^line [34]: /);
  });

  test("takes what the client does send and hand on", async () => {
    await playClient(HELLO + reply('"result":{"user":"alice"}'));
    await playClient(HELLO + reply(errorOf("forbidden")));
  });
});
