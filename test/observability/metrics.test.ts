/**
 * Metrics: the text is what Prometheus reads, and its numbers are those of the counters.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { Traffic } from "../../server/gateway/traffic.ts";
import { createMetrics, type Metrics } from "../../server/observability/metrics.ts";
import { Runtime, VirtualClock } from "../../server/runtime/index.ts";
import { CommitCounts } from "../../server/storage/commit_counts.ts";
import { type Family, parseExposition, sampleValue } from "./exposition.ts";

const LIST = { process: "todo_server" };
const runtime = new Runtime({ clock: new VirtualClock() });
let traffic: Traffic;
let commits: CommitCounts;
let metrics: Metrics;

beforeEach(() => {
  traffic = new Traffic();
  commits = new CommitCounts();
  metrics = createMetrics(runtime.telemetry, {
    runtime,
    connections: { size: 3, conflated: 4, traffic },
    lists: { size: 5 },
    log: { uncommittedBytes: 6 },
    commits,
  });
});

async function scrape(): Promise<ReadonlyMap<string, Family>> {
  return parseExposition(await metrics.text());
}

function busy(): void {
  traffic.answered("add_todo", "ok", 3);
  traffic.answered("add_todo", "ok", 70_000);
  traffic.answered("list", "not_found", 0.2);
  traffic.casts.add("add_todo", "ok");
  traffic.casts.add("add_todo", "overloaded");
  traffic.casts.add("whoami", "ignored");
  commits.settled(2, 4);
  commits.settled(9_999, 60_000);
  commits.refuse("read_only");
}

test("names, types and helps follow the rules, also when nothing has happened", async () => {
  for (const happened of [() => undefined, busy]) {
    happened();
    for (const { name, help, type } of (await scrape()).values()) {
      expect(name).toMatch(/^(todo|process|nodejs)_/);
      if (name.startsWith("todo_")) {
        expect(name.endsWith("_total")).toBe(type === "counter");
        expect(help).toMatch(/^[A-Z].*\.$/);
      }
      if (/duration|delay/.test(name)) expect(name).toMatch(/_seconds$/);
    }
  }
});

test("the buckets of a histogram ascend to +Inf, which is its count", async () => {
  busy();
  const families = await scrape();
  const histograms = [...families.values()].filter(
    ({ name, type }) => type === "histogram" && name.startsWith("todo_"),
  );
  expect(histograms).toHaveLength(3);
  for (const { name, samples } of histograms) {
    const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
    const of = Object.groupBy(buckets, ({ labels }) => labels.method ?? "");
    for (const [method, each = []] of Object.entries(of)) {
      const values = each.map(({ value }) => value);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
      const bounds = each.map(({ labels }) => Number(labels.le?.replace("+Inf", "Infinity")));
      expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
      const labels: Record<string, string> = method === "" ? {} : { method };
      expect(each.at(-1)?.labels.le).toBe("+Inf");
      expect(values.at(-1)).toBe(sampleValue(families, `${name}_count`, labels));
    }
  }
});

test("seconds and counts come from the counters", async () => {
  busy();
  const families = await scrape();
  const value = (name: string, labels = {}) => sampleValue(families, name, labels);
  expect(value("todo_connections")).toBe(3);
  expect(value("todo_conflations_total")).toBe(4);
  expect(value("todo_lists_loaded")).toBe(5);
  expect(value("todo_uncommitted_bytes")).toBe(6);
  expect(value("todo_calls_total", { method: "add_todo", outcome: "ok" })).toBe(2);
  expect(value("todo_calls_total", { method: "list", outcome: "not_found" })).toBe(1);
  expect(value("todo_call_duration_seconds_sum", { method: "add_todo" })).toBeCloseTo(70.003);
  const within5Ms = { method: "add_todo", le: "0.005" };
  expect(value("todo_call_duration_seconds_bucket", within5Ms)).toBe(1);
  expect(value("todo_casts_total", { method: "add_todo" })).toBe(2);
  expect(value("todo_casts_dropped_total", { reason: "overloaded" })).toBe(1);
  expect(value("todo_casts_dropped_total", { reason: "ignored" })).toBe(1);
  expect(value("todo_commit_duration_seconds_sum")).toBeCloseTo(60.004);
  expect(value("todo_commit_batch_appends_sum")).toBe(10_001);
  expect(value("todo_appends_refused_total", { reason: "read_only" })).toBe(1);
});

describe("what the runtime tells", () => {
  const pid = runtime.spawn(function* () {});

  test("crashes count, orderly ends do not", async () => {
    const exited = (reason: "normal" | { readonly error: string }) => {
      runtime.telemetry.emit("process_exited", { pid, label: "todo_server", reason });
    };
    exited("normal");
    expect(sampleValue(await scrape(), "todo_process_crashes_total", LIST)).toBe(0);
    exited({ error: "a bug" });
    expect(sampleValue(await scrape(), "todo_process_crashes_total", LIST)).toBe(1);
  });

  test("the highest mailbox stays, and restarts count", async () => {
    for (const size of [1001, 4001, 2001]) {
      runtime.telemetry.emit("mailbox_high", { pid, label: "todo_server", size });
    }
    const restarted = { supervisor: pid, child: "reminder", reason: "killed" } as const;
    runtime.telemetry.emit("child_restarted", restarted);
    const families = await scrape();
    expect(sampleValue(families, "todo_mailbox_high_water_messages", LIST)).toBe(4001);
    expect(sampleValue(families, "todo_child_restarts_total")).toBe(1);
  });
});

test("names that clients make up add no series", async () => {
  for (let n = 0; n < 100; n++) traffic.calls.add(`method${n}"}\n`, "unknown_method");
  const calls = (await scrape()).get("todo_calls_total");
  expect(calls?.samples).toEqual([
    {
      name: "todo_calls_total",
      labels: { method: "unknown", outcome: "unknown_method" },
      value: 100,
    },
  ]);
});

test("of the process there are its CPU, memory, heap and event loop", async () => {
  const families = await scrape();
  expect(sampleValue(families, "process_cpu_seconds_total")).toBeGreaterThanOrEqual(0);
  expect(sampleValue(families, "process_resident_memory_bytes")).toBeGreaterThan(1024 ** 2);
  expect(sampleValue(families, "nodejs_heap_size_used_bytes")).toBeGreaterThan(1024 ** 2);
  const p99 = { quantile: "0.99" };
  expect(sampleValue(families, "todo_event_loop_delay_seconds", p99)).toBeGreaterThanOrEqual(0);
});
