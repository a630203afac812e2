/** Table: columns as wide as their cells, and what gives way when the terminal is narrow. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldLines, tableLines } from "../../../client/cli/table.ts";
import { todoLines } from "../../../client/cli/todo_lines.ts";

const paint = (_style: unknown, text: string) => text;
const rows = [
  [{ text: "1" }, { text: "Milk and a lot more of it" }, { text: "" }, { text: "+home +garden" }],
  [{ text: "20", align: "right" as const }, { text: "Bread" }, { text: "" }, { text: "" }],
];

function lines(columns: number): string[] {
  return tableLines(rows, { paint, columns, shrinks: [1, 3] });
}

function todos(columns: number): string[] {
  const title = "Bread of the dark kind";
  const more = { date: "2026-11-01", done: false, priority: "medium", tags: ["home"] } as const;
  return todoLines([{ id: 100, title, rev: 1, ...more }], { paint, columns, today: "2026-11-25" });
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
      fc.property(fc.integer({ min: 1, max: 60 }), (columns) => {
        for (const line of lines(columns)) expect(line.length).toBeLessThanOrEqual(columns);
        for (const line of todos(columns)) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test("leaves out what tells least, so that a title stays readable", () => {
    expect(todos(60)[0]).toBe("100  [ ]  Bread of the…  2026-11-01  overdue  !medium  +home");
    expect(todos(50)[0]).toBe("100  [ ]  Bread of th…  2026-11-01  !medium  +home");
    expect(todos(40)[0]).toBe("100  [ ]  Bread of th…  2026-11-01  +ho…");
    expect(todos(22)[0]).toBe("100  [ ]  Bread of th…");
    expect(todos(15)[0]).toBe("100  [ ]  Brea…");
    expect(todos(6)[0]).toBe("100  …");
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
