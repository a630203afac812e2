/** floor: one scenario on a bare queue: `npx node bench/runtime/floor.ts ping_pong`. */
import {
  backlog,
  calls,
  casts,
  dispatch,
  fanIn,
  idle,
  pingPong,
  ring,
  spawnAndExit,
} from "./floor/scenarios.ts";
import { seedA, seedB, todoCall, todoMixed, worstCall } from "./floor/seed.ts";
import { runScenario } from "./run_scenario.ts";

await runScenario({
  idle,
  spawn: spawnAndExit,
  ping_pong: pingPong,
  ring,
  fan_in: fanIn,
  call: calls,
  cast: casts,
  backlog,
  dispatch,
  seed_a: seedA,
  seed_b: seedB,
  todo_call: todoCall,
  todo_mixed: todoMixed,
  worst_call: worstCall,
});
