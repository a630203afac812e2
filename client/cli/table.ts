/**
 * Table: rows of cells as lines in columns, as wide as their widest cell.
 *
 * Shape: what cells hold is made visible here, so that none brings escapes or line ends of its own.
 * Bound: on a terminal no line is wider than it. Columns that may shrink are cut with "…", the
 *        first of them not below what is readable as long as others can be left out; at last
 *        every line is cut.
 */
import type { Paint, Style } from "./printer.ts";
import { clip, columnsOf, visible } from "./terminal_text.ts";

const GAP = "  ";
const READABLE_COLUMNS = 12; // A title cut shorter says little.

/** Anybody's text, and how it is to look. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
  readonly align?: "right";
}

/**
 * `shrinks`: the indexes of the columns that give way, the first one first. `drops`: those that are
 * then left out, one after the other.
 */
export interface TableOptions {
  readonly paint: Paint;
  readonly columns: number;
  readonly shrinks: readonly number[];
  readonly drops?: readonly number[];
}

/** The lines of the table. Columns that are empty throughout are left out. */
export function tableLines(cells: readonly (readonly Cell[])[], options: TableOptions): string[] {
  const rows = cells.map((row) => row.map((cell) => ({ ...cell, text: visible(cell.text) })));
  const widths = columnWidths(rows, options);
  return rows.map((row) => {
    const shown = row.flatMap((cell, column) => {
      const width = widths[column] ?? 0;
      return width === 0 ? [] : [padded(cell, width, options.paint)];
    });
    return shown.join(GAP).trimEnd();
  });
}

/** A name and what it has; undefined: nothing, the line is left out. */
export type Field = readonly [name: string, value: string | undefined];

/** One line per field, the values below each other: "date      2026-12-24". */
export function fieldLines(fields: readonly Field[], paint: Paint): string[] {
  const rows = fields.flatMap(([name, value]): Cell[][] =>
    value === undefined ? [] : [[{ text: name, style: "dim" }, { text: value }]],
  );
  return tableLines(rows, { paint, columns: Number.POSITIVE_INFINITY, shrinks: [] });
}

/** Blanks stay outside the style, so that trailing ones can be trimmed. */
function padded({ text, style, align }: Cell, width: number, paint: Paint): string {
  const cut = clip(text, width);
  const blanks = " ".repeat(Math.max(0, width - columnsOf(cut)));
  const painted = style === undefined || cut === "" ? cut : paint(style, cut);
  return align === "right" ? blanks + painted : painted + blanks;
}

function columnWidths(
  rows: readonly (readonly Cell[])[],
  { columns, shrinks, drops = [] }: TableOptions,
): number[] {
  const widths = widestOf(rows);
  const narrowed = [...widths];
  for (const dropped of [undefined, ...drops]) {
    if (dropped !== undefined) widths[dropped] = 0;
    narrowed.splice(0, narrowed.length, ...widths);
    const [, ...others] = shrinks;
    for (const index of shrinks) shrink(narrowed, index, { columns, least: READABLE_COLUMNS });
    for (const index of others.reverse()) shrink(narrowed, index, { columns, least: 0 });
    if (totalOf(narrowed) <= columns) return narrowed;
  }
  const [first = 0] = shrinks;
  const fromTheRight = Array.from(narrowed.keys()).reverse();
  for (const index of [first, ...fromTheRight]) shrink(narrowed, index, { columns, least: 0 });
  return narrowed;
}

function widestOf(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, { text }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, columnsOf(text));
    }
  }
  return widths;
}

function shrink(
  widths: number[],
  index: number,
  { columns, least }: { readonly columns: number; readonly least: number },
): void {
  const excess = totalOf(widths) - columns;
  const width = widths[index] ?? 0;
  if (excess > 0 && width > least) widths[index] = Math.max(least, width - excess);
}

/** A column of no width is left out, with the gap before it. */
function totalOf(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, GAP.length * (shown.length - 1));
}
