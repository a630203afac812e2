/** TerminalText: nothing that others write moves a cursor, colours or turns text around. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, columnsOf, visible } from "../../../client/cli/terminal_text.ts";

const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  // Half surrogates and controls, which the others seldom hit.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.integer({ min: 0, max: 0x20ff })).map((units) => String.fromCharCode(...units)),
);

/** Code by code, from the tables of Unicode, not by the pattern under test. */
function isDangerous(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const within = (from: number, to: number) => code >= from && code <= to;
  return (
    within(0, 0x1f) || // C0
    within(0x7f, 0x9f) || // DEL, C1
    code === 0x061c ||
    within(0x200e, 0x200f) ||
    within(0x202a, 0x202e) ||
    within(0x2066, 0x2069) || // Bidi
    within(0x2028, 0x2029) || // Line and paragraph separator
    within(0xd800, 0xdfff) || // Half a surrogate pair
    code === 0x200b ||
    code === 0x2060 ||
    code === 0xfeff ||
    code === 0x00ad ||
    within(0xe0001, 0xe007f) // Unseen
  );
}

test("no control, escape, bidi or unseen character is left, whatever comes", () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(Array.from(visible(text)).filter(isDangerous)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test("every dangerous character shows as something of its own", () => {
  const shown = new Map<string, number>();
  for (let code = 0; code <= 0xe007f; code++) {
    const character = String.fromCodePoint(code);
    if (!isDangerous(character)) continue;
    const text = visible(character);
    expect(columnsOf(text), code.toString(16)).toBeGreaterThan(0);
    expect(shown.get(text), `${text} stands for two`).toBeUndefined();
    shown.set(text, code);
  }
});

test("made visible once, it stays as it is", () => {
  fc.assert(fc.property(anything, (text) => visible(visible(text)) === visible(text)));
});

test.each([
  ["plain text", "plain text"],
  ["\u001b[31mred\u001b[0m", "␛[31mred␛[0m"],
  ["a\tb\nc\r\0", "a␉b␊c␍␀"],
  ["\u007f\u009b1m", "␡\\u{9b}1m"],
  ["a\u202eb\u2066", "a\\u{202e}b\\u{2066}"],
  ["zero\u200bwidth\ufeff", "zero\\u{200b}width\\u{feff}"],
  ["\ud800!", "\\u{d800}!"],
  ["Müsli 牛乳 🛒", "Müsli 牛乳 🛒"],
  ["👩‍👩‍👧 ❤️ می‌خواهم", "👩‍👩‍👧 ❤️ می‌خواهم"],
])("visible(%j)", (text, wanted) => {
  expect(visible(text)).toBe(wanted);
});

describe("columns", () => {
  test.each([
    ["", 0],
    ["Milk", 4],
    ["牛乳", 4],
    ["🛒", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["e\u0301", 1],
    ["Ä", 1],
  ])("columnsOf(%j) → %i", (text, wanted) => {
    expect(columnsOf(text)).toBe(wanted);
  });

  test("clipped text is never wider than asked, and text that fits is left alone", () => {
    fc.assert(
      fc.property(anything, fc.nat(20), (text, columns) => {
        const shown = visible(text);
        const cut = clip(shown, columns);
        expect(columnsOf(cut)).toBeLessThanOrEqual(columns);
        if (columnsOf(shown) <= columns) expect(cut).toBe(shown);
      }),
    );
  });
});
