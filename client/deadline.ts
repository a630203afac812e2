/**
 * Deadline: the time of one call, through all its tries, rounds and connections.
 *
 * Source: PROTOCOL.md section 2 (`timeout_ms`, and how much later a client gives up by itself).
 */
import { CALL_TIMEOUT_MS, CLIENT_GUARD_MS } from "../shared/protocol/limits.ts";
import type { ClientClock } from "./client_environment.ts";

export class Deadline {
  readonly #clock: ClientClock;
  readonly #serverMs: number;

  /** `timeoutMs` from now; CALL_TIMEOUT_MS unless given. */
  constructor(clock: ClientClock, timeoutMs = CALL_TIMEOUT_MS) {
    this.#clock = clock;
    this.#serverMs = clock.now() + timeoutMs;
  }

  /** When the call fails by itself. */
  get atMs(): number {
    return this.#serverMs + CLIENT_GUARD_MS;
  }

  /** What is left for the server, as `timeout_ms` of the next round; at least 1. */
  get leftMs(): number {
    return Math.max(1, Math.round(this.#serverMs - this.#clock.now()));
  }

  /** Whether the server has no time left. */
  get isOver(): boolean {
    return this.#clock.now() >= this.#serverMs;
  }
}
