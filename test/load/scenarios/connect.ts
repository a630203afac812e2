/** Scenario connect: how fast connections come and go: connect, welcome, subscribe, close. */
import { repeat, type Scenario } from "./scenario.ts";

export const connect: Scenario = {
  about: "--connections at a time connect, subscribe and close, again and again",
  defaults: { connections: 16, lists: 1, writers: 1 },
  takes: [],
  reconnects: true,

  places({ connections }) {
    return repeat(connections, { list: 0, subscribes: true, writes: false });
  },
};
