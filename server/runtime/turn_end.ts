/**
 * TurnEnd: what is to be done when a turn of the runtime ends: commits, outboxes.
 */

export class TurnEnd {
  #works: (() => void)[] = [];

  get size(): number {
    return this.#works.length;
  }

  add(work: () => void): void {
    this.#works.push(work);
  }

  /** Does all that was added so far, though one of it throws; then throws what was thrown. */
  run(): void {
    if (this.#works.length === 0) return;
    const works = this.#works;
    this.#works = [];
    const thrown: unknown[] = [];
    for (const work of works) {
      try {
        work();
      } catch (error) {
        thrown.push(error); // The others are not to lose theirs.
      }
    }
    if (thrown.length === 1) throw thrown[0];
    if (thrown.length > 1) {
      throw new AggregateError(thrown, `${thrown.length} works of a turn's end`);
    }
  }
}
