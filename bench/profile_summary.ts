/** profile_summary: the functions that took most time themselves, by .cpuprofile files. */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { table } from "./report.ts";

const ROWS = 20;

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Prints one table a file, that is one a thread; idle time is left out of the shares. */
export function printProfiles(folder: string): void {
  for (const file of globSync(`${folder}/*.cpuprofile`).sort()) {
    const times = selfTimes(JSON.parse(readFileSync(file, "utf8")) as CpuProfile);
    const total = [...times.values()].reduce((sum, us) => sum + us, 0);
    const rows = [...times].toSorted(([, a], [, b]) => b - a).slice(0, ROWS);
    console.log(`\n${basename(file)}: ${(total / 1e6).toFixed(2)} s busy`);
    console.log(
      table([
        ["function", "share"],
        ...rows.map(([name, us]) => [name, `${((us / total) * 100).toFixed(1)} %`]),
      ]),
    );
  }
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? "?";
    if (name === "(idle)") return;
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return times;
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][0]["callFrame"]): string {
  if (url === "") return functionName || "(anonymous)";
  return `${functionName || "(anonymous)"} ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
}
