/**
 * Metrics: the text that `/metrics` shows, in Prometheus' exposition format 0.0.4.
 *
 * Cost: nothing between two scrapes but the counters that are kept anyway.
 */
import { collectDefaultMetrics, type Metric, Registry } from "@prometheus-io/client";
import type { Telemetry } from "../runtime/index.ts";
import { RuntimeCounts } from "./runtime_counts.ts";
import { type MetricSources, serverMetrics } from "./server_metrics.ts";

/** What is kept of the client's own metrics of the operating system's process and of Node. */
const PROCESS_METRICS =
  /^(process_(cpu|resident|open_fds|max_fds|start)|nodejs_(heap_size|external|gc|version))/;
/** The client's own measure of the event loop is not shown: let its timer rest. */
const EVENT_LOOP_REST_MS = 3_600_000;

/** Metrics of one server. */
export interface Metrics {
  readonly contentType: string;
  /** All of them as they are now. */
  text(): Promise<string>;
}

/** Begins to count what `telemetry` tells; the other sources count by themselves. */
export function createMetrics(
  telemetry: Telemetry,
  sources: Omit<MetricSources, "runtimeCounts">,
): Metrics {
  const registry = new Registry();
  const runtimeCounts = new RuntimeCounts(telemetry);
  for (const { name, help, type, samples } of serverMetrics({ ...sources, runtimeCounts })) {
    const get = () => Promise.resolve({ name, help, type, values: samples() });
    // All that the registry calls is `get`; the client's own metrics count in objects with labels.
    registry.registerMetric({ name, help, type, get } as unknown as Metric);
  }
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: EVENT_LOOP_REST_MS,
  });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!name.startsWith("todo_") && !PROCESS_METRICS.test(name)) registry.removeSingleMetric(name);
  }
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
