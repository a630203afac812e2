/**
 * CalmView: a view for people that does not tell of every short loss of the connection.
 *
 * A server that is restarted is back within seconds, and what was missed meanwhile follows: nothing
 * that people need to hear of. Only a loss that lasts is told, and then its end.
 */
import type { ClientState } from "../reconnecting_client.ts";
import type { Terminal } from "./terminal.ts";
import type { WatchView } from "./watch_view.ts";

/** Milliseconds of a loss that are not told. */
export const CALM_MS = 5_000;

/** The same view, told only of losses that last. */
export function calm(view: WatchView, later: Terminal["later"]): WatchView {
  let callOff: (() => void) | undefined; // A loss has begun, and is not told yet.
  let isTold = false;
  const tell = (): void => {
    callOff = undefined;
    isTold = true;
    view.stateChanged("offline");
  };
  return {
    show: (replica, event) => view.show(replica, event),
    stateChanged(state: ClientState) {
      if (state === "offline") {
        if (!isTold) callOff ??= later(CALM_MS, tell);
        return;
      }
      if (state === "live") {
        callOff?.();
        callOff = undefined;
      }
      if (!isTold) return;
      isTold = state !== "live";
      view.stateChanged(state);
    },
    close() {
      callOff?.();
      view.close();
    },
  };
}
