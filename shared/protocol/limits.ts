/**
 * Limits: every number of the protocol, its unit in its name.
 *
 * Source: PROTOCOL.md, the section beside each group. "Characters" are Unicode code points.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

// ── Section 1: transport
/** One message from a client. Longer: error `too_large`, the connection lives. */
export const MESSAGE_BYTES_MAX = 64 * KIB;
/** One frame (several messages) from a client. Longer: close 1009. */
export const FRAME_BYTES_MAX = MIB;
/** One message from the server; whatever could be longer has pages. */
export const SERVER_MESSAGE_BYTES_MAX = MIB;
/** Nesting of JSON, the message itself being 1. */
export const NESTING_MAX = 32;
export const TOKEN_CHARACTERS_MAX = 4096;
export const USER_NAME_CHARACTERS_MAX = 64;
export const IN_FLIGHT_MAX = 256;
export const SUBSCRIPTIONS_MAX = 1000;
export const MESSAGES_PER_S = 10_000;
export const NEW_LISTS_PER_MIN = 1000;

// ── Section 2: calls
export const REQUEST_ID_CHARACTERS_MAX = 64;
/** How long a call is worked at when it does not say; 5000, as in gen_server. */
export const CALL_TIMEOUT_MS = 5000;
export const CALL_TIMEOUT_MS_MAX = 60_000;
/** How much later than the server a client gives up by itself. */
export const CLIENT_GUARD_MS = 2000;
export const KEY_CHARACTERS_MAX = 64;
/** Every keyed write this recent is remembered … */
export const KEYS_ALL_KEPT_MS = 2 * 60_000;
/** … and of those this recent the last KEYS_KEPT_MAX. */
export const KEYS_KEPT_MS = 24 * 3_600_000;
export const KEYS_KEPT_MAX = 10_000;

// ── Section 3: values
export const TITLE_CHARACTERS_MAX = 500;
export const NOTES_CHARACTERS_MAX = 10_000;
export const TAGS_MAX = 20;
export const TAG_CHARACTERS_MAX = 50;
export const LIST_ID_CHARACTERS_MAX = 64;
export const LIST_TODOS_MAX = 10_000;
/** The todos of one list as JSON. */
export const LIST_TODOS_BYTES_MAX = 4 * MIB;
export const LIST_MEMBERS_MAX = 1000;
export const USER_LISTS_MAX = 10_000;
/** How long a deleted list can be restored. */
export const RESTORE_MS = 30 * 86_400_000;

// ── Section 4: methods
export const START_TODOS_MAX = 100;
export const TX_OPS_MAX = 100;
export const PAGE_BYTES_MAX = 256 * KIB;
/** The largest `limit` that may be asked for, except of history. */
export const PAGE_ENTRIES_MAX = 1000;
export const HISTORY_ENTRIES = 100;
export const HISTORY_ENTRIES_MAX = 500;

// ── Section 5: subscriptions
/** How far behind a subscriber may be and still be given the events it missed. */
export const RESUME_EVENTS_MAX = 500;
export const RESUME_BYTES_MAX = 256 * KIB;
/** At least so many events of a list are kept. */
export const LOG_EVENTS_MIN = 1000;

// ── Section 6: closing
/** RFC 6455 §5.5.1: a control frame holds 125 bytes, two are the code. */
export const CLOSE_REASON_BYTES_MAX = 123;
/** So many parse errors in a row close 4400. */
export const PARSE_ERRORS_MAX = 3;

// ── Section 7: liveness and overload
/** Silence after which the server pings, and after which it sends a `tick`. */
export const HEARTBEAT_MS = 25_000;
/** Unanswered pings after which it closes 4109. */
export const PINGS_UNANSWERED_MAX = 2;
/** Silence after which a client reconnects. */
export const CLIENT_SILENCE_MS_MAX = 35_000;
export const RECONNECT_MS_MIN = 500;
export const RECONNECT_MS_MAX = 20_000;
export const LIST_MAILBOX_MAX = 10_000;
/** Queued for one connection above which its events are conflated and its bulk reads wait. */
export const QUEUED_BYTES_CONFLATE = 256 * KIB;
/** Queued for one connection above which, or for so long, it is closed 4108. */
export const QUEUED_BYTES_MAX = MIB;
export const QUEUED_MS_MAX = 30_000;
export const BAD_CREDENTIALS_PER_MIN = 100;
