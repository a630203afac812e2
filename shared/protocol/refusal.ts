/**
 * Refusal: the sentence that says what was wanted of params and what came.
 *
 * Shape:  refusal(["todo", "title"], "text of 1 to 500 …", { todo: { title: 5 } })
 *         → "todo.title must be text of 1 to 500 …; the number 5 came."
 * Bound:  never repeats text that came, nor the name of a member that is not known.
 */
import { describeText } from "./text.ts";

/** Where in the params a value stands; empty for the params themselves. */
export type Path = readonly PropertyKey[];

/** One plain sentence about the value that stands at `path` in `params`. */
export function refusal(path: Path, wanted: string, params: unknown): string {
  return `${nameOf(path)} must be ${wanted}; ${describe(valueAt(path, params))} came.`;
}

function nameOf(path: Path): string {
  const name = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  return path.length === 0 ? "params" : name.join("").slice(1);
}

function valueAt(path: Path, params: unknown): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown>)[step],
    params,
  );
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return describeText(value);
  if (typeof value === "number") return `the number ${value}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object" || value === null) return String(value); // true, false or null
  const { length } = Object.keys(value);
  return length === 0
    ? "an empty object"
    : `an object of ${length} member${length === 1 ? "" : "s"}`;
}
