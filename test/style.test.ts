/**
 * Style: what STYLE.md asks of a file's text and no linter of ours knows.
 *
 * Lines per file, parameters and lines per function, `any`, `!`, enums and default exports are
 * refused by the linters (.oxlintrc.json, biome.json).
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sourceFiles } from "./support/source_files.ts";

const COLUMNS_MAX = 100;
const LINES_MAX = 400;
const HEADER_LINES_MAX = 15;

const PRODUCT = ["shared", "server", "client"];
const ALL = [...PRODUCT, "test", "bench", "docs", "examples"];

const HEADER = /^(?:#![^\n]*\n)?\/\*\*([\s\S]*?)\*\//;
const HEADER_OPENING = /^[^:]{1,60}: \S/;
const EXPORT = /^export (?:async |abstract |declare )*(?:function|class|interface|type|const) [^{]/;
const CONSTANT = /^export const [A-Z0-9_]+\b/;
const TOO_WIDE = new RegExp(`.{${COLUMNS_MAX + 1}}`, "u");

/** The lines wider than COLUMNS_MAX, counted in code points. */
function wideLines(file: string, lines: readonly string[]): string[] {
  return lines.flatMap((line, index) =>
    TOO_WIDE.test(line) ? [`${file}:${index + 1} has more than ${COLUMNS_MAX} columns`] : [],
  );
}

/** What is wrong with the comment that opens the file; [] when nothing is. */
function headerFaults(file: string, source: string): string[] {
  const header = HEADER.exec(source)?.[1];
  if (header === undefined) return [`${file}:1 wants a comment /** Name: what it is. */ first`];
  const text = header.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  const lines = text.join("\n").trim().split("\n");
  const faults: string[] = [];
  if (!HEADER_OPENING.test(lines[0] ?? ""))
    faults.push(`${file}:1 header wants "Name: what it is"`);
  if (lines.length > HEADER_LINES_MAX)
    faults.push(`${file}:1 header over ${HEADER_LINES_MAX} lines`);
  return faults;
}

/**
 * Exports without a doc comment. One a file may do without: the header serves the main one; and
 * constants, whose name has the unit and whose line has the reason.
 */
function undocumented(file: string, lines: readonly string[]): string[] {
  const bare = lines.flatMap((line, index) =>
    EXPORT.test(line) &&
    !CONSTANT.test(line) &&
    !isComment(lines[index - 1] ?? "") &&
    !isOverload(lines[index - 1] ?? "")
      ? [`${file}:${index + 1} wants a doc comment: ${line.slice(0, 60)}`]
      : [],
  );
  return bare.length > 1 ? bare.slice(1) : [];
}

function isComment(line: string): boolean {
  return line.trimEnd().endsWith("*/");
}

function isOverload(line: string): boolean {
  return /^export function .*;$/.test(line) || /^\).*;$/.test(line); // One line, or its last.
}

/** Every fault that `faultsOf` finds in the files under those folders. */
function faultsIn(
  folders: readonly string[],
  faultsOf: (file: string, source: string) => string[],
): string[] {
  const files = sourceFiles(folders);
  expect(files).not.toEqual([]);
  return files.flatMap((file) => faultsOf(file, readFileSync(file, "utf8")));
}

test("files keep to the columns and lines", () => {
  expect(
    faultsIn(ALL, (file, source) => {
      const lines = source.split("\n");
      const tooLong = lines.length - 1 > LINES_MAX ? [`${file} has over ${LINES_MAX} lines`] : [];
      return [...wideLines(file, lines), ...tooLong];
    }),
  ).toEqual([]);
});

test("files open with a comment that says what they are", () => {
  expect(faultsIn(ALL, headerFaults)).toEqual([]);
});

test("the product's files document their exports", () => {
  expect(faultsIn(PRODUCT, (file, source) => undocumented(file, source.split("\n")))).toEqual([]);
});

describe("the test of the style itself", () => {
  test("a wide line, a missing header, a long header and a bare export are found", () => {
    expect(wideLines("a.ts", ["x".repeat(100), "x".repeat(101)])).toHaveLength(1);
    expect(headerFaults("a.ts", "import x;\n")).toHaveLength(1);
    expect(headerFaults("a.ts", `/**\n * A: b.\n${" * c\n".repeat(15)} */\n`)).toHaveLength(1);
    expect(headerFaults("a.ts", "/** A: what it is. */\n")).toEqual([]);
    expect(undocumented("a.ts", ["export type A = 1;", "", "export type B = 2;"])).toHaveLength(1);
  });
});
