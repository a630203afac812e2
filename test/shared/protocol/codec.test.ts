/**
 * Codec: what is read as a call, what as a cast, and what is refused before anyone is asked.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeMessage,
  encodeError,
  encodePush,
  encodeResult,
} from "../../../shared/protocol/codec.ts";
import { errorObject } from "../../../shared/protocol/errors.ts";
import { MESSAGE_BYTES_MAX } from "../../../shared/protocol/limits.ts";

/** The text of a call of whoami, with these members in place of its own. */
function messageWith(members: object): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "whoami", ...members });
}

/** The kind of refusal that the text meets; undefined when it is read. */
function kindOf(text: string): string | undefined {
  const decoded = decodeMessage(text);
  return decoded.type === "bad" ? decoded.error.kind : undefined;
}

/** An array that is `depth` levels deep. */
function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("calls and casts", () => {
  test("a message with an id is a call, one without is a cast", () => {
    expect(decodeMessage(messageWith({ params: { a: 1 } }))).toEqual({
      type: "call",
      id: 1,
      method: "whoami",
      params: { a: 1 },
    });
    expect(decodeMessage(messageWith({ id: undefined, params: { a: 1 } }))).toEqual({
      type: "cast",
      method: "whoami",
      params: { a: 1 },
    });
  });

  test("absent params count as {}; others come out as they are, null too", () => {
    expect(decodeMessage(messageWith({}))).toMatchObject({ params: {} });
    for (const params of [null, [], [1], "x", 5, true, { a: null }]) {
      expect(decodeMessage(messageWith({ params }))).toMatchObject({ params });
    }
  });

  test("members that are not known are ignored, __proto__ as any other", () => {
    const text = '{"__proto__":{"id":7},"jsonrpc":"2.0","method":"whoami","trace":"x"}';
    expect(decodeMessage(text)).toEqual({ type: "cast", method: "whoami", params: {} });
  });

  test.each([0, 1, -5, 2 ** 53 - 1, -(2 ** 53 - 1), "a", "1", "x".repeat(64), "🛒".repeat(64)])(
    "the id %s comes back as it was",
    (id) => {
      const decoded = decodeMessage(messageWith({ id }));
      expect(decoded).toMatchObject({ type: "call", id });
      expect(JSON.parse(encodeResult(id, {}))).toEqual({ jsonrpc: "2.0", id, result: {} });
    },
  );

  test("whatever JSON-RPC says is read without a loss", () => {
    const ids = fc.oneof(fc.maxSafeInteger(), fc.string({ minLength: 1, maxLength: 32 }));
    const params = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(ids, fc.string(), params, (id, method, given) => {
        const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: given });
        const read = JSON.parse(text) as { id: unknown; params: unknown };
        expect(decodeMessage(text)).toEqual({
          type: "call",
          id: read.id,
          method,
          params: read.params,
        });
      }),
    );
  });
});

