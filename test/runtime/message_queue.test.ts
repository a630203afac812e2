/** MessageQueue: what a test selects, passes over or throws at; the rest stays in its order. */
import { expect, test } from "vitest";
import { MessageQueue } from "../../server/runtime/message_queue.ts";

function queueOf(...messages: readonly unknown[]): MessageQueue {
  const queue = new MessageQueue();
  for (const message of messages) queue.add(message);
  return queue;
}

/** All that is left, in the order in which it comes. */
function rest(queue: MessageQueue): unknown[] {
  return Array.from({ length: queue.size }, () => queue.shift());
}

/** A test for messages that are one of these; `asked`: all that it has been asked about. */
function picky(...wanted: readonly unknown[]) {
  const asked: unknown[] = [];
  const isWanted = (message: unknown): boolean => {
    asked.push(message);
    return wanted.includes(message);
  };
  return { isWanted, asked };
}

test("what a test throws comes out, and the message it was asked about stays", () => {
  const queue = queueOf("a", "odd", "b", "c");
  let throws = true;
  const isB = (message: unknown): boolean => {
    if (message === "odd" && throws) throw new Error("odd");
    return message === "b";
  };
  for (const _ of [1, 2]) expect(() => queue.select(isB)).toThrow("odd");
  expect(queue.size).toBe(4);
  throws = false;
  expect(queue.select(isB)).toEqual({ message: "b" });
  expect(rest(queue)).toEqual(["a", "odd", "c"]);
});

test("another test looks at all of them, the oldest first, also at what was passed over", () => {
  const queue = queueOf("a", "b", "c");
  expect(queue.select(picky("b").isWanted)).toEqual({ message: "b" });
  queue.add("d");
  const { isWanted, asked } = picky("d");
  expect(queue.select(isWanted)).toEqual({ message: "d" });
  expect(asked).toEqual(["a", "c", "d"]);
  expect(rest(queue)).toEqual(["a", "c"]);
});

test("what is discarded goes, whether passed over or not yet looked at, and is counted", () => {
  const queue = queueOf("old", "a", "b", "old", "c");
  expect(queue.select(picky("b").isWanted)).toEqual({ message: "b" });
  expect(queue.discard((message) => message === "old")).toBe(2);
  expect(rest(queue)).toEqual(["a", "c"]);
});

test("a discard in between does not make a test look again at what it has passed over", () => {
  const queue = queueOf("held");
  const { isWanted, asked } = picky("news");
  for (let round = 0; round < 10; round++) {
    queue.add("news");
    expect(queue.select(isWanted)).toEqual({ message: "news" });
    expect(queue.discard(() => false)).toBe(0);
  }
  expect(asked.filter((message) => message === "held")).toHaveLength(1);
});
