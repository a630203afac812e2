/**
 * Fair turns: one who floods a list delays himself, however the list takes its requests.
 *
 * A full list takes one request for each commit, by selecting its news in between; its callers keep
 * their turns through that.
 */
import { expect, test } from "vitest";
import { type Caller, ListWorld } from "./list_world.ts";

/** More than a list has uncommitted: the rest waits in its mailbox. */
const FLOOD = 1300;

/** The seqs that `add_todo` was answered with, of what a caller has heard. */
function seqsAdded(caller: Caller): number[] {
  const answers = caller.take().filter((heard) => heard.startsWith("add_todo @"));
  return answers.map((heard) => Number(heard.split("@")[1]));
}

/** alice has asked for so much that her list is full; bob asks after all of it. */
function flooded(asksOfBob: number) {
  const world = new ListWorld();
  const { alice, bob } = world.shared();
  for (let n = 0; n < FLOOD; n++) {
    alice.askSoon({ type: "add_todo", todo: { title: `alice ${n}` } });
  }
  world.settle();
  const queued = world.log.queued;
  expect(queued).toBeLessThan(FLOOD);
  for (let n = 0; n < asksOfBob; n++)
    bob.askSoon({ type: "add_todo", todo: { title: `bob ${n}` } });
  world.settle();
  return { world, alice, bob, queued };
}

test("one commit at a time, each of bob's waits behind at most one of alice's", () => {
  const { world, alice, bob, queued } = flooded(20);
  const first = world.log.seqOf("groceries") + queued;
  for (let n = 0; n < 60; n++) world.commit(1);
  for (let n = 0; n < 3; n++) world.commit();
  const seqs = seqsAdded(bob);
  expect(seqs).toHaveLength(20);
  for (const [n, seq] of seqs.entries()) expect(seq).toBeLessThanOrEqual(first + 2 * (n + 1));
  expect(seqsAdded(alice)).toHaveLength(FLOOD);
});

test("all of a commit at once, bob who asks once is heard in the next", () => {
  const { world, bob } = flooded(1);
  world.commit();
  world.commit();
  expect(seqsAdded(bob)).toHaveLength(1);
});
