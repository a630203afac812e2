/**
 * ListCopy: what a subscriber makes of a list's snapshot and events, and how it judges their order.
 *
 * Order: events by seq, + 1 each. One that skips some is a gap, one that is not new a repeat; both
 *        are faults of the server. A snapshot in between is none: it is how slow readers catch up.
 * Cost:  a mutable map, so that thousands of copies cost the load little.
 */
import type { EventParams, List } from "../../shared/protocol/results.ts";
import type { Todo, TodoId } from "../../shared/todo/todo.ts";

/** What an event was. */
export type Folded = "next" | "gap" | "repeat";

export class ListCopy {
  #seq: number;
  #todos: Map<TodoId, Todo>;

  /** `list`: the whole list, one page. */
  constructor({ seq, todos }: List) {
    this.#seq = seq;
    this.#todos = new Map(todos.map((todo) => [todo.id, todo]));
  }

  get seq(): number {
    return this.#seq;
  }

  apply(event: EventParams): Folded {
    if (event.seq <= this.#seq) return "repeat";
    const folded = event.seq === this.#seq + 1 ? "next" : "gap";
    this.#seq = event.seq;
    switch (event.op) {
      case "todo_added":
      case "todo_updated":
        this.#todos.set(event.todo.id, event.todo);
        break;
      case "todo_deleted":
        this.#todos.delete(event.id);
        break;
      default: // Title and members are not compared.
    }
    return folded;
  }

  /** Whether it holds the same todos, whatever its seq. */
  equals({ todos }: List): boolean {
    return (
      todos.length === this.#todos.size &&
      todos.every((todo) => JSON.stringify(todo) === JSON.stringify(this.#todos.get(todo.id)))
    );
  }
}
