/**
 * Coordinator: one run from the first connection to the last list deleted.
 *
 * Order: admission, lists, processes and their connections; the measured time; answers and pushes
 *        still under way; copies compared; processes ended; lists deleted, also after a failure.
 * Bound: every step has a deadline.
 */
import { type Admission, admit } from "./admission.ts";
import { within } from "./deadline.ts";
import { LoadError } from "./load_error.ts";
import type { LoadOptions } from "./load_options.ts";
import type { FromWorker, LoadBusy } from "./messages.ts";
import type { Outcome } from "./outcome.ts";
import { type Measured, outcomeOf } from "./outcome_of.ts";
import type { Progress } from "./progress.ts";
import { leftBehindSentence, RunLists } from "./run_lists.ts";
import { SCENARIOS } from "./scenarios/scenarios.ts";
import { locateServer, type Usage, usageOf } from "./server_usage.ts";
import { Totals } from "./tally.ts";
import { type Saying, WorkerProcess } from "./worker_process.ts";

const CONNECT_MS_MAX = 120_000;
const END_MS_MAX = 15_000; // A call is answered within 5 s, or the server does not answer.
const SETTLE_MS_MAX = 60_000;
const LIVE_MS = 200;

/** How a run is watched and ended early. */
export interface RunHooks {
  readonly progress: Progress;
  /** Ends the measured time; before it, the run. */
  readonly signal: AbortSignal;
}

/** Throws a LoadError when there is nothing to report. */
export async function run(options: LoadOptions, hooks: RunHooks): Promise<Outcome> {
  const name = `load-${Date.now().toString(36)}-${process.pid}`;
  const admission = await admit(options, name);
  const lists = new RunLists(options.url, admission);
  let measured: Measured;
  try {
    hooks.progress.phase(`making ${admission.plan.lists.length} lists`);
    await lists.make(hooks.signal);
    measured = await new Coordinator(options, hooks, admission).measure();
  } catch (error) {
    const left = leftBehindSentence(await lists.remove(hooks.progress));
    if (!(error instanceof Error) || left === "") throw error;
    const exit = error instanceof LoadError ? error.exit : undefined;
    throw new LoadError(`${error.message} ${left}`, exit);
  }
  if (options.keep) return outcomeOf(options, measured, lists.keep());
  return outcomeOf(options, measured, await lists.remove(hooks.progress));
}

class Coordinator {
  readonly #options: LoadOptions;
  readonly #hooks: RunHooks;
  readonly #admission: Admission;
  readonly #totals: Totals;
  readonly #workers: WorkerProcess[] = [];
  readonly #connected: number[] = [];
  readonly #seats: number;
  #ending = false;

  constructor(options: LoadOptions, hooks: RunHooks, admission: Admission) {
    this.#options = options;
    this.#hooks = hooks;
    this.#admission = admission;
    const { shares } = admission.plan;
    this.#seats = shares.reduce((sum, { seats }) => sum + seats.length, 0);
    const listening = shares.filter(({ seats }) => seats.some((seat) => seat.subscribes)).length;
    this.#totals = new Totals(listening);
  }

