/**
 * Inbox: the messages of one connection that have been read and not yet decoded.
 *
 * Bound: the connection pauses its socket while anything is left in here, so it holds at most what
 *        one read of the socket brought, 64 KiB, or one frame, FRAME_BYTES_MAX.
 * Source: PROTOCOL.md section 1: a frame holds messages separated by "\n", empty lines ignored;
 *         exactly one message when the client offered no subprotocol. A frame without any is one
 *         empty text here, so that it takes its turn and its share of the message rate.
 */

const LINE_FEED = 10;

export class Inbox {
  readonly #onePerFrame: boolean;
  /** Frames with something left in them; the oldest first. */
  #frames: string[] = [];
  #head = 0;
  /** Where the next message of the oldest frame begins. */
  #at = 0;

  constructor({ onePerFrame }: { readonly onePerFrame: boolean }) {
    this.#onePerFrame = onePerFrame;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  addFrame(text: string): void {
    if (this.isEmpty) this.#at = this.#begin(text, 0);
    this.#frames.push(text);
  }

  /** The oldest message, or ""; there must be one. Cut one by one: most may never be wanted. */
  next(): string {
    const text = this.#frames[this.#head] as string;
    const found = this.#onePerFrame ? -1 : text.indexOf("\n", this.#at);
    const end = found < 0 ? text.length : found;
    const message = text.slice(this.#at, end);
    this.#at = this.#begin(text, end);
    if (this.#at === text.length) this.#nextFrame();
    return message;
  }

  clear(): void {
    this.#frames = [];
    this.#head = 0;
    this.#at = 0;
  }

  #nextFrame(): void {
    this.#head += 1;
    if (this.isEmpty) this.clear();
    else this.#at = this.#begin(this.#frames[this.#head] as string, 0);
  }

  /** The first place from `at` on where a message begins; the length when there is none. */
  #begin(text: string, at: number): number {
    let begin = at;
    if (!this.#onePerFrame) while (text.charCodeAt(begin) === LINE_FEED) begin += 1;
    return begin;
  }
}
