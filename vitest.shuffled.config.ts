/** Vitest, for processes in any order: the runtime's suite under TODO_SHUFFLES seeds (200). */
import { defineConfig } from "vitest/config";

const { TODO_SHUFFLES = "200", TODO_SHUFFLE_SEED } = process.env;

export default defineConfig({
  test: {
    include: ["test/runtime/**/*.test.ts"],
    setupFiles: ["test/runtime/shuffle_setup.ts"],
    repeats: TODO_SHUFFLE_SEED === undefined ? Number(TODO_SHUFFLES) - 1 : 0,
    isolate: false, // The files share nothing that they change; a worker takes one after another.
    testTimeout: 600_000,
  },
});
