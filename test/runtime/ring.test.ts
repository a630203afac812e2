/** Ring: first in, first out, through every growth, and giving back what a burst has left. */
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
