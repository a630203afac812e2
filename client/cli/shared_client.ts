/**
 * SharedClient: the one connection of commands that come from standard input.
 *
 * Owner: the command `-`. It is opened by the first command that needs it and closed at the end.
 *        `list` is the one used last, kept here too, so that a command elsewhere does not change
 *        what the lines that follow are about.
 */
import type { TodoClient } from "../todo_client.ts";

export class SharedClient {
  /** The id of the list used last; undefined: none yet. */
  list: string | undefined;
  #client: TodoClient | undefined;

  /** The client; `connect` makes it the first time. One that failed is tried again. */
  async open(connect: () => Promise<TodoClient>): Promise<TodoClient> {
    this.#client ??= await connect();
    return this.#client;
  }

  close(): void {
    this.#client?.close();
  }
}
