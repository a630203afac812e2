/**
 * Replies: an answer as the client reads it; `applied` on every refusal of a write.
 */
import { describe, expect, test } from "vitest";
import { replyText } from "../../server/gateway/replies.ts";
import { refuse } from "../../server/todo/todo_request.ts";
import { ERRORS, type ErrorKind } from "../../shared/protocol/errors.ts";

const KINDS = Object.keys(ERRORS) as ErrorKind[];
const UNKNOWN: readonly ErrorKind[] = ["timeout", "crashed", "internal"];

function errorOf(method: string, kind: ErrorKind) {
  return JSON.parse(replyText(7, method, refuse(kind))) as {
    readonly id: number;
    readonly error: { readonly code: number; readonly data: Record<string, unknown> };
  };
}

test("a result is the reply's result", () => {
  const text = replyText("a", "whoami", { ok: true, result: { user: "alice" } });
  expect(JSON.parse(text)).toEqual({ jsonrpc: "2.0", id: "a", result: { user: "alice" } });
});

describe.each(KINDS)("%s", (kind) => {
  test("has its code and whether to try again", () => {
    const { id, error } = errorOf("list", kind);
    const { code, retry } = ERRORS[kind];
    expect({ id, code: error.code }).toEqual({ id: 7, code });
    expect(error.data).toEqual({ kind, retry });
  });

  test("says of a write whether it may have happened", () => {
    const applied = UNKNOWN.includes(kind) ? "unknown" : "no";
    for (const method of ["start", "add_todo", "update_todo", "delete_todo", "share", "unshare"]) {
      expect(errorOf(method, kind).error.data).toMatchObject({ kind, applied });
    }
  });
});

test("of a method that does not exist nothing is said to be applied", () => {
  for (const method of ["nothing", "__proto__", "constructor"]) {
    expect(errorOf(method, "unknown_method").error.data).not.toHaveProperty("applied");
  }
});

test("words and details of the refusal are kept", () => {
  const answer = refuse("overloaded", "The list has too much to do.", { after_ms: 100 });
  expect(JSON.parse(replyText(1, "add_todo", answer)).error).toMatchObject({
    message: "The list has too much to do.",
    data: { after_ms: 100, applied: "no" },
  });
});

test("one who knows better what became of a write says so", () => {
  const answer = { ok: false, kind: "internal", details: { applied: "no" } } as const;
  expect(JSON.parse(replyText(1, "add_todo", answer)).error.data.applied).toBe("no");
});
