/** Scenarios: all there are, by the name they have on the command line. */
import { call } from "./call.ts";
import { connect } from "./connect.ts";
import { fanout } from "./fanout.ts";
import { idle } from "./idle.ts";
import { rooms } from "./rooms.ts";
import type { Scenario } from "./scenario.ts";

/** The name of one of them. */
export type ScenarioName = "call" | "fanout" | "rooms" | "idle" | "connect";

export const SCENARIOS: { readonly [Name in ScenarioName]: Scenario } = {
  call,
  fanout,
  rooms,
  idle,
  connect,
};

/** Whether this names one; "constructor" does not. */
export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}
