/**
 * DeployJudge: whether a deploy is noticed: while nothing else is done to the world, be there peers
 * that read nothing, no call fails for want of time, and no client is offline for long.
 */
import type { ClientState } from "../../client/reconnecting_client.ts";
import type { SimWorld } from "./sim_world.ts";
import { must } from "./violation.ts";

/** Milliseconds that a client may be offline: the server ends, starts, and is found. */
const OFFLINE_MS_MAX = 5_000;
/** Milliseconds that one deploy may take; two so close together may last longer. */
const DEPLOY_MS = 10_000;
/** Milliseconds for which what hinders one client explains what befalls it. */
const LASTING_MS = 60_000;

/** Whether more than a deploy was done, or to that client, shortly before that moment or since. */
export function isHindered({ conditions }: SimWorld, client: string, sinceMs: number): boolean {
  const isSlow = conditions.isSince(sinceMs - LASTING_MS, "slow");
  const isStalled = conditions.isSince(sinceMs - LASTING_MS, "link", client);
  const isOften = conditions.countSince(sinceMs - DEPLOY_MS, "drain") > 1;
  return isSlow || isStalled || isOften || conditions.isSince(0, "fault");
}

/** How long one client is offline. */
export class DeployJudge {
  readonly #world: SimWorld;
  readonly #client: string;
  #offlineAt: number | undefined;

  constructor(world: SimWorld, client: string) {
    this.#world = world;
    this.#client = client;
  }

  /** The library tells its user so. */
  stateChanged(state: ClientState): void {
    const { nowMs } = this.#world.loop;
    const since = this.#offlineAt;
    this.#offlineAt = state === "offline" ? (since ?? nowMs) : undefined;
    if (since === undefined || state === "offline") return;
    const isLong = nowMs - since > OFFLINE_MS_MAX && !isHindered(this.#world, this.#client, since);
    must(!isLong, () => `${this.#client} was offline ${nowMs - since} ms for a deploy alone`);
  }
}
