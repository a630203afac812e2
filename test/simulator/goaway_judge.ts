/**
 * GoawayJudge: whether a client that is told to go away does so: it makes another connection at a
 * moment that the server left to it.
 */
import type { Push } from "../../shared/protocol/pushes.ts";
import type { Frame } from "./client_frames.ts";
import type { SimWorld } from "./sim_world.ts";
import { must } from "./violation.ts";

/** Milliseconds it may be late. */
const SLACK_MS = 100;
const GOAWAY = '"method":"goaway"';

/** Of one client. */
export class GoawayJudge {
  readonly #world: SimWorld;
  readonly #name: string;
  /** The socket that it made last; undefined: that one is closed, or the client is. */
  #newest: object | undefined;
  #told = 0;

  constructor(world: SimWorld, name: string) {
    this.#world = world;
    this.#name = name;
  }

  /** It has made a socket. */
  dialled(socket: object): void {
    this.#newest = socket;
  }

  closed(socket: object): void {
    if (this.#newest === socket) this.#newest = undefined;
  }

  /** The client is closed. */
  end(): void {
    this.#newest = undefined;
  }

  heard(socket: object, frame: Frame): void {
    if (frame.kind !== "text" || !frame.text.includes(GOAWAY) || this.#newest !== socket) return;
    const { params } = JSON.parse(frame.text) as { readonly params: Push<"goaway"> };
    this.#told += 1;
    const told = this.#told;
    this.#world.loop.after(params.jitter_ms + SLACK_MS, () => {
      const isGone = this.#newest !== socket || this.#told > told; // Or it was told again.
      this.#world.judge(() => must(isGone, () => `${this.#name} was told to go away and stayed`));
    });
  }
}
