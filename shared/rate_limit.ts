/**
 * RateLimit: a bucket of tokens that fills with time; each thing done takes one.
 *
 * Bound: `burst` at once, `perSecond` in the long run. Time is passed in.
 */

export interface Rate {
  /** Tokens that come back each second; 0: no limit. */
  readonly perSecond: number;
  /** Tokens a full bucket holds. */
  readonly burst: number;
}

/** One bucket. */
export class RateLimit {
  readonly #rate: Rate;
  #tokens: number;
  #filledAt: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#filledAt = now;
  }

  /** Takes a token; false: there is none. `now`: milliseconds, never going back. */
  take(now: number): boolean {
    if (this.#rate.perSecond === 0) return true;
    if (this.#tokens < 1) this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Milliseconds until there is a token again; 0: there is one. */
  waitMs(now: number): number {
    if (this.#rate.perSecond === 0) return 0;
    this.#fill(now);
    return Math.max(0, Math.ceil(((1 - this.#tokens) * 1000) / this.#rate.perSecond));
  }

  /** Whether it is as it was made: forgetting it changes nothing. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#rate.burst;
  }

  #fill(now: number): void {
    const { perSecond, burst } = this.#rate;
    const came = ((now - this.#filledAt) * perSecond) / 1000;
    this.#tokens = Math.min(burst, this.#tokens + came);
    this.#filledAt = now;
  }
}

/** Names kept before those whose buckets are full again are forgotten. */
const NAMES_KEPT = 10_000;

/** One bucket for each name: a user, an address. */
export class RateLimits {
  readonly #rate: Rate;
  readonly #limits = new Map<string, RateLimit>();
  #forgetAt = NAMES_KEPT;

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  take(name: string, now: number): boolean {
    return this.#of(name, now).take(now);
  }

  waitMs(name: string, now: number): number {
    return this.#limits.get(name)?.waitMs(now) ?? 0;
  }

  #of(name: string, now: number): RateLimit {
    const known = this.#limits.get(name);
    if (known !== undefined) return known;
    if (this.#limits.size >= this.#forgetAt) this.#forget(now);
    const limit = new RateLimit(this.#rate, now);
    this.#limits.set(name, limit);
    return limit;
  }

  #forget(now: number): void {
    for (const [name, limit] of this.#limits) if (limit.isFull(now)) this.#limits.delete(name);
    this.#forgetAt = Math.max(NAMES_KEPT, 2 * this.#limits.size); // So that looking stays cheap.
  }
}
