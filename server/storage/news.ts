/**
 * News: what the log says to a pid, whatever the bound of its mailbox.
 *
 * Every piece answers something the process itself asked for, so their number is bounded by that;
 * to lose one would leave a list waiting for ever.
 */
import type { Pid } from "../runtime/index.ts";
import { type Append, type AppendNews, firstSeqOf, type Refusal } from "./event_log.ts";

/** Nothing happens when the process is dead: whoever takes its place reads the log. */
export function tell<Message>(pid: Pid<Message>, news: Message): void {
  pid.process?.deliver(news);
}

/** The append was not made; who made it hears why. */
export function tellRefused(append: Append, owner: Pid<AppendNews>, reason: Refusal): void {
  tell(owner, { type: "refused", list: append.list, seq: firstSeqOf(append), reason });
}
