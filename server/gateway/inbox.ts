/**
 * Inbox: the messages of one connection that have been read and not yet decoded.
 *
 * Bound: the connection pauses its socket while anything is left in here, so it holds at most what
 *        one read of the socket brought, 64 KiB, or one frame, FRAME_BYTES_MAX.
 * Source: PROTOCOL.md section 1: a frame holds messages separated by "\n", empty lines ignored;
 *         exactly one message when the client offered no subprotocol.
 */

export class Inbox {
  readonly #onePerFrame: boolean;
  #messages: string[] = [];
  #head = 0;

  constructor({ onePerFrame }: { readonly onePerFrame: boolean }) {
    this.#onePerFrame = onePerFrame;
  }

  get isEmpty(): boolean {
    return this.#head === this.#messages.length;
  }

  addFrame(text: string): void {
    if (this.#onePerFrame || !text.includes("\n")) {
      if (text !== "") this.#messages.push(text);
      return;
    }
    for (const line of text.split("\n")) if (line !== "") this.#messages.push(line);
  }

  /** The oldest message; there must be one. */
  next(): string {
    const message = this.#messages[this.#head] as string;
    this.#head += 1;
    if (this.isEmpty) this.clear();
    return message;
  }

  clear(): void {
    this.#messages = [];
    this.#head = 0;
  }
}
