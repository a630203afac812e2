/**
 * ClientSocket: the browser's WebSocket on a simulated link, for the real client library
 * (client/socket.ts) and for raw clients.
 */
import type { WebSocketLike } from "../../client/socket.ts";
import { binaryBytes, type Frame, textBytes } from "./client_frames.ts";
import type { ClientEnd, SimLink } from "./sim_link.ts";

/** Makes the link of a socket that connects. What comes of it is told later. */
export type Dial = (end: ClientEnd, protocols: readonly string[]) => SimLink;

interface Listeners {
  open: (() => void)[];
  error: (() => void)[];
  message: ((event: { data: unknown }) => void)[];
  close: ((event: { code: number; reason: string }) => void)[];
}

export class ClientSocket implements WebSocketLike, ClientEnd {
  readonly #listeners: Listeners = { open: [], error: [], message: [], close: [] };
  readonly #link: SimLink;
  #state: "connecting" | "open" | "closing" | "closed" = "connecting";

  constructor(dial: Dial, protocols: readonly string[]) {
    this.#link = dial(this, protocols);
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  addEventListener<Type extends keyof Listeners>(
    type: Type,
    listener: Listeners[Type][number],
  ): void {
    (this.#listeners[type] as unknown[]).push(listener);
  }

  send(text: string): void {
    if (this.#state === "connecting") throw new Error("send before it is open: InvalidStateError");
    if (this.#state === "open") this.#link.send(textBytes(text));
  }

  /** A frame that no browser sends with this protocol. */
  sendBinary(): void {
    if (this.#state === "open") this.#link.send(binaryBytes());
  }

  close(): void {
    if (this.#state === "closing" || this.#state === "closed") return;
    if (this.#state === "connecting") return this.terminate();
    this.#state = "closing";
    this.#link.close();
  }

  terminate(): void {
    this.#link.vanish();
  }

  opened(): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    for (const listener of this.#listeners.open) listener();
  }

  received(frame: Frame): void {
    if (frame.kind !== "text") return;
    for (const listener of this.#listeners.message) listener({ data: frame.text });
  }

  closed(code: number, reason: string): void {
    if (this.#state === "closed") return;
    const before = this.#state;
    this.#state = "closed";
    if (before === "connecting") for (const listener of this.#listeners.error) listener();
    for (const listener of this.#listeners.close) listener({ code, reason });
  }
}
