/**
 * messages: what the coordinator and the processes that make the load say to each other.
 *
 * Order: plan → connected … ready | failed; begin → told …, deserted when no connection is left;
 *        end → told, ended; settle → told, settled; then the channel is closed, and the process
 *        ends.
 */
import type { Seat } from "./plan.ts";
import type { Told } from "./tally.ts";

/** What one process is to do. `tokens`: by user. */
export interface Orders {
  readonly url: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly seats: readonly Seat[];
  readonly rate: number | undefined;
  readonly outstanding: number;
  readonly seed: number;
  readonly reconnects: boolean;
  readonly timesLast: boolean;
  readonly compares: boolean;
}

export type ToWorker =
  | { readonly type: "plan"; readonly orders: Orders }
  | { readonly type: "begin" }
  | { readonly type: "end" }
  | { readonly type: "settle" };

/** How busy one process was. `cpu`: 1 is one core. `loop`: 1 is never without something to do. */
export interface LoadBusy {
  readonly cpu: number;
  readonly loop: number;
}

export type FromWorker =
  | { readonly type: "connected"; readonly connections: number }
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly sentence: string }
  | { readonly type: "told"; readonly told: Told }
  | { readonly type: "deserted" }
  | { readonly type: "ended"; readonly busy: LoadBusy }
  | { readonly type: "settled" };
