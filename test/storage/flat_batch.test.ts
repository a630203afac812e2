/**
 * FlatBatch: what is packed, cloned and unpacked is what it was.
 */
import { expect, test } from "vitest";
import { pack, unpack } from "../../server/storage/flat_batch.ts";
import { born, row, rows } from "./samples.ts";

test("a batch comes out as it went in", () => {
  const batch = [
    born("a"),
    born("b", rows(1, 3)),
    { list: "a", rows: [row(1, { title: "", key: "k" })] },
    { list: "a", rows: [row(2, { member: { user: "bob", role: null } }), row(3)] },
    { list: "b", rows: [row(4, { title: "T", member: { user: "bob", role: "editor" } })] },
  ];
  expect(unpack(structuredClone(pack(batch)))).toStrictEqual(batch);
  expect(unpack(pack([]))).toEqual([]);
});
