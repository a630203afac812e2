/**
 * PageJudge: whether a page is the first of what there is, and ends only where a page may.
 *
 * Source: docs/protocol.md, Methods: 256 KiB, and `limit` entries where given.
 */
import { PAGE_BYTES_MAX } from "../../shared/protocol/limits.ts";
import { must } from "./violation.ts";

/** A page, and all that there is from its beginning on. */
export interface Page {
  /** "history of l0". */
  readonly what: string;
  readonly told: readonly unknown[];
  readonly all: readonly unknown[];
  readonly more: boolean;
  readonly limit: number | undefined;
  /** Bytes that a page keeps free for what stands around its entries, and around each. */
  readonly aroundBytes: number;
  readonly eachBytes?: number;
}

/** The length of a page: its entries are judged by whoever knows what they are. */
export function judgeLength(page: Page): void {
  const { what, told, all, more, limit = Number.POSITIVE_INFINITY } = page;
  const { length } = told;
  must(length <= limit, () => `${what}: ${length} entries where ${limit} were wanted`);
  const isCut = length < all.length;
  must(isCut === more, () => `${what}: ${length} of ${all.length} entries, more: ${more}`);
  if (!isCut || length === limit) return;
  must(length > 0 && !hasRoom(page), () => `${what} ends early, after ${length} entries`);
}

/** The next entry would have been on the page as well. */
function hasRoom({ told, all, aroundBytes, eachBytes = 1 }: Page): boolean {
  let bytes = aroundBytes;
  for (const entry of all.slice(0, told.length + 1)) {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + eachBytes;
    if (bytes > PAGE_BYTES_MAX) return false;
  }
  return true;
}
