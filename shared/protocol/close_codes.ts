/**
 * CloseCodes: why the server ends a connection: code → name, reason.
 *
 * Shape:  41xx = come back and resume; 44xx = stop until something changes. The last two digits
 *         speak HTTP. RFC 6455's own codes (1002, 1007, 1009) keep their meaning.
 * Bound:  a reason has at most 123 bytes (RFC 6455 §5.5.1).
 * Source: PROTOCOL.md section 6.
 */

/** Every close code of this protocol. `bye` says the same before the close. */
export const CLOSE_CODES = {
  4100: { name: "going_away", reason: "The server is going away; come back and resume." },
  4103: { name: "load_shed", reason: "The server has more than it can serve; come back later." },
  4108: { name: "slow_reader", reason: "Messages were not read in time; come back and resume." },
  4109: { name: "heartbeat_lost", reason: "Two pings were not answered; come back and resume." },
  4129: { name: "rate", reason: "More was sent than the server takes; come back later." },
  4400: { name: "bad_frames", reason: "Frames must be text that holds JSON; these were not." },
  4401: { name: "credentials", reason: "A valid token is wanted; none came, or its time is over." },
  4403: { name: "token_revoked", reason: "The token was revoked." },
  4406: { name: "version", reason: "No offered version is served; this server has todo.v1." },
} as const;

/** A close code of this protocol, RFC 6455's own left out. */
export type CloseCode = keyof typeof CLOSE_CODES;

/** Whether a client that was closed with `code` comes back by itself. Unknown codes: by range. */
export function mayReconnect(code: number): boolean {
  return code < 4400 || code > 4499;
}
