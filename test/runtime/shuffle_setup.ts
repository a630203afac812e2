/** Shuffle setup: another seed for each repetition of each test, and how to repeat its failure. */
import { relative } from "node:path";
import fc from "fast-check";
import { beforeEach, onTestFailed } from "vitest";
import { shuffleBy } from "./shuffle.ts";

const { TODO_SHUFFLE_SEED } = process.env;
const repetitions = new Map<string, number>();
const told = new Set<string>(); // A test's first failure is enough; the runner lists the others.

beforeEach(({ task }) => {
  const repetition = (repetitions.get(task.id) ?? 0) + 1;
  repetitions.set(task.id, repetition);
  const seed = TODO_SHUFFLE_SEED === undefined ? repetition : Number(TODO_SHUFFLE_SEED);
  shuffleBy(seed);
  fc.configureGlobal({ numRuns: 1, seed }); // A property has as many runs as there are seeds.
  onTestFailed(() => {
    if (told.has(task.id)) return;
    told.add(task.id);
    const file = relative(process.cwd(), task.file.filepath);
    const pattern = task.name.replace(/[^\w ]/g, "."); // For a shell and as a regular expression.
    const again = `npx vitest run -c vitest.shuffled.config.ts ${file} -t "${pattern}"`;
    console.error(`failed by seed ${seed}; again: TODO_SHUFFLE_SEED=${seed} ${again}`);
  });
});
