/**
 * DateInput: a calendar day as people write it on the command line.
 *
 * Shape: "2026-12-24", "today", "tomorrow", a weekday by its name or the first three letters of it
 *        or more ("fri"), "in 2 weeks", and "none" for no day. Case does not matter.
 *        Days are those of the local time zone. A weekday is the next one: today does not count,
 *        on a Friday "fri" is a week away. A month later than the 31st is the month's last day.
 * Errors: CliError (usage).
 */
import { isDate } from "../../shared/protocol/date.ts";
import { CliError, EXIT } from "./exit_code.ts";

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const WEEKDAY_LETTERS_MIN = 3;
const DAYS_OF_WEEK = 7;
const IN = /^in (\d{1,4}) (day|week|month)s?$/;
const DAY_LIKE = /^\d{4}-\d\d-\d\d$/;

/** A day of the local calendar; months count from 0, as in Date. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** dateInput("tomorrow", now) → "2026-11-26"; "none" → null. */
export function dateInput(text: string, now: Date): string | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, " ");
  if (words === "none") return null;
  if (isDate(words)) return words;
  const day = dayOf(words, now);
  if (day !== undefined && isDate(day)) return day;
  throw new CliError(EXIT.usage, sentenceFor(text, { like: DAY_LIKE.test(words), day }));
}

/** The local day so many days after `now`: "2026-11-25". */
export function localDay(now: Date, daysLater: number): string {
  const { year, month, day } = partsOf(now);
  return written(new Date(year, month, day + daysLater));
}

function dayOf(words: string, now: Date): string | undefined {
  if (words === "today") return localDay(now, 0);
  if (words === "tomorrow") return localDay(now, 1);
  const [, count, unit] = IN.exec(words) ?? [];
  if (unit === "day") return localDay(now, Number(count));
  if (unit === "week") return localDay(now, Number(count) * DAYS_OF_WEEK);
  if (unit === "month") return monthsLater(now, Number(count));
  return weekday(words, now);
}

function weekday(word: string, now: Date): string | undefined {
  if (word.length < WEEKDAY_LETTERS_MIN) return undefined;
  const wanted = WEEKDAYS.findIndex((name) => name.startsWith(word));
  if (wanted === -1) return undefined;
  const ahead = (wanted - now.getDay() + DAYS_OF_WEEK) % DAYS_OF_WEEK;
  return localDay(now, ahead === 0 ? DAYS_OF_WEEK : ahead);
}

function monthsLater(now: Date, months: number): string {
  const { year, month, day } = partsOf(now);
  const last = new Date(year, month + months + 1, 0); // Day 0: the last of the month before.
  return written(new Date(last.getFullYear(), last.getMonth(), Math.min(day, last.getDate())));
}

function partsOf(date: Date): Day {
  return { year: date.getFullYear(), month: date.getMonth(), day: date.getDate() };
}

function written(date: Date): string {
  const { year, month, day } = partsOf(date);
  return [
    String(year).padStart(4, "0"),
    String(month + 1).padStart(2, "0"),
    String(day).padStart(2, "0"),
  ].join("-");
}

/** `like`: it has the shape of a day. `day`: the one it means, beyond the last. */
function sentenceFor(
  text: string,
  { like, day }: { readonly like: boolean; readonly day: string | undefined },
): string {
  const came = JSON.stringify(text);
  if (day !== undefined) return `The last day that a date can be is 9999-12-31; ${came} is later.`;
  if (like) return `The calendar has no day ${came}; want one like 2026-12-24.`;
  return (
    'A date is a day like 2026-12-24, today, tomorrow, fri, "in 2 weeks" or none; ' +
    `${came} came.`
  );
}
