/**
 * Command log: what happened to a list, newest first: when, who, what.
 *
 * JSON: a line per event, as its push has it. --quiet: seqs.
 */
import type { EventParams } from "../../../shared/protocol/results.ts";
import * as TodoEvent from "../../../shared/todo/todo_event.ts";
import type { TodoClient } from "../../todo_client.ts";
import { withClient } from "../connect.ts";
import { localDay } from "../date_input.ts";
import { eventLine } from "../event_line.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { positiveInteger } from "../todo_input.ts";

const EVENTS_DEFAULT = 20;
const PAGE_EVENTS_MAX = 500; // PROTOCOL.md section 4.
/** Read beyond what is shown: what an older event says makes the line of a newer one clearer. */
const CONTEXT_EVENTS = 80;

export function log(
  invocation: Invocation,
  { limit: text = String(EVENTS_DEFAULT) }: { readonly limit?: string },
): Promise<ExitCode> {
  const { printer } = invocation;
  const limit = limitInput(text);
  return withClient(invocation, async (client) => {
    const { list, title } = await chooseList(client, invocation);
    const events = await readHistory(client, list, limit + CONTEXT_EVENTS);
    const lines = linesOf(events).slice(0, limit);
    if (lines.length === 0) lines.push(`Nothing has happened to ${quoted(title)} yet.`);
    printer.printAll(
      events.slice(0, limit).map((event) => ({ json: event, id: event.seq })),
      lines,
    );
    return EXIT.ok;
  });
}

/** At most `wanted` events, newest first. */
async function readHistory(
  client: TodoClient,
  list: string,
  wanted: number,
): Promise<EventParams[]> {
  const events: EventParams[] = [];
  for (;;) {
    const limit = Math.min(wanted - events.length, PAGE_EVENTS_MAX);
    const last = events.at(-1);
    const before = last === undefined ? {} : { before: last.seq };
    const page = await client.history(list, { limit, ...before });
    events.push(...page.events);
    if (page.more !== true || page.events.length === 0 || events.length >= wanted) return events;
  }
}

/** From the oldest on, so that each line may say what the todo was before. */
function linesOf(events: readonly EventParams[]): string[] {
  let state = TodoEvent.empty("");
  const lines = events.toReversed().map((event) => {
    const line = `${whenOf(event.at)}  ${eventLine(event, state.todos)}`;
    state = TodoEvent.apply(state, event);
    return line;
  });
  return lines.reverse();
}

/** "2026-11-25 14:03", local time. */
function whenOf(at: number): string {
  const date = new Date(at);
  const clock = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0"));
  return `${localDay(date, 0)} ${clock.join(":")}`;
}

function limitInput(text: string): number {
  const limit = positiveInteger(text);
  if (limit !== undefined) return limit;
  throw new CliError(EXIT.usage, `--limit wants a number from 1 on; ${JSON.stringify(text)} came.`);
}
