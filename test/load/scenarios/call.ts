/** Scenario call: each connection adds, updates and deletes on a list of its own. */
import type { Scenario } from "./scenario.ts";

export const call: Scenario = {
  about: "each connection adds, updates and deletes on a list of its own",
  defaults: { connections: 64, lists: 1, writers: 1 },
  takes: ["outstanding"],

  places({ connections }) {
    return Array.from({ length: connections }, (_, list) => ({
      list,
      subscribes: false,
      writes: true,
    }));
  },
};
