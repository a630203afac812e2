/**
 * Inbox: frames become messages, in order.
 */
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
  inbox.addFrame("");
  inbox.addFrame("c");
  expect(all(inbox)).toEqual(["a", "b", "c"]);
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
