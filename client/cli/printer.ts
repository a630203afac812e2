/**
 * Printer: what a command prints: lines for people, JSON for programs or ids alone; never two.
 *
 * Shape: JSON is one value per line: one per outcome, and of what is listed one per entry.
 *        Colours on a terminal without NO_COLOR (https://no-color.org), or by FORCE_COLOR.
 */
import { styleText } from "node:util";
import type { CliError } from "./exit_code.ts";
import type { Output, Terminal } from "./terminal.ts";
import { visible } from "./terminal_text.ts";

/** The styles in use; a name of node:util styleText or several. */
export type Style = Parameters<typeof styleText>[0];
/** Puts a style around text, or does not. */
export type Paint = (style: Style, text: string) => string;
/** Whom a command prints for: people, programs (--json), or whoever wants ids alone (--quiet). */
export type PrintMode = "lines" | "json" | "ids";

/** One outcome, or one entry of what is listed. `id`: what --quiet prints of it, if anything. */
export interface Printed {
  readonly json: object;
  readonly id?: string | number;
}

export class Printer {
  readonly mode: PrintMode;
  readonly paint: Paint;
  readonly #terminal: Terminal;
  readonly #line: number | undefined;

  /** `line`: which line of standard input the command stands in; JSON and complaints name it. */
  constructor(terminal: Terminal, mode: PrintMode, line?: number) {
    this.mode = mode;
    this.#terminal = terminal;
    this.#line = line;
    this.paint = hasColours(terminal)
      ? (style, text) => styleText(style, text, { validateStream: false })
      : (_style, text) => text;
  }

  /** Columns to fit lines into; without end where no terminal is. */
  get columns(): number {
    const { stdout } = this.#terminal;
    return stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  }

  /** One outcome, or `lines` that say it to people. */
  print(printed: Printed, ...lines: readonly string[]): void {
    this.printAll([printed], lines);
  }

  /** What is listed, entry by entry; or `lines` that show it to people. */
  printAll(entries: Iterable<Printed>, lines: readonly string[]): void {
    const texts = this.mode === "lines" ? lines : Array.from(entries, (entry) => this.#text(entry));
    const text = texts.filter((line) => line !== undefined).join("\n");
    if (text !== "") this.#write(this.#terminal.stdout, text);
  }

  /** One sentence about what went wrong, on stderr, whoever's words are in it. */
  complain(sentence: string): void {
    const where = this.#line === undefined ? "" : `Line ${this.#line}: `;
    this.#write(this.#terminal.stderr, visible(`${where}${sentence}`));
  }

  /** Why a command, or the part of it that `about` names, failed. */
  fail({ message, kind }: CliError, about: object = {}): void {
    if (this.mode === "json") this.print({ json: { ...about, error: { kind, message } } });
    this.complain(message);
  }

  #text({ json, id }: Printed): string | undefined {
    if (this.mode === "ids") return id === undefined ? undefined : visible(String(id));
    return JSON.stringify(this.#line === undefined ? json : { line: this.#line, ...json });
  }

  #write(output: Output, text: string): void {
    output.write(`${text}\n`);
  }
}

/** FORCE_COLOR goes before NO_COLOR, as in Node; set to nothing, a variable is not set. */
function hasColours({ stdout, env }: Terminal): boolean {
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}
