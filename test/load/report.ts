/**
 * report: an outcome as lines for people. Pure.
 *
 * Bound: no line is wider than `columns` where words can be wrapped; it is made for 80.
 */
import * as Numbers from "./numbers.ts";
import type { Outcome, Tallied } from "./outcome.ts";
import type { Latency } from "./tally.ts";

const LABEL_COLUMNS = 12;
const CELL_COLUMNS = 10;
const LEFT_BEHIND_SHOWN = 3;
const UNSENT_S = 0.05; // What is due between the last two looks at the clock is nobody's fault.
const WAITED_S = 1; // As long as nobody would take for the load itself.
const LOAD_SHOWN = 4; // Processes that are named one by one.
const LOAD_LOOP_MAX = 0.9; // Above, latencies are those of the load itself.

/** The lines, without colours. */
export function reportLines(outcome: Outcome, columns = 80): string[] {
  const what = [headline(outcome), setting(outcome)];
  const figures: Row[] = [
    operations(outcome),
    kinds(outcome.operations.byKind),
    ...pushes(outcome),
    ["errors", errors(outcome.errors)],
    ["messages", traffic(outcome)],
    ["server", server(outcome)],
    ...(outcome.load.length === 0 ? [] : [["load", load(outcome)] as const]),
    ["clean-up", cleanUp(outcome)],
  ];
  return [
    ...what.flatMap((row) => wrapped(row, columns)),
    "",
    ...latencies(outcome),
    ...figures.flatMap((row) => wrapped(row, columns)),
  ];
}

/** A label, and what stands behind it; a part is not broken. */
type Row = readonly [label: string, parts: readonly string[]];

function headline({ scenario, url, seconds, waitedSeconds, interrupted }: Outcome): Row {
  const time = `${Numbers.rate(seconds)} s`;
  const waited =
    waitedSeconds < WAITED_S
      ? []
      : [`of them ${Numbers.rate(waitedSeconds)} s waiting for the last answers`];
  return [scenario, [url, interrupted ? `interrupted after ${time}` : time, ...waited]];
}

function setting(outcome: Outcome): Row {
  const { connections, lists, processes, outstanding, rate, scenario } = outcome;
  const pace =
    rate === null
      ? `as fast as answers come, ${outstanding} under way each`
      : `${Numbers.rate(rate)} a second wanted`;
  const at = scenario === "connect" ? "at a time" : "connections";
  return [
    "",
    [
      `${Numbers.count(connections)} ${at}, ${plural(lists, "list")}`,
      plural(processes, "process"),
      pace,
    ],
  ];
}

function latencies({ operations: { latencyMs }, pushes: { latencyMs: push, ...rest } }: Outcome) {
  const table = [
    ["answered", latencyMs],
    ["pushed", push],
    ["to the last", rest.lastLatencyMs],
  ] as const;
  const known = table.filter(([, latency]) => latency !== null);
  if (known.length === 0) return [];
  const cells = (label: string, texts: readonly string[]): string =>
    label.padEnd(LABEL_COLUMNS) + texts.map((text) => text.padStart(CELL_COLUMNS)).join("");
  return [
    cells("ms", ["p50", "p90", "p99", "p99.9", "max"]),
    ...known.map(([label, latency]) => cells(label, latency === null ? [] : row(latency))),
    "",
  ];
}

function row({ p50, p90, p99, p999, max }: Latency): string[] {
  return [p50, p90, p99, p999, max].map(Numbers.ms);
}

function operations({ operations: { count, perSecond, unsent }, rate }: Outcome): Row {
  const behind =
    rate === null || unsent <= rate * UNSENT_S
      ? []
      : [`${Numbers.count(unsent)} due but not begun`];
  return ["operations", [Numbers.count(count), `${Numbers.rate(perSecond)} a second`, ...behind]];
}

function kinds(byKind: Tallied): Row {
  const several = Object.entries(byKind);
  return ["", several.length < 2 ? [] : several.map(([kind, n]) => `${kind} ${Numbers.count(n)}`)];
}

