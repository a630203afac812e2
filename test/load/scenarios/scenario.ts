/**
 * Scenario: what a load is made of: who sits at which list, and what they do there.
 *
 * Shape: a scenario turns a shape (how many connections, lists, writers) into places, one for each
 *        connection; plan.ts gives the places users and spreads them over the processes.
 */

/** How much of everything; each at least 1. `writers`: on each list. */
export interface Shape {
  readonly connections: number;
  readonly lists: number;
  readonly writers: number;
}

/** One connection: the index of its list, and what it does there. */
export interface Place {
  readonly list: number;
  readonly subscribes: boolean;
  readonly writes: boolean;
}

/** The options that make sense for some scenarios only. */
export type ShapeOption = "lists" | "writers" | "outstanding";

export interface Scenario {
  /** For the help: what it does, in a line. */
  readonly about: string;
  readonly defaults: Shape;
  readonly takes: readonly ShapeOption[];
  /** Operations a second where no `--rate` is given; absent: as fast as the answers come. */
  readonly rate?: number;
  /** Places are not kept: each connects, subscribes and closes, again and again. */
  readonly reconnects?: true;
  /** Each push is timed until its last subscriber has it; one list only. */
  readonly timesLast?: true;
  /** At the end every subscriber's copy is compared with the server's list. */
  readonly compares?: true;
  places(shape: Shape): Place[];
  /** One sentence about a shape that makes no sense; undefined when it does. */
  refusal?(shape: Shape): string | undefined;
}

/** repeat(2, { … }) → two of the same place. */
export function repeat(times: number, place: Place): Place[] {
  return Array.from({ length: times }, () => place);
}
