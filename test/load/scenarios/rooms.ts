/** Scenario rooms: many lists, all subscribed to one, some of each writing; copies compared. */
import type { Scenario, Shape } from "./scenario.ts";

export const rooms: Scenario = {
  about: "--lists lists, members subscribed, --writers write; copies compared",
  defaults: { connections: 50, lists: 5, writers: 2 },
  takes: ["lists", "writers", "outstanding"],
  compares: true,

  places({ connections, lists, writers }) {
    return Array.from({ length: connections }, (_, seat) => ({
      list: seat % lists,
      subscribes: true,
      writes: Math.floor(seat / lists) < writers,
    }));
  },

  refusal({ connections, lists, writers }: Shape) {
    if (connections >= lists * writers) return undefined;
    return (
      `rooms wants at least --lists × --writers connections, here ${lists * writers}; ` +
      `--connections ${connections} came.`
    );
  },
};
