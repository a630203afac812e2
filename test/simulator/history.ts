/**
 * History: what happened in one run, line by line: a digest of all of it, and its last lines.
 *
 * Two runs are the same when their digests are. A line in the digest is whole; one that is kept for
 * people is cut at COLUMNS.
 */
import { createHash } from "node:crypto";

const LINES_KEPT = 4_000;
const COLUMNS = 220;
/** Hashed at once: a call for each line would cost more than the hash. */
const HASHED_CHARACTERS = 64 * 1024;

export class History {
  readonly #hash = createHash("sha256");
  readonly #now: () => number;
  #lines: string[] = [];
  #unhashed = "";
  #count = 0;

  /** `now`: milliseconds of virtual time. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** note("alice#1 >", text): who, and what was said or done. */
  note(who: string, what: string): void {
    const line = `${this.#now().toFixed(3)} ${who} ${what}\n`;
    this.#unhashed += line;
    if (this.#unhashed.length > HASHED_CHARACTERS) this.#hashAll();
    this.#count += 1;
    this.#lines.push(line.length > COLUMNS ? `${line.slice(0, COLUMNS)}…\n` : line);
    if (this.#lines.length === 2 * LINES_KEPT) this.#lines = this.#lines.slice(-LINES_KEPT);
  }

  get lines(): number {
    return this.#count;
  }

  /** Of all lines; asked once, at the end. */
  digest(): string {
    this.#hashAll();
    return this.#hash.digest("hex");
  }

  #hashAll(): void {
    this.#hash.update(this.#unhashed);
    this.#unhashed = "";
  }

  /** The last lines. */
  tail(lines: number): string {
    return this.#lines.slice(-lines).join("");
  }
}
