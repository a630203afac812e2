/** Waiting chain: processes that wait for each other's room and replies, over several others. */
import { expect, test } from "vitest";
import {
  type Call,
  call,
  type Pid,
  receive,
  reply,
  self,
  send,
  spawn,
} from "../../server/runtime/index.ts";
import { newWorld, pass, run, take } from "./world.ts";

test("a paused one further down a chain of calls is let go when the chain closes", () => {
  const got = run(
    function* ({ clock }) {
      const me = self<unknown>();
      const pids: { full?: Pid<unknown> } = {};
      // Fills the mailbox of the last one and is paused for it; then it would answer.
      const filler = spawn<unknown>(function* () {
        for (let n = 0; n < 3; n++) if (pids.full !== undefined) send(pids.full, n);
        for (;;) reply((yield* receive<Call>()).from, "answer");
      });
      const middle = spawn<unknown>(function* () {
        yield* pass(2);
        yield* call(filler, "own", 300_000); // It waits already when it is asked.
        for (;;) reply((yield* receive<Call>()).from, "middle");
      });
      pids.full = spawn<unknown>(
        function* () {
          yield* pass(5);
          send(me, [yield* call(middle, "?", 200_000), clock.now()]);
        },
        { mailbox: { max: 2, whenFull: "pause" } },
      );
      return yield* take(250_000);
    },
    newWorld({ isolated: false }),
  );
  expect(got).toEqual([{ ok: true, value: "middle" }, 5]);
});
