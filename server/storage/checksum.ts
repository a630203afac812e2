/**
 * Checksum: what tells that a list on disk is the one that was written.
 *
 * Every list has a chain: the sum of its birth, then for each event the CRC-32 of its text that
 * starts from the sum before. Not part of the text: positions and row ids, so that a copy of a list
 * in another place keeps its sums. Part of the file format: never change it, add another.
 */
import { crc32 } from "node:zlib";
import type { Birth, StoredEvent } from "./event_log.ts";

/** The sum a list's chain begins with. */
export function birthSum(list: string, { epoch, title, owner, at, key, firstSeq }: Birth): number {
  return crc32(`${list}\n${epoch}\n${title}\n${owner}\n${at}\n${key ?? ""}\n${firstSeq}`);
}

/** The sum after `event`, of which `count` todos were left, when the sum before it was `sum`. */
export function eventSum(sum: number, event: StoredEvent, count: number): number {
  const { seq, at, user, pid, key, body } = event;
  return crc32(`${seq}\n${count}\n${at}\n${user}\n${pid}\n${key ?? ""}\n${body}`, sum);
}
