/**
 * WorkerProcess: a child process that makes load, as the coordinator sees it.
 *
 * Owner: the coordinator; `close` lets it end by itself and kills it when it does not.
 * Errors: one that ends before its time, or says `failed`, fails whoever waits for it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { LoadError } from "./load_error.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const CLOSE_MS_MAX = 5000;

type Said = FromWorker["type"];
/** A message of this type. */
export type Saying<Type extends Said> = Extract<FromWorker, { readonly type: Type }>;

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<Said, PromiseWithResolvers<FromWorker>>();
  #failure: LoadError | undefined;
  #closing = false;

  /** `told`: hears everything it says, before whoever waits for it. */
  constructor(told: (message: FromWorker) => void) {
    this.#child = fork(new URL("./worker.ts", import.meta.url), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      serialization: "advanced", // Latencies go as typed arrays.
    });
    this.#child.on("message", (message: FromWorker) => {
      told(message);
      if (message.type === "failed") this.#fail(message.sentence);
      this.#waiting.get(message.type)?.resolve(message);
    });
    this.#child.on("error", (error) => this.#fail(`A load process failed: ${error.message}.`));
    this.#child.on("exit", (code, signal) => {
      if (!this.#closing) this.#fail(`A load process ended by itself (${code ?? signal}).`);
    });
  }

  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** The next message of this type; throws the LoadError of its failure. */
  async saying<Type extends Said>(type: Type): Promise<Saying<Type>> {
    if (this.#failure !== undefined) throw this.#failure;
    const waiting = Promise.withResolvers<FromWorker>();
    this.#waiting.set(type, waiting);
    return (await waiting.promise) as Saying<Type>;
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS_MAX);
    await ended;
    clearTimeout(timer);
  }

  #fail(sentence: string): void {
    this.#failure ??= new LoadError(sentence);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
  }
}
