/**
 * CrashedLists: the lists whose process crashes again and again, or cannot be loaded.
 *
 * Such a list is left alone for a while: to load it for each request would cost the others.
 * Bound: LISTS_MAX lists; the one noted first is forgotten first.
 */

/** Milliseconds a list is left alone. */
export const ALONE_MS = 60_000;
/** Crashes within ALONE_MS after which it is. */
const CRASHES_MAX = 3;
const LISTS_MAX = 10_000;

interface Record {
  readonly since: number;
  crashes: number;
  /** Milliseconds of the runtime's clock at which it may be tried again. */
  aloneUntil: number;
}

export class CrashedLists {
  readonly #records = new Map<string, Record>();

  /** The list's process has crashed. `isHopeless`: the next one would as well. */
  note(list: string, now: number, isHopeless: boolean): void {
    let record = this.#records.get(list);
    if (record === undefined || now - record.since > ALONE_MS) {
      record = { since: now, crashes: 0, aloneUntil: 0 };
      this.#records.delete(list);
      this.#records.set(list, record);
      this.#forgetOldest();
    }
    record.crashes += 1;
    if (isHopeless || record.crashes >= CRASHES_MAX) record.aloneUntil = now + ALONE_MS;
  }

  /** Milliseconds for which it is left alone; 0: it may be tried. */
  aloneMs(list: string, now: number): number {
    if (this.#records.size === 0) return 0;
    const record = this.#records.get(list);
    return record === undefined ? 0 : Math.max(0, record.aloneUntil - now);
  }

  #forgetOldest(): void {
    if (this.#records.size <= LISTS_MAX) return;
    for (const list of this.#records.keys()) {
      this.#records.delete(list);
      return;
    }
  }
}
