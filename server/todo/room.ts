/**
 * Room: how much one list may still grow.
 *
 * Shape: todos by number, and bytes of them as JSON in UTF-8.
 * Cost:  a todo is measured only when the list is nearly full.
 * Source: PROTOCOL.md section 3, `list_full`.
 */
import {
  LIST_TODOS_BYTES_MAX,
  LIST_TODOS_MAX,
  MESSAGE_BYTES_MAX,
} from "../../shared/protocol/limits.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import { type Refused, refuse } from "./todo_request.ts";

/** More than one request can add: its text came in one message, at most escaped once more. */
const REQUEST_BYTES_MAX = 8 * MESSAGE_BYTES_MAX;

/** What a list may hold. */
export interface ListLimits {
  readonly listTodosMax: number;
  readonly listBytesMax: number;
}

/** Those of the protocol. */
export const LIST_LIMITS: ListLimits = {
  listTodosMax: LIST_TODOS_MAX,
  listBytesMax: LIST_TODOS_BYTES_MAX,
};

/** Bytes of a todo as JSON. */
export function bytesOf(todo: Todo): number {
  return Buffer.byteLength(JSON.stringify(todo));
}

/** The room of one list, which a command takes up as it is decided. */
export class Room {
  readonly #limits: ListLimits;
  #todos: number;
  #bytes: number;
  /** So full that todos must be measured. */
  readonly #isTight: boolean;

  /** `todos` and `bytes`: what the list holds already. */
  constructor(limits: ListLimits, todos: number, bytes: number) {
    this.#limits = limits;
    this.#todos = todos;
    this.#bytes = bytes;
    this.#isTight = bytes + REQUEST_BYTES_MAX > limits.listBytesMax;
  }

  /** Puts `todo` in place of `old`. undefined: it fits. */
  put(todo: Todo, old: Todo | undefined): Refused | undefined {
    const { listTodosMax, listBytesMax } = this.#limits;
    if (old === undefined) {
      if (this.#todos >= listTodosMax) {
        return refuse("list_full", `A list holds at most ${listTodosMax} todos; this is one more.`);
      }
      this.#todos += 1;
    }
    if (!this.#isTight) return undefined;
    const grows = bytesOf(todo) - (old === undefined ? 0 : bytesOf(old));
    if (grows > 0 && this.#bytes + grows > listBytesMax) {
      const most = `The todos of a list take at most ${listBytesMax} bytes as JSON`;
      return refuse("list_full", `${most}; this would make it ${this.#bytes + grows}.`);
    }
    this.#bytes += grows;
    return undefined;
  }

  /** Takes `old` away. */
  take(old: Todo): void {
    this.#todos -= 1;
    if (this.#isTight) this.#bytes -= bytesOf(old);
  }
}
