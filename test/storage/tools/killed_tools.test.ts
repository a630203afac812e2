/**
 * KilledTools: a tool that is killed at any step leaves the old store or the new one, whole.
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkSound } from "../../../server/storage/tools/store_file.ts";
import { runProgram } from "../../support/server_process.ts";
import { born, rows } from "../samples.ts";
import { newStorePath } from "../store_folder.ts";
import { load, openReader, openWriter } from "../sync_store.ts";

const PROGRAM = fileURLToPath(new URL("./tool_program.ts", import.meta.url));
const OLD_SEQ = 9;
const NEW_SEQ = 3;
/** More than any of the tools has. */
const STEPS_MAX = 120;

/** A data folder as a killed server leaves it, some of it in the log alone; and a backup. */
function folders(): { readonly crashed: string; readonly backup: string; readonly work: string } {
  const folder = dirname(newStorePath());
  const backup = join(folder, "backup.db");
  const young = openWriter(backup).writer;
  young.commit([born("a", rows(1, NEW_SEQ))]);
  young.close();
  const live = join(folder, "live");
  const crashed = join(folder, "crashed");
  mkdirSync(live);
  const { writer } = openWriter(join(live, "todo.db"));
  writer.commit([born("a", rows(1, OLD_SEQ - 1))]);
  writer.commit([{ list: "a", rows: rows(OLD_SEQ, OLD_SEQ) }]);
  cpSync(live, crashed, { recursive: true });
  writer.close();
  return { crashed, backup, work: join(folder, "work") };
}

/** The last seq of the list in a store that is sound. */
function seqIn(path: string): number {
  expect(checkSound(path)).toMatchObject({ ok: true });
  const reader = openReader(path);
  const { end, events } = load(reader, "a");
  reader.close();
  expect(end.ok).toBe(true);
  return events.length;
}

async function runKilled(args: readonly string[], step: number): Promise<number | null> {
  const preload = new URL("../../support/killed_at.ts", import.meta.url);
  const { ended } = runProgram(PROGRAM, args, {
    NODE_OPTIONS: `--import ${preload.href}`,
    KILLED_AT: String(step),
  });
  const { code, signal, stderr } = await ended;
  expect([stderr, code === 0 || signal === "SIGKILL"]).toEqual(["", true]);
  return code;
}

test.each([
  ["restore", NEW_SEQ],
  ["compact", OLD_SEQ],
])("%s", { timeout: 300_000 }, async (tool, after) => {
  const { crashed, backup, work } = folders();
  const seen = new Set<number>();
  let steps = 0;
  for (let isDone = false; !isDone; ) {
    steps += 1;
    expect(steps).toBeLessThan(STEPS_MAX);
    const data = `${work}-${steps}`;
    cpSync(crashed, data, { recursive: true });
    const path = join(data, "todo.db");
    isDone = (await runKilled([tool, path, backup], steps)) === 0;
    expect(existsSync(path)).toBe(true);
    const seq = seqIn(path);
    expect([OLD_SEQ, after]).toContain(seq);
    seen.add(seq);
    for (const file of readdirSync(data)) {
      if (/replaced-\w+$/.test(file)) expect(seqIn(join(data, file))).toBe(OLD_SEQ);
    }
    // What a killed one leaves keeps nobody from doing it again.
    if (steps % 7 === 0) expect(await runKilled([tool, path, backup], 1e9)).toBe(0);
  }
  expect(steps).toBeGreaterThan(10);
  expect(seen).toEqual(new Set([OLD_SEQ, after]));
});
