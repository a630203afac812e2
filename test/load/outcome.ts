/** outcome: what a run measured, as `--json` prints it. Milliseconds, seconds and bytes. */
import type { LoadBusy } from "./messages.ts";
import type { Latency } from "./tally.ts";

/** The server's process over the measured time, or why nothing is known of it. */
export type ServerOutcome =
  | {
      readonly pid: number;
      /** CPU of all its threads over the time that passed; 1 is one core. */
      readonly busy: number;
      /** Null where it is too little to tell. */
      readonly cpuUsPerOperation: number | null;
      /** Resident: before the connections, with them, and at the end. */
      readonly memoryMib: {
        readonly before: number;
        readonly connected: number;
        readonly end: number;
      };
    }
  | { readonly unknown: string };

/** A kind of error, or a method, and how often. */
export type Tallied = Readonly<Record<string, number>>;

export interface Outcome {
  readonly scenario: string;
  readonly url: string;
  readonly connections: number;
  readonly lists: number;
  readonly processes: number;
  readonly outstanding: number;
  /** Operations a second that were asked for; null: as fast as the answers came. */
  readonly rate: number | null;
  readonly seed: number;
  /** To the last answer; what is counted a second is counted over all of them. */
  readonly seconds: number;
  /** How much of them it waited for the last answers, when nothing more was begun. */
  readonly waitedSeconds: number;
  readonly interrupted: boolean;
  readonly operations: {
    readonly count: number;
    readonly perSecond: number;
    readonly byKind: Tallied;
    /** Due by the rate and not begun when the time was over. */
    readonly unsent: number;
    readonly latencyMs: Latency | null;
  };
  readonly pushes: {
    readonly count: number;
    readonly perSecond: number;
    readonly gaps: number;
    readonly repeats: number;
    /** Snapshots in place of events. */
    readonly conflated: number;
    /** From a write to each subscriber that got it. */
    readonly latencyMs: Latency | null;
    /** From a write to the last subscriber that got it. */
    readonly lastLatencyMs: Latency | null;
  };
  /**
   * Subscribers whose copy equals the server's list at the end; null where that is not compared.
   * `unknown`: the list could not be read.
   */
  readonly copies: {
    readonly equal: number;
    readonly unequal: number;
    readonly unknown: number;
  } | null;
  readonly errors: Tallied;
  /** Of messages, without frames and headers. */
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly server: ServerOutcome;
  /** Each load process over the measured time; `loop` near 1: it is the load that was measured. */
  readonly load: readonly LoadBusy[];
  readonly cleanUp: {
    readonly removed: number;
    readonly leftBehind: readonly { readonly list: string; readonly why: string }[];
    /** Ids of the lists that `--keep` left. */
    readonly kept: readonly string[];
  };
}

/** Whether nothing went wrong, the clean-up included. */
export function isClean({ errors, pushes, copies, cleanUp }: Outcome): boolean {
  return (
    Object.keys(errors).length === 0 &&
    pushes.gaps === 0 &&
    pushes.repeats === 0 &&
    (copies === null || copies.unequal + copies.unknown === 0) &&
    cleanUp.leftBehind.length === 0
  );
}
