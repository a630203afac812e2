/** bench_runtime: the process runtime beside BEAM, a bare queue, nact and xstate. */
import { machine, save, table } from "../report.ts";
import { hasElixir, productFlags, runContestant, takesPart } from "./contest.ts";
import { CONTESTANTS, ROWS } from "./rows.ts";
import { type ScenarioName, SIZES } from "./sizes.ts";
import { cells, judge, type Run } from "./verdict.ts";

/** What the command line says. */
export interface RuntimeFlags {
  readonly runs: number;
  /** "ping_pong,ring": those alone. */
  readonly only: string | undefined;
  /** A tenth of each scenario's size: whether all of it works, not how fast it is. */
  readonly quick: boolean;
  /** "--max-semi-space-size=8": instead of the product's own. */
  readonly nodeFlags: string | undefined;
}

const QUICK_SHARE = 0.1;

/** Prints the table; says on stderr how far it is. */
export async function benchRuntime(flags: RuntimeFlags): Promise<void> {
  const all = Object.keys(SIZES) as ScenarioName[];
  const wanted = flags.only?.split(",") ?? all;
  const scenarios = all.filter((name) => wanted.includes(name));
  if (scenarios.length < wanted.length) {
    console.error(`--only wants some of ${all.join(",")}`);
    process.exitCode = 2;
    return;
  }
  const nodeFlags = flags.nodeFlags?.split(" ").filter((flag) => flag !== "") ?? productFlags();
  const options = { nodeFlags, share: flags.quick ? QUICK_SHARE : 1 };
  const runs: Run[] = [];
  for (const scenario of scenarios) {
    for (let run = 1; run <= flags.runs; run++) {
      for (const contestant of CONTESTANTS) {
        if (!takesPart(contestant, scenario)) continue;
        const figures = await runContestant(contestant, scenario, options);
        console.error(`${scenario} ${run}/${flags.runs} ${contestant} ${JSON.stringify(figures)}`);
        if (figures === undefined) process.exitCode = 1;
        else runs.push({ scenario, contestant, figures });
      }
    }
  }
  const rows = ROWS.filter((row) => scenarios.includes(row.scenario));
  const judged = rows.map((row) => judge(row, runs));
  console.log(table(cells(judged)));
  const elixir = hasElixir() ? "" : " BEAM: elixir is not installed.";
  const node = nodeFlags.length === 0 ? "no flags" : nodeFlags.join(" ");
  console.log(`\nMedians of ${flags.runs}, each process on one core; Node with ${node}.${elixir}`);
  console.log(machine());
  const isWhole = flags.only === undefined && !flags.quick;
  save(isWhole ? "runtime" : "runtime_part", { ...options, runsEach: flags.runs, judged, runs });
}
