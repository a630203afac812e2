/** programs: each contestant's program runs one scenario and prints one line of JSON. */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const NODE_FLAGS = ["--stack-size=7000"]; // As the contest gives xstate.

function figuresOf(contestant: string, scenario: string, size: number): Record<string, number> {
  const args = [...NODE_FLAGS, `bench/runtime/${contestant}.ts`, scenario, String(size)];
  const output = execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" });
  return JSON.parse(output) as Record<string, number>;
}

describe("a program of the contest", () => {
  test.each(["ours", "floor", "nact", "xstate"])("%s passes a token round", (contestant) => {
    expect(figuresOf(contestant, "ring", 5000).perSecond).toBeGreaterThan(0);
  });

  test("ours leaves no name, link, monitor, timer or process behind", () => {
    expect(figuresOf("ours", "churn", 5000).left).toBe(0);
  });

  test.each(["seed_b", "todo_mixed"])("ours runs the article's program: %s", (scenario) => {
    expect(figuresOf("ours", scenario, 5000).perSecond).toBeGreaterThan(0);
  });

  test("a scenario it does not have is refused with the names of those it has", () => {
    const args = ["bench/runtime/nact.ts", "seed_a"];
    expect(() => execFileSync(process.execPath, args, { stdio: "pipe" })).toThrow(
      "want one of idle, ping_pong, ring, fan_in",
    );
  });
});
