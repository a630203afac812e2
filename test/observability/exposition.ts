/**
 * Exposition: reads the text format 0.0.4 of Prometheus, strictly: what it cannot read it throws.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats
 */

/** One line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric, as its HELP and TYPE lines have it. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const HELP = /^# HELP ([a-z_][a-z0-9_]*) (\S.*)$/;
const TYPE = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram|summary)$/;
const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{([^}]*)\})? (\S+)$/;
const LABEL = /^([a-z_][a-z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"$/;
const SUFFIX = /_(bucket|sum|count)$/;

/** The text of a scrape → its metrics, by name. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line must end");
  const families = new Map<string, Family & { samples: Sample[] }>();
  let current: (Family & { samples: Sample[] }) | undefined;
  let help: { readonly name: string; readonly help: string } | undefined;
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const [, helped, said = ""] = HELP.exec(line) ?? [];
    const [, typed, type = ""] = TYPE.exec(line) ?? [];
    if (helped !== undefined) help = { name: helped, help: said };
    else if (typed !== undefined) {
      if (help?.name !== typed) throw new Error(`${typed}: TYPE without HELP`);
      if (families.has(typed)) throw new Error(`${typed} comes twice`);
      current = { ...help, type, samples: [] };
      families.set(typed, current);
    } else current = withSample(current, line);
  }
  return families;
}

/** The value of the sample with exactly those labels; undefined: there is none. */
export function sampleValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(SUFFIX, ""));
  const wanted = Object.keys(labels);
  const found = family?.samples.find(
    (sample) =>
      sample.name === name &&
      Object.keys(sample.labels).length === wanted.length &&
      wanted.every((label) => sample.labels[label] === labels[label]),
  );
  return found?.value;
}

function withSample<Current extends Family & { samples: Sample[] }>(
  current: Current | undefined,
  line: string,
): Current {
  const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? [];
  const base = current?.type === "histogram" ? name.replace(SUFFIX, "") : name;
  if (current === undefined || current.name !== base) throw new Error(`astray: ${line}`);
  if (Number.isNaN(Number(value))) throw new Error(`no number: ${line}`);
  const pairs = labels === "" ? [] : labels.split(",").map((each) => labelOf(each, line));
  current.samples.push({ name, labels: Object.fromEntries(pairs), value: Number(value) });
  return current;
}

function labelOf(text: string, line: string): [string, string] {
  const [, name, value] = LABEL.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no label: ${line}`);
  return [name, value];
}
