/**
 * Current: whose turn it is, and how many messages it may still take in it.
 *
 * One thread runs one turn of one process at a time, of whatever runtime. What runs in another's
 * name (a server's init, a supervisor's startChild) runs in the turn, and by the budget, of whoever
 * has begun it.
 */
import { assert } from "../../shared/assert.ts";
import type { Process } from "./process.ts";

let running: Process | undefined;
let spender: Process | undefined; // Whose turn it is, whatever it runs in another's name.
let budget = 0; // Messages that it may still take in this turn …
let forfeited = 0; // … and those it may not take any more.

/** The process that runs. Outside any process it throws: only processes may ask. */
export function current(): Process {
  assert(running !== undefined, "this may be called only inside a process");
  return running;
}

/** The process that runs; undefined outside of any. */
export function currentOrNone(): Process | undefined {
  return running;
}

/** Says who runs from now on, in the same turn; answers who did. */
export function setCurrent(process: Process | undefined): Process | undefined {
  const former = running;
  running = process;
  return former;
}

/** The turn of `process` begins, with this budget. */
export function beginTurn(process: Process, messages: number): void {
  running = process;
  spender = process;
  budget = messages;
  forfeited = 0;
}

/** It is over. */
export function endTurn(): void {
  running = undefined;
  spender = undefined;
}

/** The process whose turn it is; undefined between turns. */
export function turnOf(): Process | undefined {
  return spender;
}

/** What it has not used of its budget. */
export function budgetLeft(): number {
  return budget + forfeited;
}

/** Takes one message's worth of the budget. False: it is spent, others have their turn. */
export function spend(): boolean {
  if (budget <= 0) return false;
  budget -= 1;
  return true;
}

/** The turn of that process, if it is its turn, ends as soon as it can. */
export function spendAll(process: Process): void {
  if (spender !== process) return;
  forfeited += budget;
  budget = 0;
}
