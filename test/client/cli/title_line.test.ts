/** TitleLine: marks in a title, and how to write them literally. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { titleLine } from "../../../client/cli/title_line.ts";

function line(title: string, marks: object = {}) {
  return { title, tags: [], priority: undefined, assignee: undefined, ...marks };
}

test.each([
  ["Milk", line("Milk")],
  ["  Oat   milk ", line("Oat milk")],
  ["Milk +home", line("Milk", { tags: ["home"] })],
  ["+a Milk +b +a", line("Milk", { tags: ["a", "b"] })],
  ["Milk !high @bob", line("Milk", { priority: "high", assignee: "bob" })],
  ["Milk !low !low", line("Milk", { priority: "low" })],
  ["+home", line("", { tags: ["home"] })],
])("%j", (text, expected) => {
  expect(titleLine(text)).toEqual(expected);
});

describe("taken literally", () => {
  test.each([
    "C++",
    "1 + 1",
    "!",
    "!now",
    "!HIGH",
    "Meet @ 5",
    "mail bob@example.org",
    "@-x",
    "a!high",
    "\\n",
    "\\",
  ])("%j", (text) => {
    expect(titleLine(text)).toEqual(line(text));
  });

  test.each([
    ["\\+home", "+home"],
    ["\\!high \\@bob", "!high @bob"],
    ["\\\\+home", "\\+home"],
    ["\\\\\\+home", "\\\\+home"],
  ])("behind a backslash: %j", (text, title) => {
    expect(titleLine(text)).toEqual(line(title));
  });

  test("every title can be written: a backslash before each word that needs one", () => {
    const word = fc.string({ unit: fc.constantFrom(..."+!@\\ahighbob ".split("")) });
    fc.assert(
      fc.property(word, (text) => {
        const title = text.trim().replace(/\s+/g, " ");
        const quoted = title.replace(/(^| )(?=[+!@\\])/g, "$1\\");
        expect(titleLine(quoted)).toEqual(line(title));
      }),
    );
  });
});

test.each([
  ["Milk !high !low", "A todo has one priority; !high and !low came."],
  ["Milk @bob @eve", "A todo has one assignee; @bob and @eve came."],
])("%j is refused", (text, sentence) => {
  expect(() => titleLine(text)).toThrow(
    `${sentence} A word is taken literally behind a backslash.`,
  );
});