  async measure(): Promise<Measured> {
    const server = locateServer(this.#options.url);
    const usage = (): Usage | undefined => (server.ok ? usageOf(server.pid) : undefined);
    const before = usage();
    try {
      await this.#connect();
      const connected = usage();
      const startMs = performance.now();
      for (const worker of this.#workers) worker.send({ type: "begin" });
      await this.#watch(startMs);
      const watchedMs = performance.now() - startMs;
      const interrupted = this.#hooks.signal.aborted;
      this.#hooks.progress.phase("waiting for the last answers");
      const load = await this.#end();
      const seconds = (performance.now() - startMs) / 1000;
      const end = usage();
      if (!this.#totals.errors.has(NO_ANSWER)) await this.#settle();
      return {
        admission: this.#admission,
        totals: this.#totals,
        seats: this.#seats,
        seconds,
        waitedSeconds: seconds - watchedMs / 1000,
        interrupted,
        load,
        server,
        usage: { before, connected, end },
      };
    } finally {
      this.#ending = true;
      this.#hooks.progress.phase("ending the load processes");
      await Promise.all(this.#workers.map((worker) => worker.close()));
    }
  }

  async #connect(): Promise<void> {
    const { plan, tokens } = this.#admission;
    const { url, scenario, outstanding, seed } = this.#options;
    const { reconnects = false, timesLast = false, compares = false } = SCENARIOS[scenario];
    const ready = plan.shares.map(({ seats, rate }, index) => {
      const worker = new WorkerProcess((message) => this.#hear(index, message));
      this.#workers.push(worker);
      const orders = { url, tokens, seats, rate, outstanding, reconnects, timesLast, compares };
      worker.send({ type: "plan", orders: { ...orders, seed: seed + index } });
      return worker.saying("ready");
    });
    const late = `Not all of ${this.#seats} connections were there in ${CONNECT_MS_MAX / 1000} s.`;
    await within(Promise.all(ready), { ms: CONNECT_MS_MAX, late, signal: this.#hooks.signal });
  }

  /** The measured time; a signal or a server that is gone end it early. */
  async #watch(startMs: number): Promise<void> {
    const { seconds } = this.#options;
    const { progress, signal } = this.#hooks;
    const over = Promise.withResolvers<void>();
    const finish = (): void => over.resolve();
    const timer = setTimeout(finish, seconds * 1000);
    const live = setInterval(() => {
      const elapsedS = (performance.now() - startMs) / 1000;
      progress.live({ elapsedS, seconds, totals: this.#totals });
    }, LIVE_MS);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
    try {
      const deserted = this.#workers.map((worker) => worker.saying("deserted"));
      await Promise.race([over.promise, Promise.all(deserted)]);
    } finally {
      clearTimeout(timer);
      clearInterval(live);
      signal.removeEventListener("abort", finish);
    }
  }

  /** How busy each process was, of those that got their answers. */
  async #end(): Promise<LoadBusy[]> {
    const ended = this.#workers.map(async (worker) => {
      return this.#answered(worker, { ask: "end", answer: "ended", ms: END_MS_MAX });
    });
    return (await Promise.all(ended)).flatMap((said) => (said === undefined ? [] : [said.busy]));
  }

  /** Every push has arrived, and every copy is compared where a scenario does that. */
  async #settle(): Promise<void> {
    this.#hooks.progress.phase("waiting for the last pushes");
    await Promise.all(
      this.#workers.map((worker) =>
        this.#answered(worker, { ask: "settle", answer: "settled", ms: SETTLE_MS_MAX }),
      ),
    );
  }

  /** What a process says to what it is asked. One that does not counts as `no_answer`. */
  async #answered<Type extends "ended" | "settled">(
    worker: WorkerProcess,
    step: { readonly ask: "end" | "settle"; readonly answer: Type; readonly ms: number },
  ): Promise<Saying<Type> | undefined> {
    const saying = worker.saying(step.answer);
    worker.send({ type: step.ask });
    try {
      return await within(saying, { ms: step.ms, late: NO_ANSWER });
    } catch (error) {
      if (!(error instanceof LoadError) || error.message !== NO_ANSWER) throw error;
      this.#totals.error(NO_ANSWER);
      return undefined;
    }
  }

  #hear(index: number, message: FromWorker): void {
    if (message.type === "told") this.#totals.add(message.told);
    if (message.type !== "connected" || this.#ending) return;
    this.#connected[index] = message.connections;
    const count = this.#connected.reduce((sum, each) => sum + each, 0);
    this.#hooks.progress.phase(`connecting ${count} of ${this.#seats}`);
  }
}

const NO_ANSWER = "no_answer";
