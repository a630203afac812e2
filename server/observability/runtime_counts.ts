/**
 * RuntimeCounts: what the runtime's telemetry has told so far, counted.
 *
 * Shape: by the label of a process, "todo_server" for a list's; labels are names in the program.
 */
import { isOrderly, type Telemetry } from "../runtime/index.ts";

/** They only add up. */
export class RuntimeCounts {
  readonly #crashes = new Map<string, number>([["todo_server", 0]]);
  readonly #mailboxHigh = new Map<string, number>([["todo_server", 0]]);
  #restarts = 0;

  constructor(telemetry: Telemetry) {
    telemetry.attach("process_exited", ({ label, reason }) => {
      if (!isOrderly(reason)) this.#crashes.set(label, (this.#crashes.get(label) ?? 0) + 1);
    });
    telemetry.attach("child_restarted", () => {
      this.#restarts += 1;
    });
    telemetry.attach("mailbox_high", ({ label, size }) => {
      this.#mailboxHigh.set(label, Math.max(this.#mailboxHigh.get(label) ?? 0, size));
    });
  }

  /** Processes that ended by a bug. */
  get crashes(): ReadonlyMap<string, number> {
    return this.#crashes;
  }

  /** Children that a supervisor has started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The most messages a mailbox was told to hold; it tells from 1,000 on, at every doubling. */
  get mailboxHigh(): ReadonlyMap<string, number> {
    return this.#mailboxHigh;
  }
}
