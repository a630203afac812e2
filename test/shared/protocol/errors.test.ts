/**
 * Errors and close codes: the tables are those of PROTOCOL.md section 6.
 */
import { describe, expect, test } from "vitest";
import { CLOSE_CODES, mayReconnect } from "../../../shared/protocol/close_codes.ts";
import { ERRORS, errorObject, isErrorKind } from "../../../shared/protocol/errors.ts";
import { CLOSE_REASON_BYTES_MAX } from "../../../shared/protocol/limits.ts";

const NO_RETRY = {
  parse: -32700,
  invalid_request: -32600,
  unknown_method: -32601,
  bad_args: -32602,
  internal: -32603,
  unauthenticated: -32015,
  forbidden: -32016,
  not_found: -32017,
  conflict: -32018,
  key_reused: -32019,
  too_large: -32020,
  bad_position: -32021,
  duplicate_id: -32023,
  list_full: -32024,
  limit: -32025,
};
const RETRY = {
  timeout: -32010,
  noproc: -32011,
  crashed: -32012,
  overloaded: -32013,
  rate_limited: -32014,
  read_only: -32022,
};

describe("errors", () => {
  test("the kinds, their codes and what may be retried", () => {
    const rows = Object.entries(ERRORS);
    expect(Object.fromEntries(rows.map(([kind, { code }]) => [kind, code]))).toEqual({
      ...NO_RETRY,
      ...RETRY,
    });
    for (const [kind, { retry }] of rows) expect([kind, retry]).toEqual([kind, kind in RETRY]);
  });

  test("each has one plain sentence", () => {
    for (const { sentence } of Object.values(ERRORS)) expect(sentence).toMatch(/^[A-Z][^\n]+\.$/);
  });

  test("an error object is made of its row, a message and details", () => {
    expect(errorObject("not_found", "There is no such todo.", { what: "todo" })).toEqual({
      code: -32017,
      message: "There is no such todo.",
      data: { kind: "not_found", retry: false, what: "todo" },
    });
    expect(errorObject("timeout").message).toBe(ERRORS.timeout.sentence);
  });

  test("a kind is a word of the table and nothing inherited", () => {
    expect(isErrorKind("timeout")).toBe(true);
    for (const word of ["", "constructor", "__proto__", "toString", 5, null, undefined]) {
      expect(isErrorKind(word)).toBe(false);
    }
  });
});

describe("close codes", () => {
  test("41xx come back, 44xx do not", () => {
    const codes = Object.keys(CLOSE_CODES).map(Number);
    expect(codes).toEqual([4100, 4103, 4108, 4109, 4129, 4400, 4401, 4403, 4406]);
    for (const code of codes) expect(mayReconnect(code)).toBe(code < 4200);
  });

  test("a connection that was lost or closed by RFC 6455's own codes comes back", () => {
    for (const code of [1000, 1001, 1006, 1011]) expect(mayReconnect(code)).toBe(true);
  });

  test("reasons fit into a close frame", () => {
    for (const { reason } of Object.values(CLOSE_CODES)) {
      expect(new TextEncoder().encode(reason).length).toBeLessThanOrEqual(CLOSE_REASON_BYTES_MAX);
    }
  });
});
