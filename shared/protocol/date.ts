/**
 * Date: calendar days "YYYY-MM-DD" of the years 0001..9999, without a time zone.
 *
 * Source: PROTOCOL.md section 3; RFC 3339 `full-date` in the proleptic Gregorian calendar.
 */

const ZERO = 0x30; // The character "0".
const DATE = /^\d{4}-\d\d-\d\d$/;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What a refusal says is wanted. */
export const DATE_WANTED = "a real calendar day as YYYY-MM-DD";

/** Whether `text` is a day that exists: "2016-02-29" is, "2017-02-29" and "0000-01-01" are not. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const { year, month, day } = partsOf(text);
  return year >= 1 && day >= 1 && day <= daysOf(year, month);
}

/**
 * An integer >= 1 for a day, ascending as days do: "0001-01-01" → 404. To tell days apart and put
 * them in order, not to count them: every month takes 31 numbers.
 */
export function dayKey(date: string): number {
  const { year, month, day } = partsOf(date);
  return (year * 12 + month - 1) * 31 + day;
}

function partsOf(date: string): { year: number; month: number; day: number } {
  const year = pair(date, 0) * 100 + pair(date, 2);
  return { year, month: pair(date, 5), day: pair(date, 8) };
}

/** The number that the two digits at `index` are. */
function pair(text: string, index: number): number {
  return (text.charCodeAt(index) - ZERO) * 10 + text.charCodeAt(index + 1) - ZERO;
}

/** 0 for a month that does not exist. */
function daysOf(year: number, month: number): number {
  if (month === 2 && isLeap(year)) return 29;
  return DAYS_OF_MONTH[month - 1] ?? 0;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
