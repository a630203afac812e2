/** RunQueue: first come, first served, through every growth of its ring. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Process } from "../../server/runtime/process.ts";
import { RunQueue } from "../../server/runtime/run_queue.ts";

test("it gives what a plain queue gives, however pushes and shifts are mixed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100, max: 150 }), { maxLength: 20, size: "max" }),
      (bursts) => {
        const queue = new RunQueue();
        const model: Process[] = [];
        for (const burst of bursts) {
          for (let n = 0; n < burst; n++) {
            const process = { n } as unknown as Process;
            queue.push(process);
            model.push(process);
          }
          for (let n = 0; n > burst; n--) expect(queue.shift()).toBe(model.shift());
          expect(queue.size).toBe(model.length);
        }
        while (model.length > 0) expect(queue.shift()).toBe(model.shift());
        expect(queue.shift()).toBeUndefined();
      },
    ),
  );
});
