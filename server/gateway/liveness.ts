/**
 * Liveness: whether one connection's peer is still there, and reads what it is sent.
 *
 * Owner: one connection's process, which reports what it hears and asks at every beat.
 * Source: PROTOCOL.md section 7: ping after 25 s of silence, 4109 after two without an answer, none
 *         counted while the server does not read; `tick` after 25 s without a message to the peer;
 *         4108 above QUEUED_BYTES_MAX, or when more than QUEUED_BYTES_CONFLATE stay for 30 s.
 */
import {
  HEARTBEAT_MS,
  PINGS_UNANSWERED_MAX,
  QUEUED_BYTES_CONFLATE,
  QUEUED_BYTES_MAX,
  QUEUED_MS_MAX,
} from "../../shared/protocol/limits.ts";

/** What a peer needs at a beat. */
export type Need = "nothing" | "ping" | "heartbeat_lost" | "slow_reader";

/** What is known of one peer. */
export class Liveness {
  #heardAt: number;
  #pingedAt = 0;
  #pings = 0;
  #saidAt: number;
  #sent = 0;
  #muchQueuedSince: number | undefined;

  constructor(now: number) {
    this.#heardAt = now;
    this.#saidAt = now;
  }

  /** A frame or a pong has come. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#pings = 0;
  }

  /** No more is queued for it than may be, be it for a moment: it reads. */
  keptUp(): void {
    this.#muchQueuedSince = undefined;
  }

  /** At a beat: what its peer needs. `isReading`: the server reads from it. */
  need(now: number, { isReading, queuedBytes }: { isReading: boolean; queuedBytes: number }): Need {
    if (this.#isSlow(now, queuedBytes)) return "slow_reader";
    if (!isReading) this.heard(now);
    const isSilent = now - Math.max(this.#heardAt, this.#pingedAt) >= HEARTBEAT_MS;
    if (!isSilent) return "nothing";
    if (this.#pings >= PINGS_UNANSWERED_MAX) return "heartbeat_lost";
    this.#pings += 1;
    this.#pingedAt = now;
    return "ping";
  }

  /** At a beat: whether a tick is due. `sent`: messages sent to the peer so far. */
  needsTick(now: number, sent: number): boolean {
    if (sent !== this.#sent) this.#saidAt = now;
    this.#sent = sent;
    return now - this.#saidAt >= HEARTBEAT_MS;
  }

  #isSlow(now: number, queuedBytes: number): boolean {
    if (queuedBytes <= QUEUED_BYTES_CONFLATE) this.keptUp();
    else this.#muchQueuedSince ??= now;
    const since = this.#muchQueuedSince ?? now;
    return queuedBytes > QUEUED_BYTES_MAX || now - since >= QUEUED_MS_MAX;
  }
}
