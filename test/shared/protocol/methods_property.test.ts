/**
 * Methods, on params that are made up: right ones are taken, wrong ones refused in one sentence,
 * and the published document says the same of both.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { protocolDocument } from "../../../shared/protocol/asyncapi.ts";
import { decodeParams, type MethodName } from "../../../shared/protocol/methods.ts";
import { judgeOf } from "./json_schema.ts";
import { rightParams, SECRET, wrongParams } from "./params_arbitrary.ts";

const judge = judgeOf(protocolDocument());

function isPublished(method: MethodName, params: object): boolean {
  const ref = { $ref: `#/components/schemas/${method}.call` };
  return judge(ref, { jsonrpc: "2.0", id: 1, method, params });
}

test("right params are taken, and again as they came out", () => {
  fc.assert(
    fc.property(rightParams, ({ method, params }) => {
      const decoded = decodeParams(method, params);
      expect(decoded).toMatchObject({ ok: true });
      if (decoded.ok) expect(decodeParams(method, decoded.params)).toEqual(decoded);
    }),
    { numRuns: 500 },
  );
});

test("params with one wrong value are refused in one sentence that repeats no text", () => {
  fc.assert(
    fc.property(wrongParams, ({ method, params }) => {
      const decoded = decodeParams(method, params);
      expect(decoded).toMatchObject({ ok: false });
      if (decoded.ok) return;
      expect(decoded.message).toMatch(/^[a-z_[\]0-9.]+ must be [^\r\n]+ came\.$/);
      expect(decoded.message).not.toContain(SECRET);
    }),
    { numRuns: 500 },
  );
});

test("the published document takes and refuses the same", () => {
  fc.assert(
    fc.property(rightParams, wrongParams, (right, wrong) => {
      expect(isPublished(right.method, right.params)).toBe(true);
      expect(isPublished(wrong.method, wrong.params)).toBe(false);
    }),
  );
});

test("text is bounded by the published document as it is by the methods", () => {
  const units = fc.constantFrom("a", " ", "\n", "\t", "\u0000", "\u0085", "\ud800", "🛒", "\u00a0");
  const text = fc.string({ unit: units, maxLength: 6 });
  const edges = [500, 501, 64, 65, 50, 51].map((length) => "🛒".repeat(length));
  fc.assert(
    fc.property(fc.oneof(text, fc.constantFrom(...edges)), (given) => {
      for (const todo of [{ title: given }, { title: "x", notes: given, tags: [given] }]) {
        const params = { list: "groceries", todo };
        expect(isPublished("add_todo", params)).toBe(decodeParams("add_todo", params).ok);
      }
      for (const params of [
        { list: given },
        { list: "a", user: given },
        { title: "x", key: given },
      ]) {
        for (const method of ["unsubscribe", "unshare", "start"] as const) {
          expect(isPublished(method, params)).toBe(decodeParams(method, params).ok);
        }
      }
    }),
    { numRuns: 1000 },
  );
});
