/**
 * ClientEnvironment: what a client takes from the machine: time, chance and sockets.
 *
 * Tests give their own, so that nothing in them has to wait or to be lucky.
 */
import { type OpenSocket, openSocket } from "./socket.ts";

/** Time, and being called later. */
export interface ClientClock {
  /** Milliseconds since some moment, never going back. */
  now(): number;
  /** Calls `ring` once, at `atMs` of `now` or a little later. The answer calls it off. */
  alarm(atMs: number, ring: () => void): () => void;
}

export interface ClientEnvironment {
  readonly clock: ClientClock;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly open: OpenSocket;
}

/** The machine's own. */
export const SYSTEM_ENVIRONMENT: ClientEnvironment = {
  clock: {
    now: () => performance.now(),
    alarm(atMs, ring) {
      // Rounded up: an alarm that rings early would find nothing due.
      const timer = setTimeout(ring, Math.max(1, Math.ceil(atMs - performance.now())));
      return () => clearTimeout(timer);
    },
  },
  random: Math.random,
  open: openSocket,
};
