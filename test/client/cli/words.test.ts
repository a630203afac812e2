/** Words: lines split as a shell splits them. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { wordsOf } from "../../../client/cli/words.ts";

test.each([
  ["", []],
  ["   ", []],
  ["# a comment", []],
  ["add Milk", ["add", "Milk"]],
  ["  add\t Milk  # soon", ["add", "Milk"]],
  ["add C# a#b", ["add", "C#", "a#b"]],
  [`add 'Oat  milk' "a b"`, ["add", "Oat  milk", "a b"]],
  [`a'b c'"d e"f`, ["ab cd ef"]],
  [`'' ""`, ["", ""]],
  [`"say \\"hi\\" \\\\ \\n"`, ['say "hi" \\ \\n']],
  [`'\\+home' \\+home`, ["\\+home", "+home"]],
  ["a\\ b \\#c \\'", ["a b", "#c", "'"]],
  ["$HOME * ~ !x", ["$HOME", "*", "~", "!x"]],
])("%j → %j", (line, words) => {
  expect(wordsOf(line)).toEqual({ ok: true, words });
});

test.each([
  ["add 'Milk", "'"],
  ['add "Milk', '"'],
  ['add "Milk\\"', '"'],
  ["add Milk\\", "\\"],
])("%j has a quote without end", (line, quote) => {
  expect(wordsOf(line)).toEqual({ ok: false, quote });
});

test("words in quotes come out as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.boolean(), (words, single) => {
      const quoted = words.map((word) =>
        single ? `'${word.replaceAll("'", `'\\''`)}'` : `"${word.replace(/["\\]/g, "\\$&")}"`,
      );
      expect(wordsOf(quoted.join(" "))).toEqual({ ok: true, words });
    }),
  );
});
