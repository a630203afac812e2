/**
 * RangeProcess: one of several processes that run seeds: takes ranges, answers what came of each.
 */
import { runRange, type SeedRange } from "./seed_range.ts";

process.on("message", (range: SeedRange) => {
  void runRange(range).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit()); // Whoever wanted it is gone.
