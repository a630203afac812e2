/**
 * PushDocs: what the published document says of each push, with an example.
 *
 * Source: PROTOCOL.md sections 1, 5 and 7.
 */
import { CLOSE_CODES } from "./close_codes.ts";
import {
  HEARTBEAT_MS,
  IN_FLIGHT_MAX,
  MESSAGE_BYTES_MAX,
  MESSAGES_PER_S,
  NEW_LISTS_PER_MIN,
  SUBSCRIPTIONS_MAX,
} from "./limits.ts";
import { METHOD_DOCS } from "./method_docs.ts";
import type { Push, PushName } from "./pushes.ts";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "./version.ts";

interface PushDoc<Name extends PushName> {
  readonly summary: string;
  readonly params: Push<Name>;
}

const list = "groceries";
const pid = "<0.117.0>";

/** PUSH_DOCS.tick.params → { now: 1763800000000 } */
export const PUSH_DOCS: { readonly [Name in PushName]: PushDoc<Name> } = {
  welcome: {
    summary: "The first message: who you are, and what the server takes from one connection.",
    params: {
      pid,
      user: "alice",
      node: "todo@127.0.0.1",
      server: SOFTWARE_VERSION,
      protocol: PROTOCOL_VERSION,
      heartbeat_ms: HEARTBEAT_MS,
      features: [],
      limits: {
        message_bytes: MESSAGE_BYTES_MAX,
        in_flight: IN_FLIGHT_MAX,
        subscriptions: SUBSCRIPTIONS_MAX,
        messages_per_s: MESSAGES_PER_S,
        new_lists_per_min: NEW_LISTS_PER_MIN,
      },
    },
  },
  event: {
    summary:
      "A change of a list that you are subscribed to. An op you do not know moves its seq and " +
      "changes nothing else; a gap in seq means: subscribe again with your last position.",
    params: {
      list,
      epoch: "k3Pp9uJ0xwY",
      seq: 59,
      at: 1_763_800_000_000,
      by: "bob",
      pid,
      op: "todo_deleted",
      id: 12,
    },
  },
  snapshot: {
    summary: "A list's state in place of events you were to get; it may have more to read.",
    params: { ...METHOD_DOCS.list.result, reason: "restarted" },
  },
  presence: {
    summary: "Who began and who ceased to look at a list; this server sends none.",
    params: { list, joined: [{ user: "bob", pid }], left: [] },
  },
  gone: {
    summary: "The list was deleted, or you are no member any more; nothing of it follows.",
    params: { list, reason: "deleted" },
  },
  tick: {
    summary: `Sent after ${HEARTBEAT_MS} ms without another message to you.`,
    params: { now: 1_763_800_000_000 },
  },
  goaway: {
    summary: "The server stops: come back at a random moment of jitter_ms.",
    params: { within_ms: 10_000, jitter_ms: 5000 },
  },
  bye: {
    summary: "Why the connection is closed, before every close with a 4xxx code.",
    params: { code: 4401, reason: CLOSE_CODES[4401].reason },
  },
};
