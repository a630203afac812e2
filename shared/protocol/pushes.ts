/**
 * Pushes: what the server sends unasked, as types alone.
 *
 * Shape:  `Push<"gone">` is the `params` of a `gone`. No push depends on who receives it.
 * Source: PROTOCOL.md sections 1 and 5. Clients ignore pushes and members they do not know.
 */
import type { CloseCode } from "./close_codes.ts";
import type { EventParams, List } from "./results.ts";

/** What a server takes from one connection; 0 for a rate: no limit. */
export interface WelcomeLimits {
  readonly message_bytes: number;
  readonly in_flight: number;
  readonly subscriptions: number;
  readonly messages_per_s: number;
  readonly new_lists_per_min: number;
}

interface Welcome {
  readonly pid: string;
  readonly user: string;
  readonly node: string;
  readonly server: string;
  readonly protocol: number;
  readonly heartbeat_ms: number;
  readonly features: readonly string[];
  readonly limits: WelcomeLimits;
}

/** One connection that is looking at a list. */
export interface Present {
  readonly user: string;
  readonly pid: string;
}

/** Push → its `params`. */
export interface PushTable {
  /** The first message of every connection that is let in. */
  welcome: Welcome;
  event: EventParams;
  /** In place of queued events (`slow`), or after the list's process began anew. */
  snapshot: List & { readonly reason: "slow" | "restarted" };
  presence: {
    readonly list: string;
    readonly joined: readonly Present[];
    readonly left: readonly Present[];
  };
  /** Nothing of the list follows it. */
  gone: { readonly list: string; readonly reason: "deleted" | "revoked" };
  tick: { readonly now: number };
  /** Reconnect at a random moment of `jitter_ms`; calls are served until the close 4100. */
  goaway: { readonly within_ms: number; readonly jitter_ms: number };
  /** Precedes every close with a code of this protocol. */
  bye: { readonly code: CloseCode; readonly reason: string; readonly after_ms?: number };
}

/** The name of a push. */
export type PushName = keyof PushTable;

/** The `params` of a push. */
export type Push<Name extends PushName> = PushTable[Name];
