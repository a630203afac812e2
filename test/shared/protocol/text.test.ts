/**
 * Text: bounds in code points, what no text may hold, and how a refusal describes text.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Text from "../../../shared/protocol/text.ts";

const CONTROLS = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i)];
const HALVES = ["\ud800", "\udc00", "a\ud83d", "\udc00\ud800", "\ud83dz"];

describe("every kind of text", () => {
  test.each([
    ["title", Text.isTitle, 500],
    ["notes", Text.isNotes, 10_000],
    ["tag", Text.isTag, 50],
    ["key", Text.isKey, 64],
  ] as const)("a %s is bounded in code points, not in UTF-16 units", (_, isRight, max) => {
    for (const character of ["x", "é", "🛒"]) {
      expect(isRight(character)).toBe(true);
      expect(isRight(character.repeat(max))).toBe(true);
      expect(isRight(character.repeat(max + 1))).toBe(false);
    }
  });

  test.each([
    ["title", Text.isTitle],
    ["notes", Text.isNotes],
    ["tag", Text.isTag],
    ["key", Text.isKey],
  ] as const)("a %s holds no half of a surrogate pair", (_, isRight) => {
    for (const half of HALVES) expect(isRight(half)).toBe(false);
  });

  test.each([
    ["title", Text.isTitle, ""],
    ["notes", Text.isNotes, "\n\t"],
    ["tag", Text.isTag, ""],
    ["key", Text.isKey, ""],
  ] as const)("a %s holds no control character but those allowed", (_, isRight, allowed) => {
    for (const code of CONTROLS) {
      const character = String.fromCharCode(code);
      expect(isRight(`a${character}b`)).toBe(allowed.includes(character));
    }
    expect(isRight("a\u00a0b\u2028c\u202ed\ufeffe")).toBe(true); // Category Cc is no more.
  });

  test("only notes may be empty", () => {
    expect(Text.isNotes("")).toBe(true);
    for (const isRight of [Text.isTitle, Text.isTag, Text.isKey]) expect(isRight("")).toBe(false);
  });
});

describe("isTags", () => {
  test("takes 20, each once", () => {
    const twenty = Array.from({ length: 20 }, (_, index) => `t${index}`);
    expect(Text.isTags([])).toBe(true);
    expect(Text.isTags(twenty)).toBe(true);
    expect(Text.isTags([...twenty, "t20"])).toBe(false);
    expect(Text.isTags(["a", "b", "a"])).toBe(false);
    expect(Text.isTags(["a", "A"])).toBe(true);
  });
});

describe("hasAtMost", () => {
  test("counts as an iterator over the text does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, max) => {
        expect(Text.hasAtMost(text, max)).toBe(Array.from(text).length <= max);
      }),
    );
  });
});

describe("describeText", () => {
  test.each([
    ["", "empty text"],
    ["🛒", "text of 1 character"],
    ["Milk", "text of 4 characters"],
    ["a\u0007b", "text of 3 characters with a control character in it"],
    ["a\ud800", "text of 2 characters with half a surrogate pair in it"],
  ])("%j is %s", (text, description) => {
    expect(Text.describeText(text)).toBe(description);
  });
});
