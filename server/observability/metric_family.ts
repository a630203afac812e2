/**
 * MetricFamily: one named metric, whose samples are read from plain counters when it is scraped.
 *
 * Shape: as Prometheus wants it: a counter's name ends in `_total`, units are seconds and bytes and
 *        stand in the name, a histogram's buckets are cumulative and end at +Inf.
 * Bound: labels have few values each, known beforehand; never a user, a list or an address.
 */
import type { Histogram } from "../../shared/histogram.ts";

/** Name → value. */
export type Labels = Readonly<Record<string, string | number>>;

/** One line of the text. `metricName` where it is not the family's own: "…_bucket". */
export interface Sample {
  readonly value: number;
  readonly labels: Labels;
  readonly metricName?: string;
}

/** One metric with all its samples. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The samples as they are now. */
  readonly samples: () => readonly Sample[];
}

/** What is said about a metric beside its samples. */
export type Described = Pick<MetricFamily, "name" | "help">;

/** A counter without labels. */
export function counter(described: Described, read: () => number): MetricFamily {
  return { ...described, type: "counter", samples: () => [{ value: read(), labels: {} }] };
}

/** A counter with one sample for each of the counts, in their order. */
export function counters(
  described: Described,
  read: () => Iterable<readonly [labels: Labels, value: number]>,
): MetricFamily {
  return { ...described, type: "counter", samples: () => labelled(read()) };
}

/** What goes up and down. */
export function gauge(described: Described, read: () => number): MetricFamily {
  return { ...described, type: "gauge", samples: () => [{ value: read(), labels: {} }] };
}

/** The same with labels. */
export function gauges(
  described: Described,
  read: () => Iterable<readonly [labels: Labels, value: number]>,
): MetricFamily {
  return { ...described, type: "gauge", samples: () => labelled(read()) };
}

/** One histogram for each of those read. */
export function histograms(
  described: Described,
  read: () => Iterable<readonly [labels: Labels, histogram: Histogram]>,
): MetricFamily {
  const samples = () =>
    Array.from(read(), ([labels, histogram]) =>
      histogramSamples(described.name, labels, histogram),
    ).flat();
  return { ...described, type: "histogram", samples };
}

function labelled(read: Iterable<readonly [labels: Labels, value: number]>): Sample[] {
  return Array.from(read, ([labels, value]) => ({ labels, value }));
}

function histogramSamples(
  name: string,
  labels: Labels,
  { bounds, counts, sum }: Histogram,
): Sample[] {
  let count = 0;
  const buckets = Array.from(counts, (inBucket, place): Sample => {
    count += inBucket;
    const le = bounds[place] ?? "+Inf";
    return { value: count, labels: { ...labels, le }, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { value: sum, labels, metricName: `${name}_sum` },
    { value: count, labels, metricName: `${name}_count` },
  ];
}
