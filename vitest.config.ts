/** Vitest: every test/**\/*.test.ts; a timeout that only a hung test reaches. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One more than there are cores: the long ones wait for servers that start and stop.
    maxWorkers: availableParallelism() + 1,
  },
});
