/**
 * Inbox: frames become messages, in order.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Inbox } from "../../server/gateway/inbox.ts";

function all(inbox: Inbox): string[] {
  const messages: string[] = [];
  while (!inbox.isEmpty) messages.push(inbox.next());
  return messages;
}

test("a frame holds messages separated by line feeds; empty ones are ignored", () => {
  const inbox = new Inbox({ onePerFrame: false });
  inbox.addFrame("a\nb\n\n");
  inbox.addFrame("c");
  expect(all(inbox)).toEqual(["a", "b", "c"]);
});

test("a frame without a message is one empty text, so that it takes its turn", () => {
  const inbox = new Inbox({ onePerFrame: false });
  inbox.addFrame("");
  inbox.addFrame("\na\n");
  inbox.addFrame("\n".repeat(1000));
  expect(all(inbox)).toEqual(["", "a", ""]);
  const one = new Inbox({ onePerFrame: true });
  one.addFrame("");
  expect(all(one)).toEqual([""]);
});

test("without an offered subprotocol a frame is one message", () => {
  const inbox = new Inbox({ onePerFrame: true });
  inbox.addFrame("a\nb");
  expect(all(inbox)).toEqual(["a\nb"]);
});

test("what is cleared does not come back", () => {
  const inbox = new Inbox({ onePerFrame: false });
  inbox.addFrame("a\nb");
  inbox.next();
  inbox.clear();
  inbox.addFrame("c");
  expect(all(inbox)).toEqual(["c"]);
});

test("any frames give their lines, the empty ones left out, but at least one each", () => {
  const text = fc.array(fc.constantFrom("\n", "a", "bc", "\n\n"), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (parts) => {
      const frames = parts.map((part) => part.join(""));
      const inbox = new Inbox({ onePerFrame: false });
      for (const frame of frames) inbox.addFrame(frame);
      const linesOf = (frame: string) => frame.split("\n").filter((line) => line !== "");
      const lines = frames.map(linesOf).map((some) => (some.length === 0 ? [""] : some));
      expect(all(inbox)).toEqual(lines.flat());
    }),
  );
});
