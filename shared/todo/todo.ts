/**
 * Todo: one entry of a list, and the two shapes in which callers say what it should be.
 *
 * Shape:  members stand in the order in which they are declared, in memory and as JSON.
 * Source: PROTOCOL.md section 3. The bounds are in protocol/limits.ts, the checks in
 *         protocol/text.ts and protocol/date.ts; a value of these types has passed them.
 */

/** Integer >= 1, given out in order and never reused within a list. */
export type TodoId = number;

/** How pressing a todo is; absent when nobody said. */
export type Priority = "high" | "medium" | "low";

/** What a member of a list may do: each role may all that the ones before it may. */
export type Role = "viewer" | "editor" | "owner";

/**
 * One entry of a list. `date` is a calendar day "YYYY-MM-DD" without a time zone, null when unset;
 * `rev` the seq of the event that last changed it. The optional members are absent when unset.
 */
export interface Todo {
  readonly id: TodoId;
  readonly title: string;
  readonly date: string | null;
  readonly done: boolean;
  readonly rev: number;
  readonly notes?: string;
  readonly priority?: Priority;
  readonly tags?: readonly string[];
  readonly assignee?: string;
}

/** What a caller supplies for a todo that is to be. Null is the same as absent. */
export interface NewTodo {
  readonly title: string;
  readonly date?: string | null;
  readonly done?: boolean | null;
  readonly notes?: string | null;
  readonly priority?: Priority | null;
  readonly tags?: readonly string[] | null;
  readonly assignee?: string | null;
}

/** A JSON Merge Patch (RFC 7396) over a todo: absent keeps a member, null unsets it. */
export interface TodoPatch {
  readonly title?: string;
  readonly date?: string | null;
  readonly done?: boolean;
  readonly notes?: string | null;
  readonly priority?: Priority | null;
  readonly tags?: readonly string[] | null;
  readonly assignee?: string | null;
}
