/**
 * ParamsArbitrary: params of every method, right ones, and the same with one fault.
 */
import fc from "fast-check";
import { METHODS, type MethodName } from "../../../shared/protocol/methods.ts";

/** Stands in every text of a fault; no refusal may repeat it. */
export const SECRET = "hunter2";

const NAMES = Object.keys(METHODS) as MethodName[];
const SAFE = Number.MAX_SAFE_INTEGER;
const VISIBLE = /^[^\p{Cc}\p{Cs}]$/u;

const character = fc
  .string({ unit: "binary", minLength: 1, maxLength: 1 })
  .filter((unit) => VISIBLE.test(unit));
const line = (maxLength: number) => fc.string({ unit: character, minLength: 1, maxLength });
const space = fc.constantFrom("", " ", "\n", "\t ", "\u00a0", "\ufeff");
const title = fc
  .tuple(space, line(500), space)
  .map((parts) => parts.join(""))
  .filter((text) => text.trim() !== "");
const notes = fc.string({ unit: fc.oneof(character, fc.constantFrom("\n", "\t")), maxLength: 60 });
const list = fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/);
const user = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/);
const key = line(64);
const day = fc
  .date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 10));
const date = fc.option(day);
const id = fc.integer({ min: 1, max: SAFE });
const whole = fc.integer({ min: 0, max: SAFE });
const limit = fc.integer({ min: 1, max: 1000 });
const tags = fc.uniqueArray(line(50), { maxLength: 20 });
const role = fc.constantFrom("viewer", "editor", "owner");

const members = {
  date,
  notes: fc.option(notes),
  priority: fc.option(fc.constantFrom("high", "medium", "low")),
  tags: fc.option(tags),
  assignee: fc.option(user),
};
const newTodo = some({ title, done: fc.option(fc.boolean()), ...members }, ["title"]);
const patch = some({ title, done: fc.boolean(), ...members }, []);
const change = { patch, add_tags: tags, remove_tags: tags };
const update = { id, ...change, if_rev: whole };
const hasChange = (params: object): boolean => Object.keys(change).some((name) => name in params);
const op = fc.oneof(
  some({ op: fc.constant("add_todo"), todo: newTodo }, ["op", "todo"]),
  some({ op: fc.constant("update_todo"), ...update }, ["op", "id"]).filter(hasChange),
  some({ op: fc.constant("delete_todo"), id, if_rev: whole }, ["op", "id"]),
);

const RIGHT: Record<MethodName, fc.Arbitrary<object>> = {
  whoami: params({}, []),
  describe: params({}, []),
  lists: params({ after: list, limit, deleted: fc.boolean() }, []),
  agenda: params({ from: day, to: day, done: fc.boolean(), after: list, after_id: whole, limit }, [
    "after",
  ]),
  start: params({ list, title, todos: fc.array(newTodo, { maxLength: 3 }), key }, []),
  rename_list: params({ list, title, key }, ["list", "title"]),
  add_todo: params({ list, todo: newTodo, key }, ["list", "todo"]),
  update_todo: params({ list, ...update, key }, ["list", "id"]).filter(hasChange),
  delete_todo: params({ list, id, if_rev: whole, key }, ["list", "id"]),
  todos: params({ list, date, after: whole, limit }, ["list", "date"]),
  list: params({ list, after: whole, limit }, ["list"]),
  tx: params({ list, ops: fc.array(op, { minLength: 1, maxLength: 4 }), key }, ["list", "ops"]),
  subscribe: params({ list, epoch: line(20), seq: whole, presence: fc.boolean() }, ["list"]),
  unsubscribe: params({ list }, ["list"]),
  share: params({ list, user, role, key }, ["list", "user", "role"]),
  unshare: params({ list, user, key }, ["list", "user"]),
  members: params({ list }, ["list"]),
  history: params({ list, before: whole, limit: fc.integer({ min: 1, max: 500 }) }, ["list"]),
  delete_list: params({ list }, ["list"]),
  restore_list: params({ list }, ["list"]),
};

interface Given {
  readonly method: MethodName;
  readonly params: object;
}

/** A method and params that are right for it. */
export const rightParams: fc.Arbitrary<Given> = fc
  .constantFrom(...NAMES)
  .chain((method) => RIGHT[method].map((given) => ({ method, params: given })));

/** A method and params of which one value, somewhere, is of another type than it must be. */
export const wrongParams: fc.Arbitrary<Given> = rightParams.chain(({ method, params: given }) => {
  const paths = pathsOf(given);
  if (paths.length === 0) return fc.constant({ method, params: [SECRET] });
  return fc
    .tuple(fc.constantFrom(...paths), fc.boolean())
    .map(([path, deep]) => ({ method, params: spoiled(given, path, deep) as object }));
});

/** Members by name, of which those not `required` may be left out. */
function some(model: Record<string, fc.Arbitrary<unknown>>, required: string[]) {
  return fc.record(model, { requiredKeys: required, noNullPrototype: true });
}

function params(model: Record<string, fc.Arbitrary<unknown>>, required: string[]) {
  return some({ ...model, timeout_ms: fc.integer({ min: 1, max: 60_000 }) }, required);
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return at.length === 0 ? [] : [at];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const below = entries.flatMap(([step, part]) => pathsOf(part, [...at, step]));
  return at.length === 0 ? below : [at, ...below];
}

/** `value` with another at `path`: text where an object or a list stood, else one of these. */
function spoiled(value: unknown, path: Path, deep: boolean): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    const isPart = typeof value === "object" && value !== null;
    if (isPart) return SECRET;
    const fault = { [SECRET]: SECRET };
    return deep ? [fault] : fault;
  }
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[step] = spoiled(copy[step], rest, deep);
  return copy;
}
