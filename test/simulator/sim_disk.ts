/**
 * SimDisk: what survives: one file of records, of which the end may be lost as long as it is not
 * synced.
 *
 * Shape: a record is "LENGTH:JSON;". A crash leaves of the unsynced one nothing, all, or a part,
 *        which whoever reads the file finds to be none and cuts off.
 */

/** What a crash leaves of what was written and not synced. */
export type Fate = "lost" | "kept" | "torn";

export class SimDisk {
  /** The store's own, as EventLog has them. */
  readonly secret: string;
  generation: string;
  #synced: string[] = [];
  #unsynced: string | undefined;

  constructor(secret: string, generation: string) {
    this.secret = secret;
    this.generation = generation;
  }

  /** Records that are safe. */
  get records(): number {
    return this.#synced.length;
  }

  write(json: string): void {
    this.#unsynced = `${json.length}:${json};`;
  }

  /** What was written is safe from here on. */
  sync(): void {
    if (this.#unsynced !== undefined) this.#synced.push(this.#unsynced);
    this.#unsynced = undefined;
  }

  /** The power goes. False: nothing was unsynced. */
  crash(fate: Fate, length: number): boolean {
    const text = this.#unsynced;
    this.#unsynced = undefined;
    if (text === undefined) return false;
    if (fate === "kept") this.#synced.push(text);
    if (fate === "torn") this.#synced.push(text.slice(0, Math.floor(length * text.length)));
    return true;
  }

  /** All records that are whole; a torn one is cut off. */
  read(): string[] {
    const whole = this.#synced.filter((record) => isWhole(record));
    this.#synced = whole;
    return whole.map((record) => record.slice(record.indexOf(":") + 1, -1));
  }

  /** The file is an old copy of itself, and of another generation where that is noticed. */
  putBack(records: number, generation: string): void {
    this.#synced = this.#synced.slice(0, records);
    this.generation = generation;
  }
}

function isWhole(record: string): boolean {
  const colon = record.indexOf(":");
  return colon > 0 && record.length === Number(record.slice(0, colon)) + colon + 2;
}
