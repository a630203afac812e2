/**
 * radix_list: a to-do list as one would write it by hand for speed: the floor of the seed's rows.
 *
 * Todos stand in a tree of arrays, 32 wide, by id. A snapshot that was given away never changes:
 * after one, a node is copied before it is changed, once. Which ids a date has is kept beside the
 * tree, in place: no former list is asked for it.
 */
import type { Todo } from "../../../shared/todo/todo.ts";

const BITS = 5;
const WIDTH = 1 << BITS;

/** `edit`: nodes of the list's own number may be changed in place. */
interface Node {
  readonly edit: number;
  readonly slots: (Node | Todo | undefined)[];
}

/** What the answer to `list` holds. */
export interface Snapshot {
  readonly root: Node;
  readonly size: number;
}

/** The list and its index. */
export class RadixList {
  #edit = 0;
  #root: Node = { edit: 0, slots: [] };
  #shift = 0;
  #next = 1;
  #size = 0;
  readonly #byDate = new Map<string | null, Set<number>>();

  /** Gives the list away as it is. */
  snapshot(): Snapshot {
    this.#edit += 1;
    return { root: this.#root, size: this.#size };
  }

  add({ title, date }: { readonly title: string; readonly date: string }): void {
    const todo = { id: this.#next, title, date, done: false, rev: 0 };
    this.#next += 1;
    while (todo.id >= WIDTH << this.#shift) {
      this.#root = { edit: this.#edit, slots: [this.#root] };
      this.#shift += BITS;
    }
    this.#put(todo.id, todo);
    this.#size += 1;
    this.#idsOf(date).add(todo.id);
  }

  update(id: number, updater: (todo: Todo) => Todo): void {
    const old = this.#get(id);
    if (old === undefined) return;
    const todo = updater(old);
    this.#put(id, todo);
    if (todo.date === old.date) return;
    this.#idsOf(old.date).delete(id);
    this.#idsOf(todo.date).add(id);
  }

  remove(id: number): void {
    const old = this.#get(id);
    if (old === undefined) return;
    this.#put(id, undefined);
    this.#size -= 1;
    this.#idsOf(old.date).delete(id);
  }

  todos(date: string): Todo[] {
    const found: Todo[] = [];
    for (const id of this.#byDate.get(date) ?? []) found.push(this.#get(id) as Todo);
    return found;
  }

  #get(id: number): Todo | undefined {
    let node: Node | undefined = this.#root;
    if (id >= WIDTH << this.#shift) return undefined;
    for (let shift = this.#shift; shift > 0 && node !== undefined; shift -= BITS) {
      node = node.slots[(id >> shift) & (WIDTH - 1)] as Node | undefined;
    }
    return node?.slots[id & (WIDTH - 1)] as Todo | undefined;
  }

  #put(id: number, todo: Todo | undefined): void {
    this.#root = this.#own(this.#root);
    let node = this.#root;
    for (let shift = this.#shift; shift > 0; shift -= BITS) {
      const place = (id >> shift) & (WIDTH - 1);
      const child = this.#own(node.slots[place] as Node | undefined);
      node.slots[place] = child;
      node = child;
    }
    node.slots[id & (WIDTH - 1)] = todo;
  }

  #own(node: Node | undefined): Node {
    if (node?.edit === this.#edit) return node;
    return { edit: this.#edit, slots: node?.slots.slice() ?? [] };
  }

  #idsOf(date: string | null): Set<number> {
    let ids = this.#byDate.get(date);
    if (ids === undefined) {
      ids = new Set();
      this.#byDate.set(date, ids);
    }
    return ids;
  }
}
