/**
 * ResultSchemas and PushSchemas: they take all that the types allow. That they take no more is
 * held by `satisfies` where they stand.
 */
import { expect, expectTypeOf, test } from "vitest";
import type * as z from "zod";
import type { ErrorObject } from "../../../shared/protocol/errors.ts";
import type { MethodName } from "../../../shared/protocol/methods.ts";
import { PUSH_DOCS } from "../../../shared/protocol/push_docs.ts";
import { PUSHES } from "../../../shared/protocol/push_schemas.ts";
import type { Push, PushName } from "../../../shared/protocol/pushes.ts";
import { error, RESULTS } from "../../../shared/protocol/result_schemas.ts";
import type { Results } from "../../../shared/protocol/results.ts";

/** The same type, all of it written to: zod's types know no `readonly`. */
type Written<Type> = Type extends readonly (infer Item)[]
  ? Written<Item>[]
  : Type extends object
    ? { -readonly [Name in keyof Type]: Written<Type[Name]> }
    : Type;

type ResultsByType = { [Method in MethodName]: Written<Results<Method>> };
type ResultsBySchema = { [Method in MethodName]: z.input<(typeof RESULTS)[Method]> };
type PushesByType = { [Name in PushName]: Written<Push<Name>> };
type PushesBySchema = { [Name in PushName]: z.input<(typeof PUSHES)[Name]> };

test("every result, push and error that the types allow is one by the schemas", () => {
  expectTypeOf<ResultsByType>().toExtend<ResultsBySchema>();
  expectTypeOf<PushesByType>().toExtend<PushesBySchema>();
  expectTypeOf<Written<ErrorObject>>().toExtend<z.input<typeof error>>();
});

test("there is a schema of each result, and one of each push", () => {
  expect(Object.keys(PUSHES)).toEqual(Object.keys(PUSH_DOCS));
  for (const schema of Object.values(RESULTS)) expect(schema.safeParse(5).success).toBe(false);
  expect(error.safeParse({}).success).toBe(false);
});

test("members that a client does not know are let pass", () => {
  expect(RESULTS.delete_list.safeParse({ later: 1 }).success).toBe(true);
  expect(PUSHES.tick.safeParse({ now: 1, later: 1 }).success).toBe(true);
});