describe("refusals", () => {
  test.each(["", " ", "nonsense", "{]", '{"jsonrpc":"2.0","id":', "{} {}", "\u0000", "NaN"])(
    "%j is no JSON: parse",
    (text) => {
      expect(kindOf(text)).toBe("parse");
    },
  );

  test.each(["[]", `[${messageWith({})}]`, `[${messageWith({})},${messageWith({})}]`])(
    "a batch is invalid: %s",
    (text) => {
      expect(kindOf(text)).toBe("invalid_request");
    },
  );

  test.each(["5", '"x"', "null", "true", "{}"])("%s is no request: invalid", (text) => {
    expect(kindOf(text)).toBe("invalid_request");
  });

  test.each([
    { jsonrpc: undefined },
    { jsonrpc: "1.0" },
    { jsonrpc: 2 },
    { method: undefined },
    { method: 5 },
    { method: null },
    { method: undefined, result: {} },
  ])("%j makes a request invalid", (members) => {
    expect(kindOf(messageWith(members))).toBe("invalid_request");
  });

  test.each([
    null,
    true,
    1.5,
    2 ** 53,
    -(2 ** 53),
    1e300,
    "",
    "x".repeat(65),
    "🛒".repeat(65),
    [],
    [1],
    {},
    { id: 1 },
  ])("the id %j is none: invalid", (id) => {
    expect(kindOf(messageWith({ id }))).toBe("invalid_request");
  });

  test("a message of 65,536 bytes is read, one of 65,537 is too large", () => {
    for (const [letter, bytes] of [
      ["x", 1],
      ["é", 2],
      ["€", 3],
      ["🛒", 4],
    ] as const) {
      const room = MESSAGE_BYTES_MAX - messageWith({ params: { pad: "" } }).length;
      const pad = letter.repeat(Math.floor(room / bytes)) + "x".repeat(room % bytes);
      expect(kindOf(messageWith({ params: { pad } }))).toBeUndefined();
      expect(kindOf(messageWith({ params: { pad: `${pad}x` } }))).toBe("too_large");
    }
  });

  test("what is too large is said so, whether or not it is JSON", () => {
    expect(kindOf("x".repeat(MESSAGE_BYTES_MAX + 1))).toBe("too_large");
  });

  test("32 levels are read, the message being 1; 33 are invalid", () => {
    const withParams = (params: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"whoami","params":${params}}`;
    expect(kindOf(withParams(nested(31)))).toBeUndefined();
    expect(kindOf(withParams(`[[],${nested(30)},[]]`))).toBeUndefined(); // More brackets, as deep.
    expect(kindOf(withParams(nested(32)))).toBe("invalid_request");
    expect(kindOf(withParams(`{"__proto__":${nested(31)}}`))).toBe("invalid_request");
    expect(kindOf(withParams(`[1,[],${nested(31)}]`))).toBe("invalid_request");
    expect(kindOf(withParams(nested(30_000)))).toBe("invalid_request");
    expect(kindOf('{"a":'.repeat(10_000) + "1" + "}".repeat(10_000))).toBe("invalid_request");
  });

  test("many brackets side by side, or within text, are not deep", () => {
    const params = { list: Array.from({ length: 100 }, () => ({})), text: "[{".repeat(100) };
    expect(kindOf(messageWith({ params }))).toBeUndefined();
    expect(kindOf(messageWith({ method: "[".repeat(40) }))).toBeUndefined();
  });

  test("a refusal is one line and repeats nothing of what came", () => {
    for (const text of ["hunter2", messageWith({ id: ["hunter2"] }), '{"hunter2":\n1}']) {
      const decoded = decodeMessage(text);
      expect(decoded).toMatchObject({ type: "bad" });
      expect(JSON.stringify(decoded)).not.toMatch(/hunter2|\\n/);
    }
  });
});

describe("encoding", () => {
  test("a result goes out as the object that it is, or as the text that it has", () => {
    const text = '{"jsonrpc":"2.0","id":7,"result":{"id":12,"rev":57}}';
    expect(encodeResult(7, { id: 12, rev: 57 })).toBe(text);
    expect(encodeResult(7, '{"id":12,"rev":57}')).toBe(text);
  });

  test("an error has its id, or null", () => {
    const error = errorObject("not_found", "There is no such todo.", { what: "todo" });
    for (const id of [7, 'quo"te', null]) {
      expect(JSON.parse(encodeError(id, error))).toEqual({ jsonrpc: "2.0", id, error });
    }
  });

  test("a push has params and no id", () => {
    const text = '{"jsonrpc":"2.0","method":"tick","params":{"now":5}}';
    expect(encodePush("tick", { now: 5 })).toBe(text);
    expect(encodePush("tick", '{"now":5}')).toBe(text);
  });

  test("what goes out is one line, whatever text it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (title) => {
        const texts = [encodeResult(title, { title }), encodePush("event", { title })];
        for (const text of texts) expect(text).not.toMatch(/[\r\n]/);
        expect(JSON.parse(encodeResult(title, { title }))).toMatchObject({ id: title });
      }),
    );
  });
});
