/**
 * Table: rows of cells as lines in columns, as wide as their widest cell.
 *
 * Shape: what cells hold is made visible here, so that none brings escapes or line ends of its own.
 * Bound: on a terminal no line is wider than it: the one column that may shrink is cut with "…".
 */
import type { Paint, Style } from "./printer.ts";
import { clip, columnsOf, visible } from "./terminal_text.ts";

const GAP = "  ";

/** Anybody's text, and how it is to look. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
  readonly align?: "right";
}

/** `shrinks`: the index of the column that gives way. */
export interface TableOptions {
  readonly paint: Paint;
  readonly columns: number;
  readonly shrinks: number;
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

/** Blanks stay outside the style, so that trailing ones can be trimmed. */
function padded({ text, style, align }: Cell, width: number, paint: Paint): string {
  const cut = clip(text, width);
  const blanks = " ".repeat(Math.max(0, width - columnsOf(cut)));
  const painted = style === undefined || cut === "" ? cut : paint(style, cut);
  return align === "right" ? blanks + painted : painted + blanks;
}

function columnWidths(
  rows: readonly (readonly Cell[])[],
  { columns, shrinks }: TableOptions,
): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, { text }] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, columnsOf(text));
    }
  }
  const shown = widths.filter((width) => width > 0);
  const total = shown.reduce((sum, width) => sum + width, GAP.length * (shown.length - 1));
  const wanted = widths[shrinks] ?? 0;
  if (total > columns) widths[shrinks] = Math.max(1, wanted - (total - columns));
  return widths;
}
