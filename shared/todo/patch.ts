/**
 * Patch: what becomes of a todo when a caller makes or changes it.
 *
 * Pure data: who may, and whether there are too many tags, is decided elsewhere.
 * Order:  the members' merge patch, then the tags taken off, then the tags put on.
 * Source: PROTOCOL.md section 4, `update_todo`; RFC 7396 for the patch.
 */
import type { NewTodo, Todo, TodoId, TodoPatch } from "./todo.ts";

/** A change of one todo; single tags are put on and taken off so that nobody's are lost. */
export interface TodoChange {
  readonly patch?: TodoPatch | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
}

/** The todo that a caller asked for. What it left out or gave as null, [] or "" is absent. */
export function newTodo(id: TodoId, rev: number, wanted: NewTodo): Todo {
  const { title, date, done, notes, priority, tags, assignee } = wanted;
  const todo: { -readonly [Member in keyof Todo]: Todo[Member] } = {
    id,
    title,
    date: date ?? null,
    done: done ?? false,
    rev,
  };
  if (notes) todo.notes = notes;
  if (priority) todo.priority = priority;
  if (tags?.length) todo.tags = tags;
  if (assignee) todo.assignee = assignee;
  return todo;
}

/**
 * applyPatch(milk, { patch: { done: true }, addTags: ["shop"] }) → milk, done, with one tag more.
 * The same object when nothing changes. `rev` stays: the event's seq is not known here.
 */
export function applyPatch(todo: Todo, { patch = {}, addTags, removeTags }: TodoChange): Todo {
  const merged = { ...todo, ...patch };
  const tags = changedTags(merged.tags ?? [], addTags, removeTags);
  const changed = newTodo(todo.id, todo.rev, { ...merged, tags });
  return isSame(todo, changed) ? todo : changed;
}

function changedTags(
  tags: readonly string[],
  added: readonly string[] = [],
  removed: readonly string[] = [],
): readonly string[] {
  if (added.length === 0 && removed.length === 0) return tags;
  return [...new Set([...tags.filter((tag) => !removed.includes(tag)), ...added])];
}

function isSame(a: Todo, b: Todo): boolean {
  return (
    a.title === b.title &&
    a.date === b.date &&
    a.done === b.done &&
    a.notes === b.notes &&
    a.priority === b.priority &&
    a.assignee === b.assignee &&
    isSameTags(a.tags ?? [], b.tags ?? [])
  );
}

function isSameTags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tag, index) => tag === b[index]);
}
