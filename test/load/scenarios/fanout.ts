/** Scenario fanout: one list, many subscribers; from a write to the last subscriber's push. */
import { repeat, type Scenario } from "./scenario.ts";

export const fanout: Scenario = {
  about: "one list: --connections subscribers, and --writers more who write",
  defaults: { connections: 100, lists: 1, writers: 4 },
  takes: ["writers", "outstanding"],
  timesLast: true,

  places({ connections, writers }) {
    return [
      ...repeat(connections, { list: 0, subscribes: true, writes: false }),
      ...repeat(writers, { list: 0, subscribes: false, writes: true }),
    ];
  },
};
