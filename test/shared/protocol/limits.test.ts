/**
 * Limits and version: the numbers and names of PROTOCOL.md, written out a second time.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as Limits from "../../../shared/protocol/limits.ts";
import * as Version from "../../../shared/protocol/version.ts";

test("the numbers of the protocol", () => {
  expect({ ...Limits }).toEqual({
    MESSAGE_BYTES_MAX: 65_536,
    FRAME_BYTES_MAX: 1_048_576,
    SERVER_MESSAGE_BYTES_MAX: 1_048_576,
    NESTING_MAX: 32,
    TOKEN_CHARACTERS_MAX: 4096,
    USER_NAME_CHARACTERS_MAX: 64,
    IN_FLIGHT_MAX: 256,
    SUBSCRIPTIONS_MAX: 1000,
    MESSAGES_PER_S: 10_000,
    NEW_LISTS_PER_MIN: 1000,
    REQUEST_ID_CHARACTERS_MAX: 64,
    CALL_TIMEOUT_MS: 5000,
    CALL_TIMEOUT_MS_MAX: 60_000,
    CLIENT_GUARD_MS: 2000,
    KEY_CHARACTERS_MAX: 64,
    KEYS_ALL_KEPT_MS: 120_000,
    KEYS_KEPT_MS: 86_400_000,
    KEYS_KEPT_MAX: 10_000,
    TITLE_CHARACTERS_MAX: 500,
    NOTES_CHARACTERS_MAX: 10_000,
    TAGS_MAX: 20,
    TAG_CHARACTERS_MAX: 50,
    LIST_ID_CHARACTERS_MAX: 64,
    LIST_TODOS_MAX: 10_000,
    LIST_TODOS_BYTES_MAX: 4_194_304,
    LIST_MEMBERS_MAX: 1000,
    USER_LISTS_MAX: 10_000,
    RESTORE_MS: 2_592_000_000,
    START_TODOS_MAX: 100,
    TX_OPS_MAX: 100,
    PAGE_BYTES_MAX: 262_144,
    PAGE_ENTRIES_MAX: 1000,
    HISTORY_ENTRIES: 100,
    HISTORY_ENTRIES_MAX: 500,
    RESUME_EVENTS_MAX: 500,
    RESUME_BYTES_MAX: 262_144,
    LOG_EVENTS_MIN: 1000,
    CLOSE_REASON_BYTES_MAX: 123,
    PARSE_ERRORS_MAX: 3,
    HEARTBEAT_MS: 25_000,
    PINGS_UNANSWERED_MAX: 2,
    CLIENT_SILENCE_MS_MAX: 35_000,
    RECONNECT_MS_MIN: 500,
    RECONNECT_MS_MAX: 20_000,
    LIST_MAILBOX_MAX: 10_000,
    QUEUED_BYTES_CONFLATE: 262_144,
    QUEUED_BYTES_MAX: 1_048_576,
    QUEUED_MS_MAX: 30_000,
    BAD_CREDENTIALS_PER_MIN: 100,
  });
});

test("the names of the version", () => {
  expect(Version).toMatchObject({
    SUBPROTOCOL: "todo.v1",
    PROTOCOL_VERSION: 1,
    BEARER_PREFIX: "todo.bearer.",
  });
});

test("the software's version is that of package.json", () => {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  expect(Version.SOFTWARE_VERSION).toBe(version);
});
