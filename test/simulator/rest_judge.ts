/**
 * RestJudge: what a server keeps when all is done: for each list the subscribers that it has, and
 * of lists that nobody uses any more, nothing.
 */
import { processInfo } from "../../server/runtime/index.ts";
import type { SimWorld } from "./sim_world.ts";

/** Processes of lists that watch others than their subscribers, in words. */
export function watchedTooMuch({ server, truth, connections }: SimWorld): string[] {
  return [...truth.lists.keys()].flatMap((list) => {
    const pid = server?.directory.whereis(list);
    const info = pid === undefined ? undefined : processInfo(pid);
    const watched = info?.monitors.length ?? 0;
    const lists = connections.map(({ judge }) => judge.subscriptions.lists.includes(list));
    const subscribed = lists.filter((isSubscribed) => isSubscribed).length;
    if (info === undefined || watched === subscribed) return [];
    return [`${list} watches ${watched} processes and has ${subscribed} subscribers`];
  });
}

/** Lists that have a process though nobody is there. */
export function awake({ server }: SimWorld): string[] {
  const size = server?.directory.size ?? 0;
  return size === 0 ? [] : [`${size} lists that nobody uses are awake`];
}
