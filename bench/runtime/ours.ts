/**
 * ours: one scenario on our runtime: `npx node bench/runtime/ours.ts ping_pong` prints its figures.
 *
 * By the public names alone, all semantics on. For a profile:
 * `npx node --cpu-prof bench/runtime/ours.ts ping_pong`.
 */
import { backlog, calls, casts } from "./ours/calls.ts";
import {
  busyPair,
  dispatch,
  fanIn,
  flat,
  pingPong,
  pingPongWatched,
  ring,
} from "./ours/messages.ts";
import { churn, idle, idleServer, killLinked, killNamed, spawnAndExit } from "./ours/processes.ts";
import { seedA, seedB, todoCall, todoMixed, worstCall } from "./ours/seed.ts";
import { runScenario } from "./run_scenario.ts";

await runScenario({
  idle,
  idle_server: idleServer,
  kill_linked: killLinked,
  kill_named: killNamed,
  churn,
  flat,
  spawn: spawnAndExit,
  ping_pong: pingPong,
  ping_pong_watched: pingPongWatched,
  ring,
  fan_in: fanIn,
  call: calls,
  cast: casts,
  backlog,
  dispatch,
  busy_pair: busyPair,
  seed_a: seedA,
  seed_b: seedB,
  todo_call: todoCall,
  todo_mixed: todoMixed,
  worst_call: worstCall,
});
