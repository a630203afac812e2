/**
 * News: reaches a process whatever the bound of its mailbox.
 */
import { expect, test } from "vitest";
import { on, Runtime, receive } from "../../server/runtime/index.ts";
import { tell } from "../../server/storage/news.ts";

test("news gets into a full mailbox, and a dead process needs none", () => {
  const runtime = new Runtime();
  const got: unknown[] = [];
  const pid = runtime.spawn<string>(
    function* () {
      yield* receive(
        on(
          (message) => message === "last",
          () => {},
        ),
      );
      while (got.length < 2) got.push(yield* receive<string>());
    },
    { mailbox: { max: 1 } },
  );
  for (const news of ["first", "second", "last"]) tell(pid, news);
  runtime.runUntilIdle();
  expect(got).toEqual(["first", "second"]);
  tell(pid, "nobody there");
});
