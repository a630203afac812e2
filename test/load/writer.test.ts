/** Writer: what it asks for, and how it judges the answers. */
import { expect, test } from "vitest";
import { seeded } from "../../shared/random.ts";
import { Pace } from "./pace.ts";
import { Tally } from "./tally.ts";
import type { Answer } from "./wire_client.ts";
import { Writer } from "./writer.ts";

interface Asked {
  readonly method: string;
  readonly params: { readonly list: string; readonly id?: number };
}

/** A list that answers at once; `spoil` may answer in its place. */
class List {
  readonly asked: Asked[] = [];
  readonly todos = new Set<number>();
  #next = 1;
  spoil: (method: string) => Answer | undefined = () => undefined;

  ask(method: string, params: object, done: (answer: Answer) => void): void {
    const { id = 0 } = params as Asked["params"];
    this.asked.push({ method, params: params as Asked["params"] });
    done(this.spoil(method) ?? { ok: true, result: this.#perform(method, id) });
  }

  #perform(method: string, id: number): object {
    if (method === "delete_todo") return { changed: this.todos.delete(id) };
    if (method === "update_todo") return { changed: this.todos.has(id) };
    this.todos.add(this.#next);
    return { id: this.#next++ };
  }
}

function writer(seed = 1) {
  const client = new List();
  const tally = new Tally();
  const random = seeded(seed);
  return { client, tally, writer: new Writer({ client, list: "l", todosMax: 5, random, tally }) };
}

test("it keeps to its todos and to its room, and never asks for one that it deleted", () => {
  const { client, tally, writer: of } = writer();
  for (let operation = 0; operation < 1000; operation++) {
    of.perform(0, (how) => expect(how).toBe("answered"));
    expect(client.todos.size).toBeLessThanOrEqual(5);
  }
  const { counts, errors } = tally.take();
  expect(errors).toEqual({});
  expect(counts.add_todo + counts.update_todo + counts.delete_todo).toBe(1000);
  for (const kind of ["add_todo", "update_todo", "delete_todo"] as const) {
    expect(counts[kind]).toBeGreaterThan(100);
  }
});

test("one seed asks for the same, another for something else", () => {
  const methods = (seed: number): string[] => {
    const { client, writer: of } = writer(seed);
    for (let operation = 0; operation < 50; operation++) of.perform(0, () => undefined);
    return client.asked.map(({ method }) => method);
  };
  expect(methods(1)).toEqual(methods(1));
  expect(methods(1)).not.toEqual(methods(2));
});

test("a refusal counts by kind, a lost connection is the end, a lost todo is an error", () => {
  const { client, tally, writer: of } = writer();
  const outcomes: string[] = [];
  for (const kind of ["overloaded", "closed"]) {
    client.spoil = () => ({ ok: false, kind, message: "" });
    of.perform(0, (how) => outcomes.push(how));
  }
  expect(outcomes).toEqual(["refused", "over"]);
  client.spoil = (method) =>
    method === "delete_todo" ? { ok: true, result: { changed: false } } : undefined;
  while (!client.asked.some(({ method }) => method === "delete_todo")) of.perform(0, () => {});
  expect(tally.take().errors).toEqual({ overloaded: 1, closed: 1, lost_todo: 1 });
});

test("under a pace in a closed loop an end is reached", async () => {
  const { client, writer: of } = writer();
  const clock = { nowUs: () => 0, later: () => undefined };
  const pace = new Pace({ performers: [of], rate: undefined, outstanding: 1, clock });
  const held: (() => void)[] = [];
  const ask = client.ask.bind(client);
  client.ask = (method, params, done) =>
    ask(method, params, (answer) => held.push(() => done(answer)));
  pace.begin();
  for (let operation = 0; operation < 10; operation++) held.shift()?.();
  const end = pace.end();
  held.shift()?.();
  await end;
  expect(client.asked).toHaveLength(11);
});
