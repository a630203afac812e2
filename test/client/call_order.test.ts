/**
 * CallOrder: writes of a list are done in the order in which they were called and each once,
 * whatever becomes of connections and whenever the server has a list's writers come back later.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { connect } from "./support/connected.ts";
import type { FakeNetwork, FakeSocket, Sent } from "./support/fake_network.ts";

const LISTS = ["a", "b"];

/** What happens next; `some` chooses among what there is. */
interface Step {
  readonly what: "call" | "serve" | "lose" | "goaway" | "turn" | "wait";
  readonly some: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom("call", "call", "call", "serve", "lose", "goaway", "turn", "wait"),
  some: fc.nat(7),
});

/** Does what it is sent in the order of each connection; each write once. */
class Server {
  readonly done: string[] = [];
  readonly #network: FakeNetwork;
  readonly #busy = new Set<unknown>();
  readonly #served = new Map<FakeSocket, number>();

  constructor(network: FakeNetwork) {
    this.#network = network;
  }

  /** Does up to `max` of what came, newest connection first, and answers it, or not. */
  serve(max = Number.POSITIVE_INFINITY, isAnswered = true): void {
    for (const socket of this.#network.sockets.toReversed()) {
      for (let count = 0; count < max && socket.fate === "open"; count++) {
        const at = this.#served.get(socket) ?? 0;
        const call = socket.sent[at];
        if (call === undefined) break;
        this.#served.set(socket, at + 1);
        this.#do(socket, call, isAnswered);
      }
    }
  }

  /** What came is served first: a list does not change its mind between two calls of a burst. */
  turn(list: string | undefined): void {
    this.serve();
    if (!this.#busy.delete(list)) this.#busy.add(list);
  }

  isBusy(list: string): boolean {
    return this.#busy.has(list);
  }

  #do(socket: FakeSocket, call: Sent, isAnswered: boolean): void {
    const { list, n } = call.params;
    const name = `${String(list)} ${String(n)}`;
    if (this.#busy.has(list)) {
      if (isAnswered) socket.refuse("overloaded", { after_ms: 100, applied: "no" }, call);
      return;
    }
    if (!this.done.includes(name)) this.done.push(name);
    if (isAnswered) socket.reply(name, call);
  }
}

test("any steps: each write is done once, in order, and answered", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
      const { network, ask, outcomes } = await connect({}, { in_flight: 4 });
      const server = new Server(network);
      const called: string[] = [];
      for (const { what, some } of steps) {
        const list = LISTS[some % LISTS.length] ?? "a";
        if (what === "call") {
          called.push(`${list} ${called.length}`);
          ask("add_todo", called.length - 1, { list, write: true, timeoutMs: 60_000 });
        } else if (what === "serve") server.serve(some);
        else if (what === "turn") server.turn(list);
        else if (what === "wait") await network.advance(some * 100);
        else if (network.socket.fate === "open") {
          if (what === "goaway") network.socket.push("goaway", { within_ms: 9, jitter_ms: 100 });
          else {
            server.serve(some, false);
            network.socket.end();
          }
        }
      }
      for (const list of LISTS) if (server.isBusy(list)) server.turn(list);
      for (let ms = 0; ms < 30_000 && Object.keys(outcomes).length < called.length; ms += 100) {
        server.serve();
        await network.advance(100);
      }
      const of = (list: string, writes: string[]) => writes.filter((name) => name.startsWith(list));
      for (const list of LISTS) expect(of(list, server.done)).toEqual(of(list, called));
      expect(new Set(Object.values(outcomes))).toEqual(new Set(called));
    }),
    { numRuns: 500 },
  );
});
