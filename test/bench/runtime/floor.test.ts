/** floor: it is bare, but it does what the seed's programs ask of it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Actor, send, untilQuiet } from "../../../bench/runtime/floor/queue.ts";
import { RadixList } from "../../../bench/runtime/floor/radix_list.ts";
import * as TodoList from "../../../shared/todo/todo_list.ts";

test("messages arrive in order, also when the queue has to grow meanwhile", async () => {
  const taken: number[] = [];
  const taker = new Actor((message: number) => taken.push(message));
  const sender = new Actor(() => {
    for (let message = 0; message < 5000; message++) send(taker, message);
  });
  send(sender, "go");
  send(taker, -1);
  await untilQuiet();
  expect(taken).toEqual([-1, ...Array.from({ length: 5000 }, (_, index) => index)]);
});

test("a throw ends that actor and no other", async () => {
  const taken: string[] = [];
  const faulty = new Actor(() => {
    throw new Error("a bug");
  });
  const other = new Actor((message: string) => taken.push(message));
  for (const message of ["a", "b"]) {
    send(faulty, message);
    send(other, message);
  }
  await untilQuiet();
  expect([taken, faulty.handle]).toEqual([["a", "b"], undefined]);
});

const DATES = ["2026-01-01", "2026-01-02", "2026-01-03"] as const;

test("the floor's list holds what TodoList holds, whatever is done to it", () => {
  const operation = fc.record({
    kind: fc.constantFrom("add", "add", "update", "remove"),
    id: fc.integer({ min: 1, max: 80 }),
    date: fc.constantFrom(...DATES),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const list = new RadixList();
      let wanted = TodoList.create();
      for (const { kind, id, date } of operations) {
        if (kind === "add") {
          list.add({ title: "Milk", date });
          wanted = TodoList.addTodo(wanted, { title: "Milk", date });
        } else if (kind === "update") {
          list.update(id, (todo) => ({ ...todo, date }));
          wanted = TodoList.updateTodo(wanted, id, (todo) => ({ ...todo, date }));
        } else {
          list.remove(id);
          wanted = TodoList.deleteTodo(wanted, id);
        }
      }
      expect(list.snapshot().size).toBe(TodoList.size(wanted));
      for (const date of DATES) {
        const found = list.todos(date).toSorted((a, b) => a.id - b.id);
        expect(found).toEqual(TodoList.todos(wanted, date));
      }
    }),
  );
});

test("a snapshot that was given away does not change", () => {
  const list = new RadixList();
  for (let added = 0; added < 40; added++) list.add({ title: "Milk", date: DATES[0] });
  const given = list.snapshot();
  const before = JSON.stringify(given);
  list.add({ title: "Tea", date: DATES[1] });
  list.update(3, (todo) => ({ ...todo, title: "Oat milk" }));
  list.remove(40);
  expect(JSON.stringify(given)).toBe(before);
});
