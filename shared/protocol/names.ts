/**
 * Names: what users and lists may be called on the wire.
 *
 * People name lists by their titles; a list's id is what programs and the log go by.
 * Source: PROTOCOL.md section 1 (user names) and section 3 (`list`).
 */
import { LIST_ID_CHARACTERS_MAX, USER_NAME_CHARACTERS_MAX } from "./limits.ts";

/** The characters of each; the length is bounded besides. */
export const USER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]*$/;
export const LIST_ID = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

/** What a refusal says is wanted. */
export const USER_NAME_WANTED =
  `a user name, 1 to ${USER_NAME_CHARACTERS_MAX} of A-Z a-z 0-9 _ . @ - ` +
  "that begin with a letter or a digit";
export const LIST_ID_WANTED =
  `a list's id, 1 to ${LIST_ID_CHARACTERS_MAX} of A-Z a-z 0-9 _ . - ` +
  "that do not begin with a full stop";

/** "alice" and "bob@example.org" are; "", "-x" and "a b" are not. */
export function isUserName(text: string): boolean {
  return text.length <= USER_NAME_CHARACTERS_MAX && USER_NAME.test(text);
}

/** "groceries" and "-x_1.old" are; "", ".a" and "a/b" are not. Case counts. */
export function isListId(text: string): boolean {
  return text.length <= LIST_ID_CHARACTERS_MAX && LIST_ID.test(text);
}
