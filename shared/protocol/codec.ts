/**
 * Codec: from the text of one message to a call or a cast, and from a reply or a push to text.
 *
 * Shape:  {"jsonrpc":"2.0","id":1,"method":"list","params":{…}} → { type: "call", id: 1, … }
 *         `params` comes out as it went in: methods.ts says what is wrong with it.
 * Errors: parse | too_large | invalid_request, as a value; all are answered with `id: null`.
 * Cost:   one JSON.parse; only with more than NESTING_MAX brackets a walk over what it made.
 * Source: PROTOCOL.md sections 1 and 2; JSON-RPC 2.0.
 */
import type { ErrorKind, ErrorObject } from "./errors.ts";
import { ERRORS } from "./errors.ts";
import type { RequestId } from "./json_rpc.ts";
import { MESSAGE_BYTES_MAX, NESTING_MAX, REQUEST_ID_CHARACTERS_MAX } from "./limits.ts";
import { hasAtMost } from "./text.ts";

/** What the text of a message turned out to be. */
export type Decoded =
  | {
      readonly type: "call";
      readonly id: RequestId;
      readonly method: string;
      readonly params: unknown;
    }
  | { readonly type: "cast"; readonly method: string; readonly params: unknown }
  | BadMessage;

/** A message that is neither, and what to say about it. */
export interface BadMessage {
  readonly type: "bad";
  readonly error: { readonly kind: ErrorKind; readonly message: string };
}

const ID_WANTED =
  `An id must be text of 1 to ${REQUEST_ID_CHARACTERS_MAX} characters ` +
  "or an integer of at most 2^53-1 either way; another came.";
const UTF8_BYTES_MAX = 3; // Of one UTF-16 unit.

/** Reads one message. Absent `params` come out as {}. */
export function decodeMessage(text: string): Decoded {
  if (isTooLarge(text)) {
    return bad("too_large", `A message must be at most ${MESSAGE_BYTES_MAX} bytes; more came.`);
  }
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return bad("parse", ERRORS.parse.sentence); // V8's own words would quote the text.
  }
  if (opensMore(text, NESTING_MAX) && isNestedDeeper(message, NESTING_MAX)) {
    return invalid(`A message must be nested at most ${NESTING_MAX} deep; a deeper one came.`);
  }
  return decodeValue(message);
}

/** The text of a reply. `result` is an object, or one's JSON text when that is at hand. */
export function encodeResult(id: RequestId, result: object | string): string {
  return `{"jsonrpc":"2.0","id":${jsonOfId(id)},"result":${jsonOf(result)}}`;
}

/** The text of a refusal; `id` is null when what came cannot be read as a call or a cast. */
export function encodeError(id: RequestId | null, error: ErrorObject): string {
  return `{"jsonrpc":"2.0","id":${jsonOfId(id)},"error":${JSON.stringify(error)}}`;
}

/** The text of a push, or of a cast. `params` is an object, or one's JSON text. */
export function encodePush(method: string, params: object | string): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":${jsonOf(params)}}`;
}

function decodeValue(value: unknown): Decoded {
  if (Array.isArray(value)) {
    return invalid("A message must be a single request; a batch came. A frame may hold several.");
  }
  if (typeof value !== "object" || value === null) {
    return invalid("A message must be a JSON object; another value came.");
  }
  const { jsonrpc, id, method, params = {} } = value as Record<string, unknown>;
  if (jsonrpc !== "2.0") return invalid('A message must have "jsonrpc":"2.0"; this one has not.');
  if (typeof method !== "string") {
    return invalid("A message must have a method that is text; this one has not.");
  }
  if (id === undefined) return { type: "cast", method, params };
  if (!isRequestId(id)) return invalid(ID_WANTED);
  return { type: "call", id, method, params };
}

function isRequestId(id: unknown): id is RequestId {
  if (typeof id === "string") return id !== "" && hasAtMost(id, REQUEST_ID_CHARACTERS_MAX);
  return Number.isSafeInteger(id);
}

function isTooLarge(text: string): boolean {
  if (text.length * UTF8_BYTES_MAX <= MESSAGE_BYTES_MAX) return false;
  return new TextEncoder().encode(text).length > MESSAGE_BYTES_MAX;
}

/**
 * Whether more than `max` brackets open in `text`. Where they do not, nothing is nested deeper, and
 * the usual message is spared a walk that costs half of its JSON.parse.
 */
function opensMore(text: string, max: number): boolean {
  let count = 0;
  for (const bracket of ["{", "["]) {
    let index = text.indexOf(bracket);
    for (; index !== -1 && count <= max; index = text.indexOf(bracket, index + 1)) count++;
  }
  return count > max;
}

/** Whether `value` has more than `levels` levels; looks no deeper than that. */
function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const part of Array.isArray(value) ? value : Object.values(value)) {
    if (isNestedDeeper(part, levels - 1)) return true;
  }
  return false;
}

function bad(kind: ErrorKind, message: string): BadMessage {
  return { type: "bad", error: { kind, message } };
}

function invalid(message: string): BadMessage {
  return bad("invalid_request", message);
}

function jsonOf(value: object | string): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function jsonOfId(id: RequestId | null): string {
  return typeof id === "string" ? JSON.stringify(id) : String(id);
}
