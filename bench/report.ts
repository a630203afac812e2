/** report: medians, tables, the machine, and the results as a file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";

const RESULTS = fileURLToPath(new URL("results/", import.meta.url));

/** The middle value; the mean of the two middle ones. median([]) is NaN. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** "2 x Some CPU, Linux 6.1, Node 26.10.0" */
export function machine(): string {
  const [first] = cpus();
  const model = first?.model.trim() ?? "unknown processor";
  return `${cpus().length} x ${model}, Linux ${release()}, Node ${process.versions.node}`;
}

/** Rows as aligned columns, the first left, the others right; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

/** Writes bench/results/NAME.json. */
export function save(name: string, figures: object): void {
  mkdirSync(RESULTS, { recursive: true });
  const body = { at: new Date().toISOString(), machine: machine(), ...figures };
  writeFileSync(`${RESULTS}${name}.json`, `${JSON.stringify(body, null, 2)}\n`);
}
