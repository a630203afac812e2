/** MethodKinds: the same as the schemas say. */
import { expect, test } from "vitest";
import { kindOf } from "../../client/method_kinds.ts";
import { isMethod, METHODS, PARAMS } from "../../shared/protocol/methods.ts";

test.each(Object.keys(PARAMS).filter(isMethod))(
  "%s is a write, and has a key, or not",
  (method) => {
    const write = METHODS[method].write ? "write" : "read";
    expect(kindOf(method)).toBe("key" in PARAMS[method].shape ? "keyed" : write);
  },
);

test.each(["brand_new", "constructor", "__proto__", ""])("%j is not known", (method) => {
  expect(kindOf(method)).toBeUndefined();
});
