/**
 * Tour: the commands of a Markdown section and what they print, played one after the other.
 *
 * Shape: in ```console blocks a line "$ COMMAND" is run by the shell, the lines up to the next one
 *        are all it prints; "…" stands for anything within a line. "$ COMMAND &" stays in the
 *        background; what it prints later is shown behind the lines of the command that caused it.
 */

import { spawn } from "node:child_process";
import { vi } from "vitest";
import { type Running, watched, within } from "../support/server_process.ts";

const DEADLINE_MS = 20_000;

/** One command, and the lines that are shown under it. */
export interface Step {
  readonly command: string;
  readonly background: boolean;
  readonly output: readonly string[];
}

/** The steps of the section "## heading"; undefined when there is no such section. */
export function tourOf(markdown: string, heading: string): Step[] | undefined {
  const lines = markdown.split("\n");
  const first = lines.indexOf(`## ${heading}`);
  if (first === -1) return undefined;
  const rest = lines.slice(first + 1);
  const last = rest.findIndex((line) => line.startsWith("## "));
  const section = rest.slice(0, last === -1 ? undefined : last).join("\n");
  return [...section.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    stepsOf(block),
  );
}

function stepsOf(block: string): Step[] {
  const [before, ...commands] = `\n${block}`.split("\n$ ");
  if (before !== "") throw new Error(`a block begins with a command; ${before} came`);
  return commands.map((text) => {
    const [command = "", ...output] = text.trimEnd().split("\n");
    const background = command.endsWith(" &");
    return { command: background ? command.slice(0, -2) : command, background, output };
  });
}

/** What differs between the lines shown and the text printed; undefined: nothing. */
export function differenceOf(shown: readonly string[], printed: string): string | undefined {
  const lines = printed === "" ? [] : printed.replace(/\n$/, "").split("\n");
  const fits =
    shown.length === lines.length && shown.every((line, at) => fitsLine(line, lines[at]));
  return fits ? undefined : `shown:\n${shown.join("\n")}\nprinted:\n${lines.join("\n")}`;
}

function fitsLine(shown: string, printed: string | undefined): boolean {
  const parts = shown.trimEnd().split("…").map(escaped);
  return printed !== undefined && new RegExp(`^${parts.join(".*")}$`, "u").test(printed.trimEnd());
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Runs tours with these variables beside the test's own. */
export class TourRunner {
  readonly #env: NodeJS.ProcessEnv;
  readonly #background: { readonly running: Running; shown: string[] }[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Plays a step; throws when it prints something else than is shown, or fails. */
  async play({ command, background, output }: Step): Promise<void> {
    const running = this.#run(command);
    if (background) {
      this.#background.push({ running, shown: [] });
      await this.#backgroundShows(output);
      return;
    }
    const { code, stdout, stderr } = await within(running.ended, command, () =>
      running.child.kill("SIGKILL"),
    );
    const own = stdout === "" ? 0 : stdout.replace(/\n$/, "").split("\n").length;
    const difference = differenceOf(output.slice(0, own), stdout);
    if (code !== 0 || difference !== undefined) {
      throw new Error(`$ ${command}\nended ${code}\n${difference ?? ""}\n${stderr}`);
    }
    await this.#backgroundShows(output.slice(own));
  }

  /** Ends what is in the background. */
  async end(): Promise<void> {
    for (const { running } of this.#background.splice(0)) {
      const { pid } = running.child;
      if (pid !== undefined) process.kill(-pid, "SIGKILL"); // The whole group: npm, node.
      await running.ended;
    }
  }

  /** Waits until the command in the background has printed these lines behind those before. */
  async #backgroundShows(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const last = this.#background.at(-1);
    if (last === undefined) throw new Error(`these lines are nobody's:\n${lines.join("\n")}`);
    last.shown.push(...lines);
    await vi.waitFor(
      () => {
        const difference = differenceOf(last.shown, last.running.stdout());
        if (difference !== undefined) throw new Error(`in the background: ${difference}`);
      },
      { timeout: DEADLINE_MS, interval: 10 },
    );
  }

  #run(command: string): Running {
    const env = { ...process.env, ...this.#env };
    // A group of its own, so that all of what it starts can be ended together.
    return watched(
      spawn("sh", ["-c", command], { env, detached: true, stdio: ["ignore", "pipe", "pipe"] }),
    );
  }
}
