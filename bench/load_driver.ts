/**
 * load_driver: keeps a server busy with add_todo and says what that cost the server.
 *
 * Params: one JSON argument, LoadOptions. Result: one JSON line on stdout, LoadFigures.
 * Order:  each connection has a list of its own and `outstanding` calls under way; every reply
 *         sends the next call. After the warm-up the same load goes on and is measured.
 * Cost:   frames are made by template and replies only counted, so that the server is the limit.
 */
import { createHistogram } from "node:perf_hooks";
import { cpuUs } from "./cpu_clock.ts";
import { openRawSocket, type RawSocket } from "./raw_socket.ts";

export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  /** Process id of the server whose CPU is read. */
  readonly serverPid: number;
  readonly connections: number;
  readonly outstanding: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What one run measured. */
export interface LoadFigures {
  readonly calls: number;
  readonly callsPerS: number;
  /** The server's CPU, all threads, in microseconds per answered call. */
  readonly cpuUsPerCall: number;
  /** The server's CPU over the time that passed; 1 is one core. */
  readonly busy: number;
  /** The same of this process. Near 1, it is the load that was measured. */
  readonly loadBusy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const ADDS_PER_LIST = 5000; // A list holds 10,000 todos: go on to a new list in time.
const DAYS = Array.from({ length: 28 }, (_, day) => `2026-12-${String(day + 1).padStart(2, "0")}`);

const latencies = createHistogram();
let answered = 0;

/** One connection: sends, counts what comes back, sends again. */
class Caller {
  readonly #socket: RawSocket;
  readonly #name: string;
  readonly #sentAt: number[] = []; // Replies about one list come in the order of the calls.
  #sent = 0;
  #list = "";

  constructor(socket: RawSocket, name: string) {
    this.#socket = socket;
    this.#name = name;
    socket.onFrame = (text) => this.#receive(text);
    socket.onClose = (why) => fail(`${name}: ${why}`);
  }

  begin(outstanding: number): void {
    for (let call = 0; call < outstanding; call++) this.#send();
  }

  #send(): void {
    const id = ++this.#sent;
    if (id % ADDS_PER_LIST === 1) this.#list = `${this.#name}-${id}`;
    const params =
      id % ADDS_PER_LIST === 1
        ? `"method":"start","params":{"list":"${this.#list}"}`
        : `"method":"add_todo","params":{"list":"${this.#list}",` +
          `"todo":{"title":"Todo number ${id}","date":"${DAYS[id % DAYS.length]}"}}`;
    this.#sentAt.push(performance.now());
    this.#socket.send(`{"jsonrpc":"2.0","id":${id},${params}}`);
  }

  #receive(frame: string): void {
    const messages = frame.includes("\n") ? frame.split("\n") : [frame];
    for (const message of messages) {
      if (message === "" || message.includes('"method":')) continue; // welcome, tick
      if (!message.includes('"result":')) fail(`${this.#name}: ${message.slice(0, 300)}`);
      const sentAt = this.#sentAt.shift() ?? 0;
      latencies.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)));
      answered++;
      this.#send();
    }
  }
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}

async function run(options: LoadOptions): Promise<LoadFigures> {
  for (let index = 0; index < options.connections; index++) {
    const socket = await openRawSocket(options.url, options.token);
    new Caller(socket, `bench-${index}`).begin(options.outstanding);
  }
  await new Promise((resolve) => setTimeout(resolve, options.warmUpMs));
  latencies.reset();
  const before = { calls: answered, cpuUs: cpuUs(options.serverPid), at: performance.now() };
  const loadBefore = cpuUs(process.pid);
  await new Promise((resolve) => setTimeout(resolve, options.measureMs));
  const calls = answered - before.calls;
  const cpu = cpuUs(options.serverPid) - before.cpuUs;
  const ms = performance.now() - before.at;
  return {
    calls,
    callsPerS: (calls / ms) * 1000,
    cpuUsPerCall: cpu / calls,
    busy: cpu / 1000 / ms,
    loadBusy: (cpuUs(process.pid) - loadBefore) / 1000 / ms,
    p50Ms: latencies.percentile(50) / 1000,
    p99Ms: latencies.percentile(99) / 1000,
  };
}

const figures = await run(JSON.parse(process.argv[2] ?? "{}") as LoadOptions);
console.log(JSON.stringify(figures));
process.exit(0);
