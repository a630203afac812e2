/** Scenario idle: many connections subscribed, next to nothing said; what they cost the server. */
import type { Scenario } from "./scenario.ts";

export const idle: Scenario = {
  about: "--connections subscribers over --lists lists, one write a second",
  defaults: { connections: 1000, lists: 10, writers: 1 },
  takes: ["lists"],
  rate: 1,

  places({ connections, lists }) {
    const subscribers = Array.from({ length: connections }, (_, seat) => ({
      list: seat % lists,
      subscribes: true,
      writes: false,
    }));
    return [...subscribers, { list: 0, subscribes: false, writes: true }];
  },
};
