/**
 * Crew: the connections of one process: it connects them, lets them work, and compares at the end.
 *
 * Errors: a connection that is lost counts by its close code and is not made again; a failure while
 *         connecting is thrown, for a run that is not complete measures something else.
 */
import type { List } from "../../shared/protocol/results.ts";
import { type Random, seeded } from "../../shared/random.ts";
import { nowUs } from "./clock.ts";
import { Connector } from "./connector.ts";
import { LastArrivals } from "./last_arrivals.ts";
import type { Orders } from "./messages.ts";
import { Pace, type Performer } from "./pace.ts";
import type { Seat } from "./plan.ts";
import { PushReader } from "./push_reader.ts";
import { Subscriber } from "./subscriber.ts";
import { Tally } from "./tally.ts";
import { type Answer, type WireAddress, WireClient, type WireListener } from "./wire_client.ts";
import { Writer } from "./writer.ts";

const CONNECTING_MAX = 32; // At a time: the server is not to be measured at its door.
const COMPARE_TRIES = 5; // Others may write to the list too: then it is read again.
const REACH_MS_MAX = 10_000;
const REACH_STEP_MS = 10;

/** A subscriber, and the connection it is told over. */
interface Listener {
  readonly client: WireClient;
  readonly subscriber: Subscriber;
}

export class Crew {
  readonly tally = new Tally();
  readonly #orders: Orders;
  readonly #random: Random;
  readonly #reader = new PushReader();
  readonly #arrivals: LastArrivals | undefined;
  readonly #performers: Performer[] = [];
  readonly #listeners = new Map<string, Listener[]>();
  readonly #clients: WireClient[] = [];
  readonly #deserted = Promise.withResolvers<void>();
  #lost = 0;
  #closed = false;
  #pace: Pace | undefined;

  constructor(orders: Orders) {
    const { seed, seats, timesLast } = orders;
    this.#orders = orders;
    this.#random = seeded(seed);
    const subscribers = seats.filter(({ subscribes }) => subscribes).length;
    this.#arrivals = timesLast ? new LastArrivals(subscribers) : undefined;
  }

  /** How many seats are taken. */
  get connections(): number {
    return this.#clients.length;
  }

  /** Takes every seat. Throws the RpcError or LoadError of the first that cannot be taken. */
  async connect(): Promise<void> {
    const { seats, reconnects } = this.#orders;
    if (reconnects) {
      for (const { user, list } of seats) {
        this.#performers.push(new Connector(this.#address(user), list, this.tally));
      }
      return;
    }
    const waiting = [...seats];
    const take = async (): Promise<void> => {
      for (let seat = waiting.shift(); seat !== undefined; seat = waiting.shift()) {
        if (this.#closed) return;
        await this.#take(seat);
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_MAX }, take));
  }

  /** Resolves when every connection is lost; never where they are made anew. */
  get deserted(): Promise<void> {
    return this.#deserted.promise;
  }

  begin(): void {
    const { rate, outstanding } = this.#orders;
    const clock = { nowUs, later: (ms: number, run: () => void) => void setTimeout(run, ms) };
    this.#pace = new Pace({ performers: this.#performers, rate, outstanding, clock });
    if (this.#performers.length > 0) this.#pace.begin();
  }

  /** Resolves when everything that is under way is answered. */
  async end(): Promise<void> {
    if (this.#pace === undefined || this.#performers.length === 0) return;
    this.tally.count("unsent", this.#pace.unsent);
    await this.#pace.end();
  }

  /**
   * Resolves when every subscriber has been told what was written, and its copy is compared. The
   * writers of all processes are through.
   */
  async settle(): Promise<void> {
    const all = [...this.#listeners.values()].flat();
    await Promise.all(all.map((listener) => this.#catchUp(listener)));
    if (!this.#orders.compares) return;
    for (const listeners of this.#listeners.values()) await this.#compareList(listeners);
  }

  /** Also while connecting: no more seats are taken. */
  close(): void {
    this.#closed = true;
    for (const client of this.#clients) client.close();
  }

  #address(user: string): WireAddress {
    return { url: this.#orders.url, token: this.#orders.tokens[user] };
  }

  async #take({ user, list, subscribes, writes, todosMax }: Seat): Promise<void> {
    const { tally } = this;
    const subscriber = subscribes
      ? new Subscriber(list, { reader: this.#reader, tally, arrivals: this.#arrivals })
      : undefined;
    const listener: WireListener = {
      pushed: (text) => subscriber?.pushed(text),
      closed: ({ data }) => this.#lose(`close_${data.close_code ?? "unknown"}`),
    };
    const client = await WireClient.connect(this.#address(user), listener, tally);
    if (this.#closed) {
      client.close();
      return;
    }
    await subscriber?.subscribe(client);
    if (subscriber !== undefined) {
      const listeners = this.#listeners.get(list) ?? [];
      listeners.push({ client, subscriber });
      this.#listeners.set(list, listeners);
    }
    const random = this.#random;
    if (writes) this.#performers.push(new Writer({ client, list, todosMax, random, tally }));
    this.#clients.push(client);
  }

  #lose(kind: string): void {
    this.tally.error(kind);
    this.#lost++;
    if (this.#lost === this.#orders.seats.length) this.#deserted.resolve();
  }

  /** What is said of a list comes in the order of seq: behind this answer no push is left. */
  async #catchUp({ client, subscriber: { list } }: Listener): Promise<void> {
    this.#judge(await client.call("members", { list }));
  }

  /** A connection that was lost has been counted by its close code. */
  #judge(answer: Answer): void {
    if (!answer.ok && answer.kind !== "closed") this.tally.error(answer.kind);
  }

  /** Copies behind a connection that was lost are not compared. */
  async #compareList(listeners: readonly Listener[]): Promise<void> {
    let open = listeners.filter(isConnected);
    for (let tries = 0; tries < COMPARE_TRIES && open.length > 0; tries++) {
      const list = await this.#read(open);
      if (list === undefined) return;
      open = open.filter(isConnected);
      const unlike = await this.#unlike(open, list);
      this.tally.count("copiesEqual", open.length - unlike.length);
      open = unlike.filter(isConnected);
    }
    this.tally.count("copiesUnequal", open.length);
  }

  /** Their list, over the first connection that lasts so long; undefined: it cannot be had. */
  async #read(listeners: readonly Listener[]): Promise<List | undefined> {
    for (const { client, subscriber } of listeners) {
      const answer = await client.call("list", { list: subscriber.list });
      if (answer.ok) return answer.result as List;
      this.#judge(answer);
      if (answer.kind !== "closed") return undefined;
    }
    return undefined;
  }

  /** Those whose copy is not the list, once they have been told as much as the list knew. */
  async #unlike(listeners: readonly Listener[], list: List): Promise<Listener[]> {
    const deadline = performance.now() + REACH_MS_MAX;
    const behind = (listener: Listener): boolean =>
      isConnected(listener) && (listener.subscriber.copy?.seq ?? 0) < list.seq;
    while (listeners.some(behind) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, REACH_STEP_MS));
    }
    return listeners.filter(({ subscriber }) => subscriber.copy?.equals(list) !== true);
  }
}

function isConnected({ client }: Listener): boolean {
  return client.isConnected;
}
