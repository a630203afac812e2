/**
 * Subscribers: who gets a push, and that the dead leave nothing behind.
 */
import { describe, expect, test } from "vitest";
import {
  type Down,
  type Pid,
  receive,
  self,
  spawn,
  type Waiting,
} from "../../server/runtime/index.ts";
import { Subscribers } from "../../server/todo/subscribers.ts";
import { gonePush, type TodoPush } from "../../server/todo/todo_push.ts";
import { empty } from "../../shared/todo/todo_event.ts";
import { collector, dead, drain, pass, run, type World } from "../runtime/world.ts";

const PUSH: TodoPush = {
  type: "event",
  list: "l",
  epoch: "e",
  seq: 1,
  text: "{}",
  state: empty("L", "alice"),
};

function two(world: World) {
  return [collector(world), collector(world)] as const;
}

describe("Subscribers", () => {
  test("each that joined gets each push once, however often it joined", () => {
    const got = run(function* (world) {
      const [bob, carol] = two(world);
      const subscribers = new Subscribers();
      subscribers.join(bob.pid, "bob");
      subscribers.join(bob.pid, "bob");
      subscribers.join(carol.pid, "carol");
      subscribers.push(PUSH);
      subscribers.leave(carol.pid);
      subscribers.leave(carol.pid);
      subscribers.push(PUSH);
      yield* pass(1);
      return [bob.inbox.length, carol.inbox.length, subscribers.size];
    });
    expect(got).toEqual([2, 1, 1]);
  });

  test("expel sends the last push to every connection of that user, and none after", () => {
    const got = run(function* (world) {
      const [bob, carol] = two(world);
      const second = collector(world);
      const subscribers = new Subscribers();
      for (const { pid } of [carol, second]) subscribers.join(pid, "carol");
      subscribers.join(bob.pid, "bob");
      subscribers.expel("carol", gonePush("l", "revoked"));
      subscribers.push(PUSH);
      yield* pass(1);
      return [bob, carol, second].map(({ inbox }) => inbox.map((push) => (push as TodoPush).type));
    });
    expect(got).toEqual([["event"], ["gone"], ["gone"]]);
  });

  test("one that dies is told of once, also when it had joined twice or was dead before", () => {
    const got = run(function* () {
      const subscribers = new Subscribers();
      const mortal = spawn<unknown>(function* () {
        yield* receive();
      });
      const gone = yield* dead();
      subscribers.join(mortal, "bob");
      subscribers.join(mortal, "bob");
      subscribers.join(gone, "carol");
      yield* stop(mortal);
      const downs = (yield* drain()) as Down[];
      for (const { pid } of downs) subscribers.forget(pid);
      return [downs.map(({ type }) => type), subscribers.size];
    });
    expect(got).toEqual([["DOWN", "DOWN"], 0]);
  });

  test("whoever left is watched no longer, also when it died at the same moment", () => {
    const got = run(function* () {
      const subscribers = new Subscribers();
      const mortal = spawn<unknown>(function* () {
        yield* receive();
      });
      subscribers.join(mortal, "bob");
      yield* stop(mortal); // Its DOWN is in the mailbox when it leaves.
      subscribers.leave(mortal);
      return [yield* drain(), self<unknown>().process?.bonds?.watched?.size];
    });
    expect(got).toEqual([[], 0]);
  });
});

function* stop(pid: Pid<unknown>): Waiting<void> {
  pid.process?.deliver("stop");
  yield* pass(1);
}
