/**
 * sizes: how much of each scenario one process of each contestant does.
 *
 * Order: a contestant first does a tenth of it, not timed, so that compilers are warm; then all.
 */

/** Messages, processes, calls or lists, by scenario: about a second's work of ours. */
export const SIZES = {
  idle: 1_000_000,
  idle_server: 1_000_000,
  kill_linked: 1_000_000,
  kill_named: 1_000_000,
  churn: 1_000_000,
  flat: 10_000_000,
  spawn: 3_000_000,
  ping_pong: 6_000_000,
  ping_pong_watched: 6_000_000,
  ring: 10_000_000,
  fan_in: 3_000_000,
  call: 3_000_000,
  cast: 2_000_000,
  backlog: 3_000_000,
  dispatch: 8_000_000,
  busy_pair: 1_000, // Milliseconds.
  seed_a: 1_000_000,
  seed_b: 1_000_000,
  todo_call: 1_000_000,
  todo_mixed: 500_000,
  worst_call: 100_000,
} as const;

export type ScenarioName = keyof typeof SIZES;

/** Processes that the token goes through. */
export const RING_PROCESSES = 1_000;
/** Processes that send to the one. */
export const FAN_IN_SENDERS = 100;
/** Other messages in the mailbox of who waits for a reply. */
export const BACKLOG_MESSAGES = 10_000;
/** Processes under one key. */
export const DISPATCH_PROCESSES = 1_000;
/** Processes spawned, or messages sent, before who did it waits for all of them. */
export const BATCH = 1_000;

export const SEED_A_ADDS = 100_000; // To one server; then the next round, with a new one.
export const SEED_B_SERVERS = 1_000;
export const SEED_DATES = 100; // Of the todos in both.
export const SMALL_LIST_TODOS = 10; // Of five dates.
export const MIXED_TODOS = 10_000; // At the start of each round.
export const MIXED_OPERATIONS = 10_000; // In a round: 40 % add, 30 update, 20 delete, 10 todos.
export const MIXED_DATES = 1_000;
export const CALLS_PER_LIST = 5; // Of worst_call.

/** Which operation comes when in mixed, in turn. */
export const MIXED_TURNS = [
  "add",
  "update",
  "add",
  "delete",
  "add",
  "update",
  "todos",
  "update",
  "add",
  "delete",
] as const;

/** The todo's id that operation `index` of mixed is about, among `next - 1` ids. */
export function mixedId(index: number, next: number): number {
  return 1 + ((index * 7919) % (next - 1));
}

/** dateOf(0) → "2026-01-01"; `index` counts days from there, up to 27 * 12 * 50 of them. */
export function dateOf(index: number): string {
  const day = (index % 27) + 1;
  const month = (Math.floor(index / 27) % 12) + 1;
  const year = 2026 + Math.floor(index / 324);
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
