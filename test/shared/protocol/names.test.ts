/**
 * Names: what users and lists may be called.
 */
import { expect, test } from "vitest";
import { isListId, isUserName } from "../../../shared/protocol/names.ts";

test.each(["a", "A9", "0", "bob@example.org", "a_b.c-d", "x".repeat(64)])(
  "%s is a user name",
  (text) => {
    expect(isUserName(text)).toBe(true);
  },
);

test.each(["", "a b", "-x", ".x", "_x", "@x", "ü", "a/b", "x\n", "x".repeat(65)])(
  "%j is no user name",
  (text) => {
    expect(isUserName(text)).toBe(false);
  },
);

test.each(["a", "A9", "-", "_", "-x_1.old", "__proto__", "a..", "x".repeat(64)])(
  "%s is a list's id",
  (text) => {
    expect(isListId(text)).toBe(true);
  },
);

test.each(["", ".a", "..", "a b", "a/b", "../x", "a@b", "ü", "a\n", "\u0000", "x".repeat(65)])(
  "%j is no list's id",
  (text) => {
    expect(isListId(text)).toBe(false);
  },
);
