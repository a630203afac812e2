/**
 * SayQueue: what may be said, in the order in which it was put in.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Saying, SayQueue } from "../../server/todo/say_queue.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";

const STATE = TodoEvents.empty("Groceries", "alice");

/** A saying that speaks of `seq`. */
function saying(seq: number): Saying {
  const event = {
    op: "list_renamed",
    title: "x",
    seq,
    at: 0,
    by: "alice",
    pid: "<0.1.0>",
  } as const;
  return { kind: "push", seq, event, body: "", state: STATE, todosBytes: 0 };
}

function release(queue: SayQueue, upTo: number): number[] {
  const seqs: number[] = [];
  for (let next = queue.release(upTo); next !== undefined; next = queue.release(upTo)) {
    seqs.push(next.seq);
  }
  return seqs;
}

describe("SayQueue", () => {
  test("releases what speaks of a committed seq, and what stands behind it only later", () => {
    const queue = new SayQueue();
    for (const seq of [1, 1, 2, 2, 3]) queue.push(saying(seq));
    expect(release(queue, 0)).toEqual([]);
    expect(release(queue, 2)).toEqual([1, 1, 2, 2]);
    expect(queue.size).toBe(1);
    expect(release(queue, 3)).toEqual([3]);
    expect([queue.size, queue.release(9)]).toEqual([0, undefined]);
  });

  test("gives up all that is left, once", () => {
    const queue = new SayQueue();
    for (const seq of [1, 2, 3]) queue.push(saying(seq));
    release(queue, 1);
    expect(queue.takeAll().map(({ seq }) => seq)).toEqual([2, 3]);
    expect([queue.size, queue.takeAll()]).toEqual([0, []]);
    queue.push(saying(2));
    expect(release(queue, 2)).toEqual([2]);
  });

  test("says all, each once and in order, however commits and sayings alternate", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 200 }), (steps) => {
        const queue = new SayQueue();
        const put: number[] = [];
        const said: number[] = [];
        let decided = 0;
        for (const step of steps) {
          if (step === 0) {
            said.push(...release(queue, decided - 1));
          } else {
            decided += step - 1;
            queue.push(saying(decided));
            put.push(decided);
          }
        }
        said.push(...release(queue, decided));
        expect(said).toEqual(put);
      }),
    );
  });
});
