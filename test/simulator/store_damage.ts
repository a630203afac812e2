/**
 * StoreDamage: which events of a real store are not what was written: one character of the body of
 * one event of each list that is damaged at present.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Dice } from "./dice.ts";

/** Where, and what stood there. */
interface Damaged {
  readonly pos: number;
  readonly body: string;
}

export class StoreDamage {
  readonly #lists = new Map<string, Damaged>();

  get isAny(): boolean {
    return this.#lists.size > 0;
  }

  /** Damages those lists, and mends the others. False: there was nothing to do. */
  follow(db: DatabaseSync, lists: ReadonlySet<string>, dice: Dice): boolean {
    if (lists.size === 0 && !this.isAny) return false;
    let isChanged = false;
    const write = (pos: number, body: string) => {
      db.prepare("UPDATE events SET body = ? WHERE pos = ?").run(body, pos);
      isChanged = true;
    };
    for (const [list, { pos, body }] of this.#lists) {
      if (lists.has(list)) continue;
      write(pos, body);
      this.#lists.delete(list);
    }
    for (const list of lists) {
      if (this.#lists.has(list)) continue;
      const events = db.prepare(EVENTS).all(list) as unknown as Damaged[];
      if (events.length === 0) continue;
      const { pos, body } = dice.pick(events);
      this.#lists.set(list, { pos, body });
      write(pos, flipped(body, dice.int(body.length)));
    }
    return isChanged;
  }

  /** Another store stands there now, of which all is as it was written. */
  forget(): void {
    this.#lists.clear();
  }
}

const EVENTS = `SELECT pos, body FROM events
  WHERE list = (SELECT id FROM lists WHERE name = ?) ORDER BY pos`;

/** One bit of it is another. */
function flipped(body: string, at: number): string {
  return `${body.slice(0, at)}${String.fromCharCode(body.charCodeAt(at) ^ 1)}${body.slice(at + 1)}`;
}
