/** CalmView: a short loss of the connection is not told, a long one and its end are. */
import { expect, test } from "vitest";
import { CALM_MS, calm } from "../../../client/cli/calm_view.ts";
import type { ClientState } from "../../../client/reconnecting_client.ts";

/** A calm view, what it tells, and its time. */
function watched() {
  const told: string[] = [];
  const timers: { readonly ms: number; readonly run: () => void }[] = [];
  const later = (ms: number, run: () => void) => {
    const timer = { ms, run };
    timers.push(timer);
    return () => {
      timers.splice(timers.indexOf(timer), 1);
    };
  };
  const view = calm(
    {
      show: () => told.push("list"),
      stateChanged: (state) => told.push(state),
      close: () => told.push("closed"),
    },
    later,
  );
  const become = (...states: readonly ClientState[]) => {
    for (const state of states) view.stateChanged(state);
  };
  return { view, told, timers, become };
}

test("a loss that ends in time is not told, however often it comes", () => {
  const { told, timers, become } = watched();
  for (let n = 0; n < 3; n++) become("offline", "catching up", "live");
  expect([told, timers]).toEqual([[], []]);
});

test("one that is found again but not caught up goes on counting from its beginning", () => {
  const { told, timers, become } = watched();
  become("offline", "catching up", "offline");
  expect(timers.map(({ ms }) => ms)).toEqual([CALM_MS]);
  timers[0]?.run();
  expect(told).toEqual(["offline"]);
});

test("one that lasts is told once, and then its end", () => {
  const { told, timers, become } = watched();
  become("offline");
  timers.splice(0)[0]?.run();
  become("offline", "catching up", "live", "offline", "live");
  expect([told, timers]).toEqual([["offline", "catching up", "live"], []]);
});

test("changes of the list are shown meanwhile; closed, it tells nothing more", () => {
  const { view, told, timers, become } = watched();
  become("offline");
  view.show({} as never, undefined);
  view.close();
  expect([told, timers]).toEqual([["list", "closed"], []]);
});
