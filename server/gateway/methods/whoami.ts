/**
 * Method whoami: who the caller is to the server.
 *
 * Kind:   call, answered by the connection.
 * Params: {}
 * Result: { user, pid: "<0.117.0>", node }
 * Source: PROTOCOL.md section 4.
 */
import type { CallerMethod } from "../method.ts";

export const whoami: CallerMethod<"whoami"> = {
  kind: "caller",
  name: "whoami",

  answer(_params, { user, pid, node }) {
    return { ok: true, result: { user, pid: String(pid), node } };
  },
};
