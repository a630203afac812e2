/**
 * JsonSchema: a small judge of values by a JSON Schema, as far as the published document uses it.
 *
 * A word it does not know throws, so that nothing in the document goes unjudged. `format` and what
 * only describes is passed over.
 */
import { isDeepStrictEqual } from "node:util";

/** The words of a schema. */
export type Schema = Readonly<Record<string, unknown>>;
type Judge = (wanted: unknown, value: unknown, schema: Schema) => boolean;

const DESCRIBES = new Set(["description", "format"]);

/** judgeOf(document)({ $ref: "#/components/schemas/Todo" }, value) → whether it is one. */
export function judgeOf(document: unknown): (schema: Schema, value: unknown) => boolean {
  const judges = judgesOf(fits, document);
  function fits(schema: Schema, value: unknown): boolean {
    return Object.entries(schema).every(([word, wanted]) => {
      if (DESCRIBES.has(word)) return true;
      const judge = judges[word];
      if (judge === undefined) throw new Error(`a schema with the word ${word}`);
      return judge(wanted, value, schema);
    });
  }
  return fits;
}

/** What "#/a/b" names in the document; undefined when it is not there. */
export function resolve(document: unknown, ref: string): unknown {
  const path = ref.replace(/^#\//, "").split("/");
  return path.reduce<unknown>((part, name) => (part as Schema | undefined)?.[name], document);
}

function judgesOf(fits: (schema: Schema, value: unknown) => boolean, document: unknown) {
  const some = (wanted: unknown, value: unknown): number =>
    (wanted as Schema[]).filter((schema) => fits(schema, value)).length;
  const judges: Record<string, Judge> = {
    $ref: (ref, value) => fits(resolve(document, ref as string) as Schema, value),
    allOf: (all, value) => some(all, value) === (all as Schema[]).length,
    anyOf: (any, value) => some(any, value) > 0,
    oneOf: (one, value) => some(one, value) === 1,
    type: (type, value) => [type].flat().some((name) => isOfType(name, value)),
    const: (wanted, value) => isDeepStrictEqual(wanted, value),
    enum: (wanted, value) => (wanted as unknown[]).includes(value),
    minimum: ofNumber((min, value) => value >= min),
    maximum: ofNumber((max, value) => value <= max),
    minLength: ofText((min, value) => Array.from(value).length >= Number(min)),
    maxLength: ofText((max, value) => Array.from(value).length <= Number(max)),
    pattern: ofText((pattern, value) => new RegExp(String(pattern), "u").test(value)),
    minItems: ofList((min, value) => value.length >= Number(min)),
    maxItems: ofList((max, value) => value.length <= Number(max)),
    uniqueItems: ofList((_, value) => new Set(value).size === value.length),
    items: ofList((schema, value) => value.every((item) => fits(schema as Schema, item))),
    required: ofObject((names, value) => (names as string[]).every((name) => name in value)),
    properties: ofObject((members, value) =>
      Object.entries(members as Record<string, Schema>).every(
        ([name, schema]) => !Object.hasOwn(value, name) || fits(schema, value[name]),
      ),
    ),
    additionalProperties: (allowed, value, { properties = {} }) =>
      allowed !== false ||
      !isObject(value) ||
      Object.keys(value).every((name) => Object.hasOwn(properties as object, name)),
    dependencies: ofObject((wanted, value) =>
      Object.entries(wanted as Record<string, string[]>).every(
        ([name, others]) => !(name in value) || others.every((other) => other in value),
      ),
    ),
  };
  return judges;
}

function isOfType(type: unknown, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ofNumber(judge: (wanted: number, value: number) => boolean): Judge {
  return (wanted, value) => typeof value !== "number" || judge(wanted as number, value);
}

function ofText(judge: (wanted: unknown, value: string) => boolean): Judge {
  return (wanted, value) => typeof value !== "string" || judge(wanted, value);
}

function ofList(judge: (wanted: unknown, value: readonly unknown[]) => boolean): Judge {
  return (wanted, value) => !Array.isArray(value) || judge(wanted, value);
}

function ofObject(judge: (wanted: unknown, value: Record<string, unknown>) => boolean): Judge {
  return (wanted, value) => !isObject(value) || judge(wanted, value);
}
