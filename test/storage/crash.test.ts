/**
 * Crash: the store after kill -9 (promise P1).
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { ListState } from "../../shared/todo/todo_event.ts";
import { folded } from "../support/folded.ts";
import { newStorePath } from "./store_folder.ts";
import { loaded, openReader, openWriter } from "./sync_store.ts";

const PROGRAM = fileURLToPath(new URL("./append_forever.ts", import.meta.url));
const LISTS = 6;

/** Kills the program when it has said `lines` lines; gives the last seq it said of each list. */
async function runAndKill(path: string, lines: number): Promise<Map<string, number>> {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, PROGRAM, path, String(LISTS)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (text.split("\n").length > lines) child.kill("SIGKILL");
  });
  const signal = await new Promise((resolve) => child.on("close", (_, how) => resolve(how)));
  expect(signal).toBe("SIGKILL");
  const said = text.split("\n").slice(0, -1);
  return new Map(said.map((line) => line.split(" ") as [string, string]).map(([a, b]) => [a, +b]));
}

test("after kill -9 every append that was told of is there, and every list is whole", async () => {
  const path = newStorePath();
  let snapshots = 0;
  for (const lines of [40, 151, 277, 8000]) {
    // The last long enough for snapshots.
    const acknowledged = await runAndKill(path, lines);
    const { writer, db } = openWriter(path);
    const reader = openReader(path);
    const whole = new Map<string, ListState>();
    expect(acknowledged.size).toBeGreaterThan(0);
    for (const [list, seq] of acknowledged) {
      const { isSnapshotDamaged, snapshot, ...rest } = loaded(reader, list);
      expect(isSnapshotDamaged).toBe(false);
      if (snapshot !== null) snapshots += 1;
      const { state } = folded({ ...rest, snapshot });
      expect(state.seq).toBeGreaterThanOrEqual(seq);
      whole.set(list, state);
    }
    db.exec("DELETE FROM snapshots");
    for (const [list, state] of whole) {
      const { events, ...rest } = loaded(reader, list); // Checks the chain of sums, to the birth.
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
      expect(folded({ ...rest, events }).state).toEqual(state);
    }
    reader.close();
    writer.close();
  }
  expect(snapshots).toBeGreaterThan(0);
});
