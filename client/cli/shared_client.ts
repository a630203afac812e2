/**
 * SharedClient: the one connection of commands that come from standard input.
 *
 * Owner: the command `-`. It is opened by the first command that needs it and closed at the end.
 *        `list` is the one used last, kept here too, so that a command elsewhere does not change
 *        what the lines that follow are about.
 */
import type { TodoClient } from "../todo_client.ts";

/** A client, and what to say should the server not take its token, now or later. */
export interface Connection {
  readonly client: TodoClient;
  readonly denied: string;
}

export class SharedClient {
  /** The id of the list used last; undefined: none yet. */
  list: string | undefined;
  #connection: Connection | undefined;

  /** The connection; `connect` makes it the first time. One that failed is tried again. */
  async open(connect: () => Promise<Connection>): Promise<Connection> {
    this.#connection ??= await connect();
    return this.#connection;
  }

  close(): void {
    this.#connection?.client.close();
  }
}