function pushes({ pushes: of, copies }: Outcome): Row[] {
  if (of.count === 0 && of.conflated === 0 && copies === null) return [];
  const repeats = of.repeats === 0 ? [] : [`${Numbers.count(of.repeats)} REPEATED`];
  const conflated = of.conflated === 0 ? [] : [`${Numbers.count(of.conflated)} conflated`];
  const received: Row = [
    "pushes",
    [
      Numbers.count(of.count),
      `${Numbers.rate(of.perSecond)} a second`,
      `${Numbers.count(of.gaps)} ${of.gaps === 0 ? "gaps" : "GAPS"}`,
      ...repeats,
      ...conflated,
    ],
  ];
  if (copies === null) return [received];
  const { equal, unequal, unknown } = copies;
  const all = Numbers.count(equal + unequal + unknown);
  const parts = [
    `${Numbers.count(equal)} of ${all} equal the server's list`,
    ...(unequal === 0 ? [] : [`${Numbers.count(unequal)} UNEQUAL`]),
    ...(unknown === 0 ? [] : [`${Numbers.count(unknown)} not compared`]),
  ];
  return [received, ["copies", parts]];
}

function errors(byKind: Tallied): string[] {
  const kindsOf = Object.entries(byKind);
  if (kindsOf.length === 0) return ["none"];
  return kindsOf.map(([kind, times]) => `${kind} ${Numbers.count(times)}`);
}

function traffic({ bytes: { sent, received } }: Outcome): string[] {
  return [`${Numbers.bytes(sent)} sent`, `${Numbers.bytes(received)} received`];
}

function server({ server: of, connections, scenario }: Outcome): string[] {
  if ("unknown" in of) return [`not measured: ${of.unknown}`];
  const { before, connected, end } = of.memoryMib;
  const each =
    of.cpuUsPerOperation === null
      ? []
      : [`${Numbers.count(of.cpuUsPerOperation)} µs CPU an operation`];
  const kib = ((connected - before) * 1024) / connections;
  return [
    `${Numbers.percent(of.busy)} of a core`,
    ...each,
    `${before} MiB before, ${connected} connected, ${end} at the end`,
    ...(scenario === "idle" && kib > 0 ? [`${Numbers.rate(kib)} KiB a connection`] : []),
  ];
}

function load({ load: processes }: Outcome): string[] {
  const cpu = processes.map((each) => each.cpu);
  const shown =
    cpu.length <= LOAD_SHOWN
      ? cpu.map(Numbers.percent).join(" + ")
      : `${Numbers.percent(Math.min(...cpu))} to ${Numbers.percent(Math.max(...cpu))}`;
  const warning = processes.some(({ loop }) => loop > LOAD_LOOP_MAX)
    ? ["AT ITS LIMIT: give it more --workers or cores"]
    : [];
  return [`${shown} of a core`, ...warning];
}

function cleanUp({ cleanUp: { removed, leftBehind, kept } }: Outcome): string[] {
  const [firstKept] = kept;
  if (firstKept !== undefined) {
    return [`${plural(kept.length, "list")} kept`, `the first is ${firstKept}`];
  }
  const done = `${plural(removed, "list")} deleted`;
  if (leftBehind.length === 0) return [done, "nothing left behind"];
  const shown = leftBehind.slice(0, LEFT_BEHIND_SHOWN).map(({ list, why }) => `${list} (${why})`);
  const more = leftBehind.length - shown.length;
  return [
    ...(removed === 0 ? [] : [done]),
    `LEFT BEHIND: ${plural(leftBehind.length, "list")}`,
    ...shown,
    ...(more === 0 ? [] : [`and ${Numbers.count(more)} more`]),
  ];
}

function plural(number: number, noun: string): string {
  const nouns = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
  return `${Numbers.count(number)} ${number === 1 ? noun : nouns}`;
}

/** Parts with " · " between, in as many lines as it takes; no parts and a label: no line. */
function wrapped([label, parts]: Row, columns: number): string[] {
  if (parts.length === 0) return label === "" ? [] : [label];
  const lines: string[] = [];
  let line = label.padEnd(LABEL_COLUMNS);
  let empty = true;
  for (const part of parts) {
    const joined = empty ? line + part : `${line} · ${part}`;
    if (!empty && joined.length > columns) {
      lines.push(line);
      line = " ".repeat(LABEL_COLUMNS) + part;
    } else line = joined;
    empty = false;
  }
  return [...lines, line];
}
