/** Table: columns as wide as their cells, and what gives way when the terminal is narrow. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldLines, tableLines } from "../../../client/cli/table.ts";

const paint = (_style: unknown, text: string) => text;
const rows = [
  [{ text: "1" }, { text: "Milk and a lot more of it" }, { text: "" }, { text: "+home +garden" }],
  [{ text: "20", align: "right" as const }, { text: "Bread" }, { text: "" }, { text: "" }],
];

function lines(columns: number): string[] {
  return tableLines(rows, { paint, columns, shrinks: [1, 3] });
}

describe("a table", () => {
  test("has columns as wide as their widest cell, without the empty ones", () => {
    expect(lines(100)).toEqual(["1   Milk and a lot more of it  +home +garden", "20  Bread"]);
  });

  test("shrinks the first column, then the second, then both to nothing", () => {
    expect(lines(36)[0]).toBe("1   Milk and a lot m…  +home +garden");
    expect(lines(30)[0]).toBe("1   Milk and a …  +home +gard…");
    expect(lines(20)[0]).toBe("1   Milk and a …  +…");
    expect(lines(10)[0]).toBe("1   Milk …");
    expect(lines(4)[0]).toBe("1");
  });

  test("is never wider than the terminal", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), (columns) => {
        for (const line of lines(columns)) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test("shows other people's control characters as pictures", () => {
    expect(
      fieldLines(
        [
          ["a", "\u001b[31m"],
          ["b", undefined],
        ],
        paint,
      ),
    ).toEqual(["a  ␛[31m"]);
  });
});
