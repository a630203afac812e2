/** Puppet: a GenServer for tests whose every callback does what the message says. */
import {
  type From,
  GenServer,
  type Pid,
  type Runtime,
  self,
  send,
} from "../../server/runtime/index.ts";

/** Whom it tells what happens, and anything else. */
export interface State {
  readonly tell: Pid<unknown>;
  readonly value: unknown;
}

/** What the puppet is told to do: its callback's answer. */
export type Do = (state: State, from?: From) => unknown;

/** A server that does as it is told: every request, cast and message is a function. */
export const puppet: GenServer.Module<() => GenServer.Init<State>, State, Do, Do> = {
  name: "puppet",
  init: (start) => start(),
  handleCall: (what, from, state) => what(state, from) as GenServer.CallNext<State>,
  handleCast: (what, state) => what(state) as GenServer.Next<State>,
  handleInfo(message, state) {
    send(state.tell, { info: message });
    return ["noreply", state];
  },
  handleContinue(argument, state) {
    send(state.tell, { continued: argument });
    return ["noreply", { ...state, value: [state.value, argument] }];
  },
  terminate(reason, { tell }) {
    send(tell, { terminate: reason });
  },
};

/** A running puppet that tells the calling process. */
export function up(runtime: Runtime, value?: unknown): Pid {
  const tell = self<unknown>();
  return started(runtime, () => ["ok", { tell, value }]);
}

/** The same with an init of its own; it must start. */
export function started(runtime: Runtime, init: () => GenServer.Init<State>, link = false): Pid {
  const result = GenServer.start(runtime, puppet, { args: init, link });
  if (!result.ok) throw new Error("it did not start");
  return result.pid;
}

/** Answers what the puppet holds. */
export const get: Do = (state) => ["reply", state.value, state];
/** Keeps who asked, for an answer later. */
export const later: Do = (state, from) => ["noreply", { ...state, value: from }];
/** Answers the old value and keeps a new one. */
export const put =
  (value: unknown): Do =>
  (state) => ["reply", state.value, { ...state, value }];
/** Ends the puppet. */
export const stopWith =
  (reason: string): Do =>
  (state) => ["stop", reason, state];

/** A call of a puppet. */
export const call = (pid: Pid, request: Do, timeoutMs?: number) =>
  GenServer.call<unknown>(pid, request, timeoutMs);

/** Sends any message to a server, whatever its type. */
export function tell(pid: Pid, message: unknown): void {
  send(pid as Pid<unknown>, message);
}
