/**
 * Same: whether what was told is what is there, as JSON.
 *
 * Cost: the texts of todos are kept: those that are there are told again and again.
 */
import type { Todo } from "../../shared/todo/todo.ts";

const texts = new WeakMap<Todo, string>();

/** Whether they are the same as JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Whether the todos told are those that are there, in this order. */
export function areSame(told: readonly unknown[], there: readonly Todo[]): boolean {
  if (told.length !== there.length) return false;
  return there.every((todo, place) => {
    return told[place] === todo || JSON.stringify(told[place]) === textOf(todo);
  });
}

function textOf(todo: Todo): string {
  let text = texts.get(todo);
  if (text === undefined) {
    text = JSON.stringify(todo);
    texts.set(todo, text);
  }
  return text;
}
