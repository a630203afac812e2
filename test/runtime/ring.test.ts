/** Ring: first in, first out, through every growth, and giving back what a burst has left. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Ring } from "../../server/runtime/ring.ts";
import { scaled } from "./shuffle.ts";

test("it gives what a plain queue gives, however pushes and shifts are mixed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1500, max: 1600 }), { maxLength: 20, size: "max" }),
      (bursts) => {
        const ring = new Ring<number>();
        const model: number[] = [];
        let made = 0;
        for (const burst of bursts) {
          for (let n = 0; n < burst; n++) {
            made += 1;
            ring.push(made);
            model.push(made);
          }
          for (let n = 0; n > burst; n--) expect(ring.shift()).toBe(model.shift());
          expect(ring.size).toBe(model.length);
        }
        while (model.length > 0) expect(ring.shift()).toBe(model.shift());
        expect(ring.shift()).toBeUndefined();
      },
    ),
    { numRuns: scaled(30) },
  );
});

/** Bytes in use after all that nobody holds has been collected. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

test("a long array that a burst has left behind is given back when it is empty", () => {
  const before = heapBytes();
  const rings = Array.from({ length: 200 }, () => {
    const ring = new Ring<number>();
    for (let n = 0; n < 10_000; n++) ring.push(n);
    while (ring.size > 0) ring.shift();
    return ring;
  });
  expect(heapBytes() - before).toBeLessThan(2 ** 22); // Kept they would be 25 megabytes.
  for (const ring of rings) {
    ring.push(7);
    expect([ring.size, ring.shift(), ring.shift()]).toEqual([1, 7, undefined]);
  }
});
