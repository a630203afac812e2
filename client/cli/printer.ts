/**
 * Printer: what a command prints: lines for people or JSON for programs, never both.
 *
 * Colours only on a terminal and without NO_COLOR (https://no-color.org).
 */
import { styleText } from "node:util";
import type { Output, Terminal } from "./terminal.ts";
import { visible } from "./terminal_text.ts";

/** The styles in use; a name of node:util styleText or several. */
export type Style = Parameters<typeof styleText>[0];
/** Puts a style around text, or does not. */
export type Paint = (style: Style, text: string) => string;

export class Printer {
  readonly json: boolean;
  readonly paint: Paint;
  readonly #stdout: Output;
  readonly #stderr: Output;

  constructor({ stdout, stderr, env }: Terminal, json: boolean) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
    const colours = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
    this.paint = colours
      ? (style, text) => styleText(style, text, { validateStream: false })
      : (_style, text) => text;
  }

  /** Columns to fit lines into; without end where no terminal is. */
  get columns(): number {
    return this.#stdout.isTTY === true ? (this.#stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  }

  /** One outcome: `value` as one line of JSON, or `lines` for people. */
  print(value: object, ...lines: readonly string[]): void {
    const text = this.json ? JSON.stringify(value) : lines.join("\n");
    if (text !== "") this.#stdout.write(`${text}\n`);
  }

  /** One sentence about what went wrong, on stderr, whoever's words are in it. */
  complain(sentence: string): void {
    this.#stderr.write(`${visible(sentence)}\n`);
  }
}
