/**
 * DateInput: a calendar day as people write it on the command line.
 *
 * Shape: "2026-12-24", "today", "tomorrow", and "none" for no day; days are those of the local time
 *        zone.
 */
import { isDate } from "../../shared/protocol/date.ts";
import { CliError, EXIT } from "./exit_code.ts";

/** dateInput("tomorrow", now) → "2026-11-26"; "none" → null; others: throws CliError (usage). */
export function dateInput(text: string, now: Date): string | null {
  const word = text.toLowerCase();
  if (word === "none") return null;
  if (word === "today") return localDay(now, 0);
  if (word === "tomorrow") return localDay(now, 1);
  if (isDate(text)) return text;
  throw new CliError(
    EXIT.usage,
    `A date is a day like 2026-12-24, today, tomorrow or none; ${JSON.stringify(text)} came.`,
  );
}

/** The local day so many days after `now`: "2026-11-25". */
export function localDay(now: Date, daysLater: number): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysLater);
  const year = String(day.getFullYear()).padStart(4, "0");
  const month = String(day.getMonth() + 1).padStart(2, "0");
  return `${year}-${month}-${String(day.getDate()).padStart(2, "0")}`;
}
