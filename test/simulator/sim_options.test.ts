/**
 * SimOptions: what `npm run sim` takes, and refuses by a sentence.
 */
import { expect, test } from "vitest";
import { OPS } from "./run.ts";
import { parseSim } from "./sim_options.ts";

test("one seed is run unless more are wanted", () => {
  expect(parseSim(["--seed", "42"])).toEqual({
    kind: "run",
    options: { seed: 42, ops: OPS, seeds: 1, procs: 1, bug: undefined },
  });
  expect(parseSim(["--seeds", "100", "--procs", "2", "--ops", "9", "--bug", "id-reused"])).toEqual({
    kind: "run",
    options: { seed: 1, ops: 9, seeds: 100, procs: 2, bug: "id-reused" },
  });
});

test.each([
  [["--seed", "x"]],
  [["--seeds", "0"]],
  [["--procs", "-1"]],
  [["--ops", "1.5"]],
  [["--bug", "toString"]],
  [["--unknown"]],
  [["extra"]],
])("%s is refused by a sentence", (args) => {
  expect(parseSim(args)).toMatchObject({ kind: "refused", sentence: expect.any(String) });
});

test("help names every option and every bug", () => {
  const help = parseSim(["--help"]);
  expect(help).toMatchObject({ kind: "help", text: expect.stringContaining("--bug NAME") });
});
