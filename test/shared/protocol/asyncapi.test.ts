/**
 * AsyncApi: the published document is whole, right about itself, and the file is up to date.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { protocolDocument } from "../../../shared/protocol/asyncapi.ts";
import { CLOSE_CODES } from "../../../shared/protocol/close_codes.ts";
import { ERRORS } from "../../../shared/protocol/errors.ts";
import { SERVER_MESSAGE_BYTES_MAX } from "../../../shared/protocol/limits.ts";
import { METHOD_DOCS } from "../../../shared/protocol/method_docs.ts";
import { decodeParams, METHODS, type MethodName } from "../../../shared/protocol/methods.ts";
import { PUSH_DOCS } from "../../../shared/protocol/push_docs.ts";
import { judgeOf, resolve } from "./json_schema.ts";

interface Message {
  readonly payload: { readonly $ref: string };
  readonly examples: readonly { readonly payload: Record<string, unknown> }[];
}

interface Operation {
  readonly action: "receive" | "send";
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
}

interface Document {
  readonly asyncapi: string;
  readonly channels: { readonly socket: { readonly messages: Record<string, object> } };
  readonly operations: Record<string, Operation>;
  readonly components: {
    readonly schemas: Record<string, object>;
    readonly messages: Record<string, Message>;
  };
  readonly [word: `x-${string}`]: unknown;
}

const text = JSON.stringify(protocolDocument());
const document = JSON.parse(text) as Document;
const names = Object.keys(METHODS) as MethodName[];
const pushes = Object.keys(PUSH_DOCS);
const { messages, schemas } = document.components;

test("docs/asyncapi.json is up to date; npm run asyncapi writes it anew", () => {
  const file = readFileSync(new URL("../../../docs/asyncapi.json", import.meta.url), "utf8");
  expect(JSON.parse(file)).toEqual(document);
});

test("it is AsyncAPI 3.0 and far below what one message of the server may be", () => {
  expect(document.asyncapi).toBe("3.0.0");
  expect(text.length).toBeLessThan(SERVER_MESSAGE_BYTES_MAX / 4);
});

test("every reference names something that is there", () => {
  const refs = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(refs.length).toBeGreaterThan(names.length);
  for (const ref of refs) expect([ref, resolve(document, ref)]).toEqual([ref, expect.anything()]);
});

test("every message is on the socket and in an operation, every schema in use", () => {
  const operations = Object.values(document.operations);
  const used = operations.flatMap(({ messages, reply }) => [
    ...messages,
    ...(reply?.messages ?? []),
  ]);
  const usedNames = used.map(({ $ref }) => $ref.replace("#/channels/socket/messages/", ""));
  expect([...new Set(usedNames)].sort()).toEqual(Object.keys(messages).sort());
  expect(Object.keys(document.channels.socket.messages)).toEqual(Object.keys(messages));
  for (const name of Object.keys(schemas)) {
    expect(text).toContain(`"$ref":"#/components/schemas/${name}"`);
  }
});

test("the server receives every method, and sends its reply and every push", () => {
  expect(Object.keys(document.operations)).toEqual([...names, ...pushes]);
  for (const name of names) {
    const { action, reply } = document.operations[name] as Operation;
    expect([name, action, reply?.messages.length]).toEqual([name, "receive", 2]);
  }
  for (const name of pushes) expect(document.operations[name]).toMatchObject({ action: "send" });
});

test("the tables of errors, close codes and limits are in it", () => {
  expect(document["x-errors"]).toEqual(ERRORS);
  expect(document["x-close-codes"]).toEqual(JSON.parse(JSON.stringify(CLOSE_CODES)));
  expect(document["x-limits"]).toMatchObject({ MESSAGE_BYTES_MAX: 65_536, TX_OPS_MAX: 100 });
});

describe("examples", () => {
  const judge = judgeOf(document);

  test.each(Object.keys(messages))("that of %s is of its schema, and of JSON-RPC 2.0", (name) => {
    const { examples, payload } = messages[name] as Message;
    expect(examples).toHaveLength(1);
    for (const example of examples) {
      expect(judge(payload, example.payload)).toBe(true);
      expect(judge(payload, { ...example.payload, jsonrpc: "1.0" })).toBe(false);
    }
  });

  test.each(names)("%s takes that of its params as it is", (name) => {
    const { params } = METHOD_DOCS[name];
    expect(decodeParams(name, params)).toEqual({ ok: true, params });
  });

  test.each(names)("a %s without an id is published only where it may be cast", (name) => {
    const { examples, payload } = messages[`${name}.call`] as Message;
    const { id: _, ...cast } = examples[0]?.payload ?? {};
    expect(judge(payload, cast)).toBe(METHODS[name].cast);
  });
});
