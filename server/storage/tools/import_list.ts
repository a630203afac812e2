/**
 * ImportList: a list that was exported, made a new list of a store: all of it or nothing.
 *
 * Bound: only while no server has the store: its storage thread would not know the new list's head.
 * Errors: a sentence that names the line. What the store refuses (the id is taken, a member of too
 *   many lists) is one as well.
 */
import { nanoid } from "nanoid";
import type { Append, Refusal } from "../event_log.ts";
import { EventWriter } from "../event_writer.ts";
import { reasonOf } from "../sqlite_error.ts";
import { openTrusted } from "../start_check.ts";
import { lockStore } from "../store_lock.ts";
import { type IntakeOptions, ListIntake } from "./list_intake.ts";
import { OwnMark } from "./own_mark.ts";
import { type Refused, refused } from "./store_file.ts";
import { LINE_BYTES_MAX, linesOf } from "./text_lines.ts";

const NO_LINE = `it is no UTF-8, or longer than ${LINE_BYTES_MAX} bytes.`;

/** The new list's id, and how many events it has. */
export type Imported =
  | { readonly ok: true; readonly list: string; readonly events: number }
  | Refused;

/** `list`: the id it is to have; undefined: a new one that cannot be guessed. */
export interface ImportOptions extends IntakeOptions {
  readonly list: string | undefined;
}

/** Makes a list of what is in those chunks in the store at `path`, whose folder must exist. */
export async function importList(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  options: ImportOptions,
): Promise<Imported> {
  const lock = lockStore(path); // Before the lines are read, which may take long.
  if (!lock.ok) return lock;
  try {
    const intake = new ListIntake(options);
    let number = 0;
    for await (const line of linesOf(chunks)) {
      number += 1;
      const fault = line === undefined ? refused(NO_LINE) : intake.take(line);
      if (fault !== undefined) return refused(`Line ${number}: ${fault.message}`);
    }
    const ended = intake.end(options.list);
    if (!ended.ok) return refused(`After line ${number}: ${ended.message}`);
    return write(path, ended.append);
  } catch (error) {
    return refused(`It cannot be read, or written to ${path}: ${reasonOf(error)}.`);
  } finally {
    lock.release();
  }
}

function write(path: string, append: Append): Imported {
  const mark = new OwnMark(path);
  const opened = openTrusted(path, { generation: nanoid(12), secret: nanoid() });
  if (!opened.ok) return opened;
  const writer = new EventWriter(opened.db);
  mark.look(writer.pos);
  const reason = writer.commit([append]).get(0);
  writer.checkpoint();
  const { pos } = writer;
  writer.close();
  mark.renew(pos);
  const { list, rows } = append;
  if (reason !== undefined) return refused(sentenceFor(reason, list));
  return { ok: true, list, events: rows.length };
}

function sentenceFor(reason: Refusal, list: string): string {
  switch (reason) {
    case "fence":
      return `The id ${list} is taken, perhaps by a list that was deleted; give another by --list.`;
    case "limit":
      return "One of its members is a member of as many lists as anybody may be.";
    case "read_only":
      return "The disk is full or read-only.";
    case "made":
    case "constraint":
      return `The store cannot hold it (${reason}).`;
    default:
      return reason satisfies never;
  }
}
