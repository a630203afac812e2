/** Shuffle setup: another seed for each repetition of each test, told when it fails. */
import fc from "fast-check";
import { beforeEach, onTestFailed } from "vitest";
import { shuffleBy } from "./shuffle.ts";

const { TODO_SHUFFLE_SEED } = process.env;
const repetitions = new Map<string, number>();

beforeEach(({ task }) => {
  const repetition = (repetitions.get(task.id) ?? 0) + 1;
  repetitions.set(task.id, repetition);
  const seed = TODO_SHUFFLE_SEED === undefined ? repetition : Number(TODO_SHUFFLE_SEED);
  shuffleBy(seed);
  fc.configureGlobal({ numRuns: 1, seed }); // A property has as many runs as there are seeds.
  onTestFailed(() => console.error(`TODO_SHUFFLE_SEED=${seed}: ${task.name}`));
});
