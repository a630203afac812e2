/**
 * News: what the log says to a pid, whatever the bound of its mailbox.
 *
 * Every piece answers something the process itself asked for, so their number is bounded by that;
 * to lose one would leave a list waiting for ever.
 */
import type { Pid } from "../runtime/index.ts";

/** Nothing happens when the process is dead: whoever takes its place reads the log. */
export function tell<Message>(pid: Pid<Message>, news: Message): void {
  pid.process?.deliver(news);
}
