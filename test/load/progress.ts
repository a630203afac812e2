/**
 * progress: one line on a terminal that says how far a run is; nothing where no terminal is.
 *
 * Shape: on stderr, so that a report in a pipe stays whole; drawn over itself, cleared at the end.
 */
import * as Numbers from "./numbers.ts";
import type { Totals } from "./tally.ts";

const BAR_COLUMNS = 12;
const CLEAR = "\r\x1b[K";

/** What the line shows of the measured time. */
export interface Live {
  readonly elapsedS: number;
  readonly seconds: number;
  readonly totals: Pick<Totals, "operations" | "operationLatency" | "errorCount" | "counts">;
}

/** Told as a run goes on. */
export interface Progress {
  phase(text: string): void;
  live(live: Live): void;
  end(): void;
}

/** Where it is drawn; what is used of process.stderr. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Draws nothing where `output` is no terminal. */
export function progressOn(output: ProgressOutput): Progress {
  if (output.isTTY !== true) {
    return { phase: () => undefined, live: () => undefined, end: () => undefined };
  }
  // One column is left free: a full line would wrap on some terminals.
  const draw = (text: string): void => {
    output.write(CLEAR + text.slice(0, (output.columns ?? 80) - 1));
  };
  let recent = { elapsedS: 0, operations: 0 };
  return {
    phase: (text) => draw(`${text} …`),
    live(live) {
      const operations = live.totals.operations;
      const passedS = live.elapsedS - recent.elapsedS;
      draw(liveLine(live, passedS === 0 ? 0 : (operations - recent.operations) / passedS));
      if (passedS >= 1) recent = { elapsedS: live.elapsedS, operations };
    },
    end: () => void output.write(CLEAR),
  };
}

/** "█████░░░░░░░  4.0 of 10 s  8,430 ops/s  p99 37.9 ms  0 errors" */
export function liveLine({ elapsedS, seconds, totals }: Live, perSecond: number): string {
  const share = Math.min(1, elapsedS / seconds);
  const full = Math.round(share * BAR_COLUMNS);
  const bar = "█".repeat(full) + "░".repeat(BAR_COLUMNS - full);
  const p99 = totals.operationLatency()?.p99;
  const errors = totals.errorCount;
  return [
    bar,
    `${Math.min(elapsedS, seconds).toFixed(1)} of ${seconds} s`,
    `${Numbers.rate(perSecond)} ops/s`,
    ...(p99 === undefined ? [] : [`p99 ${Numbers.ms(p99)} ms`]),
    ...(totals.counts.pushes === 0 ? [] : [`${Numbers.count(totals.counts.pushes)} pushes`]),
    `${Numbers.count(errors)} ${errors === 1 ? "error" : "errors"}`,
  ].join("  ");
}
