/**
 * Traffic: what the connections of one server have done, in plain numbers that metrics read.
 *
 * Bound: a name that a client made up is counted as "unknown", so that there are never more
 *        counters than methods times outcomes.
 * Cost:  a call adds to one place of an array and to one histogram; nothing is allocated.
 */
import { Histogram } from "../../shared/histogram.ts";
import { CLOSE_CODES, type CloseCode } from "../../shared/protocol/close_codes.ts";
import { ERRORS, type ErrorKind } from "../../shared/protocol/errors.ts";
import { METHODS, type MethodName } from "../../shared/protocol/methods.ts";

/** What came of a call or a cast. "ignored": a cast of what is no cast. */
export type Outcome = "ok" | "ignored" | ErrorKind;

/** How often one outcome came of one method. */
export interface OutcomeCount {
  readonly method: string;
  readonly outcome: Outcome;
  readonly count: number;
}

/** Stands for a method that there is not, and for what named none. */
const UNKNOWN = "unknown";
const METHOD_NAMES: readonly string[] = [...Object.keys(METHODS), UNKNOWN];
const OUTCOMES = ["ok", "ignored", ...Object.keys(ERRORS)] as readonly Outcome[];
const METHOD_PLACES: ReadonlyMap<string, number> = new Map(
  METHOD_NAMES.map((name, place) => [name, place * OUTCOMES.length]),
);
const OUTCOME_PLACES: ReadonlyMap<Outcome, number> = new Map(
  OUTCOMES.map((outcome, place) => [outcome, place]),
);
/** Around a commit on a good disk, up to the longest that a call may take. */
const CALL_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

/** Counts by method and outcome. */
class OutcomeCounts {
  readonly #counts = new Float64Array(METHOD_NAMES.length * OUTCOMES.length);

  add(method: string, outcome: Outcome): void {
    const row = METHOD_PLACES.get(method) ?? (METHOD_NAMES.length - 1) * OUTCOMES.length;
    const place = row + (OUTCOME_PLACES.get(outcome) as number);
    this.#counts[place] = (this.#counts[place] as number) + 1;
  }

  /** Those that have come at all. */
  *entries(): Generator<OutcomeCount> {
    for (const [place, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const method = METHOD_NAMES[Math.floor(place / OUTCOMES.length)] as string;
      yield { method, outcome: OUTCOMES[place % OUTCOMES.length] as Outcome, count };
    }
  }
}

/** Of one server. They only add up, but for `paused`. */
export class Traffic {
  readonly calls = new OutcomeCounts();
  readonly casts = new OutcomeCounts();
  /** Connections that were let in. */
  opened = 0;
  /** Connections that are not read from now, because they have asked enough. */
  paused = 0;
  /** Pushes of subscribed lists, each counted for each connection it was sent to. */
  pushes = 0;
  /** Upgrades and requests whose token was bad or missing. */
  badCredentials = 0;
  readonly #seconds = new Map<MethodName, Histogram>();
  readonly #closes = new Map(closeCodes().map((code) => [code, 0]));
  readonly #refused = new Map<number, number>();

  /** Seconds from reading a call to its reply, by method; only of those that had to wait. */
  get callSeconds(): ReadonlyMap<MethodName, Histogram> {
    return this.#seconds;
  }

  /** Connections that the server closed, by close code. */
  get closes(): ReadonlyMap<CloseCode, number> {
    return this.#closes;
  }

  /** Upgrades that were refused, by HTTP status or close code. */
  get refused(): ReadonlyMap<number, number> {
    return this.#refused;
  }

  /** A call that had to wait for a list or for the log was answered, `ms` after it was read. */
  answered(method: MethodName, outcome: Outcome, ms: number): void {
    this.calls.add(method, outcome);
    let seconds = this.#seconds.get(method);
    if (seconds === undefined) {
      seconds = new Histogram(CALL_SECONDS);
      this.#seconds.set(method, seconds);
    }
    seconds.record(ms / 1000);
  }

  closed(code: CloseCode): void {
    this.#closes.set(code, (this.#closes.get(code) ?? 0) + 1);
  }

  upgradeRefused(code: number): void {
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1);
  }
}

/** All there are: a counter that is there from the start shows its first step. */
function closeCodes(): CloseCode[] {
  return Object.keys(CLOSE_CODES).map((code) => Number(code) as CloseCode);
}
