/**
 * FakeTerminal: a terminal for commands that a test runs in its own process.
 *
 * Keeps what was written and lets a test wait for a part of it, press Ctrl-C or change the size.
 */
import type { Input, Terminal } from "../../../client/cli/terminal.ts";

class Written {
  readonly isTTY: boolean;
  columns = 60;
  rows = 12;
  text = "";
  #waiting: (() => void)[] = [];

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Until what was written holds `part`. */
  async until(part: string): Promise<void> {
    while (!this.text.includes(part)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

export class FakeTerminal implements Terminal {
  readonly env: Record<string, string>;
  readonly stdout: Written;
  readonly stderr = new Written(false);
  readonly stdin: Input;
  #interrupts: (() => void)[] = [];
  #resizes: (() => void)[] = [];

  /** `input`: what standard input holds; with `isTTY`, what the user types. */
  constructor(
    env: Record<string, string>,
    { isTTY = false, input = "" }: { readonly isTTY?: boolean; readonly input?: string } = {},
  ) {
    this.env = env;
    this.stdin = { isTTY, lines: () => linesOf(input) };
    this.stdout = new Written(isTTY);
  }

  now(): Date {
    return new Date(2026, 10, 25, 23, 30);
  }

  /** All that is to come later comes at once. */
  readonly later = (_ms: number, run: () => void): (() => void) => {
    run();
    return () => {};
  };

  systemUser(): string {
    return "sys";
  }

  onInterrupt(run: () => void): void {
    this.#interrupts.push(run);
  }

  onResize(run: () => void): void {
    this.#resizes.push(run);
  }

  interrupt(): void {
    for (const run of this.#interrupts) run();
  }

  resize(columns: number, rows: number): void {
    this.stdout.columns = columns;
    this.stdout.rows = rows;
    for (const run of this.#resizes) run();
  }
}

async function* linesOf(text: string): AsyncGenerator<string> {
  if (text !== "") yield* text.replace(/\n$/, "").split("\n");
}
