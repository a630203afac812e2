/**
 * ServerMetrics: every metric of the server itself, and the counter each is read from.
 *
 * docs/operations.md says what each means to an operator; a test compares the two.
 */
import type { Histogram } from "../../shared/histogram.ts";
import { EventLoopDelay } from "./event_loop_delay.ts";
import {
  counter,
  counters,
  gauge,
  gauges,
  histograms,
  type Labels,
  type MetricFamily,
} from "./metric_family.ts";
import type { RuntimeCounts } from "./runtime_counts.ts";

/** How often one outcome came of one method. */
interface OutcomeCount {
  readonly method: string;
  readonly outcome: string;
  readonly count: number;
}

/** The plain numbers of the lower folders; application.ts hands them in. */
export interface MetricSources {
  readonly runtime: { readonly processCount: number };
  readonly runtimeCounts: RuntimeCounts;
  readonly connections: {
    readonly size: number;
    readonly conflated: number;
    readonly traffic: TrafficNumbers;
  };
  readonly lists: { readonly size: number };
  readonly log: { readonly uncommittedBytes: number };
  readonly commits: CommitNumbers;
}

/** What connections have done. */
interface TrafficNumbers {
  readonly calls: { entries(): Iterable<OutcomeCount> };
  readonly casts: { entries(): Iterable<OutcomeCount> };
  readonly callSeconds: ReadonlyMap<string, Histogram>;
  readonly opened: number;
  readonly paused: number;
  readonly pushes: number;
  readonly badCredentials: number;
  readonly closes: ReadonlyMap<number, number>;
  readonly refused: ReadonlyMap<number, number>;
}

/** What commits have come to. */
interface CommitNumbers {
  readonly seconds: Histogram;
  readonly appends: Histogram;
  readonly refused: ReadonlyMap<string, number>;
}

/** All of them, in the order in which they are shown. */
export function serverMetrics(sources: MetricSources): MetricFamily[] {
  return [
    ...connectionMetrics(sources),
    ...callMetrics(sources.connections.traffic),
    ...commitMetrics(sources),
    ...runtimeMetrics(sources),
  ];
}

function connectionMetrics({ connections }: MetricSources): MetricFamily[] {
  const { traffic } = connections;
  return [
    gauge({ name: "todo_connections", help: "Connections that are open." }, () => connections.size),
    counter(
      { name: "todo_connections_opened_total", help: "Connections that were let in." },
      () => traffic.opened,
    ),
    counters(
      { name: "todo_connections_closed_total", help: "Closed by the server, by close code." },
      () => labelled("code", traffic.closes),
    ),
    gauge(
      {
        name: "todo_connections_paused",
        help: "Connections not read from now: too much in flight, or too fast.",
      },
      () => traffic.paused,
    ),
    counters(
      {
        name: "todo_upgrades_refused_total",
        help: "Upgrades that were refused, by HTTP status or close code.",
      },
      () => labelled("code", traffic.refused),
    ),
    counter(
      {
        name: "todo_bad_credentials_total",
        help: "Requests whose token was missing, bad or expired.",
      },
      () => traffic.badCredentials,
    ),
    counter(
      {
        name: "todo_pushes_total",
        help: "Pushes of subscribed lists, one for each connection they were sent to.",
      },
      () => traffic.pushes,
    ),
    counter(
      {
        name: "todo_conflations_total",
        help: "Snapshots sent to slow readers in place of their queued events.",
      },
      () => connections.conflated,
    ),
  ];
}

function callMetrics({ calls, casts, callSeconds }: TrafficNumbers): MetricFamily[] {
  return [
    counters(
      {
        name: "todo_calls_total",
        help: "Calls that were answered, by method and outcome: ok, or the kind of the error.",
      },
      () => outcomes(calls.entries()),
    ),
    histograms(
      {
        name: "todo_call_duration_seconds",
        help: "From reading a call to its reply; calls that are answered at once are left out.",
      },
      () => labelled("method", callSeconds),
    ),
    counters({ name: "todo_casts_total", help: "Casts that came, by method." }, () =>
      labelled(
        "method",
        sums(casts.entries(), ({ method }) => method),
      ),
    ),
    counters(
      {
        name: "todo_casts_dropped_total",
        help: "Casts without effect, by reason: an error's kind, or ignored.",
      },
      () => {
        const dropped = [...casts.entries()].filter(({ outcome }) => outcome !== "ok");
        return labelled(
          "reason",
          sums(dropped, ({ outcome }) => outcome),
        );
      },
    ),
  ];
}

function commitMetrics({ commits, log }: MetricSources): MetricFamily[] {
  return [
    histograms(
      {
        name: "todo_commit_duration_seconds",
        help: "From handing a batch to the storage thread until its fsync is done.",
      },
      () => [[{}, commits.seconds]],
    ),
    histograms(
      { name: "todo_commit_batch_appends", help: "Appends that shared one fsync." },
      () => [[{}, commits.appends]],
    ),
    counters(
      {
        name: "todo_appends_refused_total",
        help: "Appends that the log did not keep, by reason; read_only: the disk is full.",
      },
      () => labelled("reason", commits.refused),
    ),
    gauge(
      { name: "todo_uncommitted_bytes", help: "Bytes of events that wait for their fsync." },
      () => log.uncommittedBytes,
    ),
  ];
}

function runtimeMetrics({ runtime, runtimeCounts, lists }: MetricSources): MetricFamily[] {
  const delay = new EventLoopDelay();
  return [
    gauge({ name: "todo_processes", help: "Processes of the runtime alive." }, () => {
      return runtime.processCount;
    }),
    gauge({ name: "todo_lists_loaded", help: "Lists that have a process now." }, () => lists.size),
    counters(
      {
        name: "todo_process_crashes_total",
        help: "Processes that ended by a bug, by kind; todo_server is a list's.",
      },
      () => labelled("process", runtimeCounts.crashes),
    ),
    counter(
      { name: "todo_child_restarts_total", help: "Children that a supervisor started again." },
      () => runtimeCounts.restarts,
    ),
    gauges(
      {
        name: "todo_mailbox_high_water_messages",
        help: "Most messages that waited in one mailbox; told from 1,000 on, at each doubling.",
      },
      () => labelled("process", runtimeCounts.mailboxHigh),
    ),
    gauges(
      {
        name: "todo_event_loop_delay_seconds",
        help: "How late the event loop was since the last scrape; quantile 1 is the worst.",
      },
      () => {
        const { p50, p99, max } = delay.read();
        return [
          [{ quantile: "0.5" }, p50],
          [{ quantile: "0.99" }, p99],
          [{ quantile: "1" }, max],
        ];
      },
    ),
  ];
}

function labelled<Value>(
  name: string,
  values: ReadonlyMap<string | number, Value>,
): [Labels, Value][] {
  return Array.from(values, ([label, value]) => [{ [name]: label }, value]);
}

function outcomes(counts: Iterable<OutcomeCount>): [Labels, number][] {
  return Array.from(counts, ({ method, outcome, count }) => [{ method, outcome }, count]);
}

function sums(
  counts: Iterable<OutcomeCount>,
  by: (count: OutcomeCount) => string,
): ReadonlyMap<string, number> {
  const sum = new Map<string, number>();
  for (const each of counts) sum.set(by(each), (sum.get(by(each)) ?? 0) + each.count);
  return sum;
}
