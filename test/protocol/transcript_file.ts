/**
 * TranscriptFile: a file of raw frames, as both its players read it: transcript.ts, for a server,
 * and ../client/transcripts.test.ts, for the client.
 *
 * Shape: one JSON object a line; `on` names the socket, "alice" when absent.
 *   {"server":["--flag","1"]}        first of all: a server of its own, with these flags
 *   {"connect":"alice"}              with the user's token and subprotocol todo.v1; "protocols":[…]
 *                                    and "token":"…"|null replace these; "http":401 wants a refusal
 *   {"send":message}                 one message in a frame; {"send":[…]} several in one frame;
 *                                    {"text":"…"} just that; {"binary":"…"} the same as binary
 *   {"expect":message}               the socket's next message; {"close":code} its end
 *   {"note":"…"}                     says what follows
 * In an array {"times":2,"each":[a,b]} stands for a,b,a,b; "…" in an object: and other members.
 * A text "$name" stands for a value: bound where it is first expected, the same from then on.
 */

/** One line. */
export interface Line {
  readonly server?: readonly string[];
  readonly on?: string;
  readonly connect?: string;
  readonly protocols?: readonly string[];
  readonly token?: string | null;
  readonly http?: number;
  readonly send?: unknown;
  readonly text?: string;
  readonly binary?: string;
  readonly expect?: unknown;
  readonly close?: number;
  readonly note?: string;
}

/** The lines with their numbers, notes and empty ones left out, what is said in short spelt out. */
export function readLines(text: string): (readonly [number: number, line: Line])[] {
  const lines = text.split("\n").map((line, index) => [index + 1, line] as const);
  return lines
    .filter(([, line]) => line.trim() !== "")
    .map(([number, line]) => [number, JSON.parse(line, spellOut) as Line] as const)
    .filter(([, line]) => line.note === undefined);
}

/** '$pid12' → "pid", "$pid" → "pid"; undefined: the value stands for itself. */
export function kindOf(value: unknown): string | undefined {
  return typeof value === "string" ? /^\$([a-z]+)\d*$/.exec(value)?.[1] : undefined;
}

function spellOut(_name: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.flatMap((entry: { readonly times?: number; readonly each?: unknown[] } | null) => {
    const { times, each } = entry ?? {};
    if (times === undefined || each === undefined) return [entry];
    return Array.from({ length: times }, () => each).flat();
  });
}
