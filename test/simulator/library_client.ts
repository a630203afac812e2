/**
 * LibraryClient: a user with the real client library, its clock, chance and sockets simulated.
 *
 * Order: it connects as a program would: again and again until a server is there; calls that are
 *        made meanwhile are not made at all.
 */

import type { Following } from "../../client/followed_lists.ts";
import { TodoClient } from "../../client/todo_client.ts";
import type { Frame } from "./client_frames.ts";
import type { ClientJudge } from "./client_judge.ts";
import { ClientSocket } from "./client_socket.ts";
import { DeployJudge } from "./deploy_judge.ts";
import { Dice } from "./dice.ts";
import { FollowJudge } from "./follow_judge.ts";
import { GoawayJudge } from "./goaway_judge.ts";
import { SimClock } from "./sim_loop.ts";
import type { SimWorld } from "./sim_world.ts";
import { type SentParams, wordsOf } from "./taken_call.ts";
import { must } from "./violation.ts";

/** Milliseconds between two attempts of a program that could not connect. */
const CONNECT_AGAIN_MS = 700;

/** One list that is followed: the library's following, and who judges it. */
interface Followed {
  readonly following: Following;
  readonly judge: FollowJudge;
}

export interface LibraryClientOptions {
  readonly world: SimWorld;
  readonly judge: ClientJudge;
  readonly user: string;
  /** "alice#3": unlike any other's. */
  readonly name: string;
  readonly seed: number;
}

export class LibraryClient {
  readonly user: string;
  readonly name: string;
  readonly followed = new Map<string, Followed>();
  readonly #world: SimWorld;
  readonly #judge: ClientJudge;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  readonly #goaway: GoawayJudge;
  #client: TodoClient | undefined;
  #isOver = false;

  constructor({ world, judge, user, name, seed }: LibraryClientOptions) {
    this.user = user;
    this.name = name;
    this.#world = world;
    this.#judge = judge;
    this.#clock = new SimClock(world.loop, new Dice(seed, 20), { stirs: true });
    this.#dice = new Dice(seed, 21);
    this.#goaway = new GoawayJudge(world, name);
    void this.#connect();
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** Makes a call and judges what comes of it; false at once when there is no client yet. */
  async call(
    { method, params, timeoutMs = 5_000 }: CallShape,
    make: (client: TodoClient) => Promise<unknown>,
  ): Promise<boolean> {
    const client = this.#client;
    if (client === undefined) return false;
    const { loop, history, bench } = this.#world;
    const { list } = params;
    const words = wordsOf({ method, params });
    loop.stir();
    history.note(this.name, `${method} ${list} ${words.join(" ")}`);
    if (list !== undefined && method !== "update_by") bench.order.make(this.name, list, words);
    const { user, name } = this;
    const call = { user, client: name, method, params, timeoutMs, isOver: () => this.#isOver };
    return this.#judge.judge({ ...call, name: `${name} ${method}` }, make(client));
  }

  /** The client for what is no call. */
  use(run: (client: TodoClient) => void): void {
    this.#world.loop.stir();
    if (this.#client !== undefined) run(this.#client);
  }

  follow(list: string): void {
    this.use((client) => {
      if (this.followed.has(list)) return;
      const judge = new FollowJudge(this.#world, `${this.name} follows`);
      const following = client.follow(list, {
        changed: (replica, event) => this.#world.judge(() => judge.changed(replica, event)),
        ended: (reason) => {
          this.followed.delete(list);
          judge.ended(typeof reason === "string" ? reason : reason.kind);
        },
      });
      this.followed.set(list, { following, judge });
    });
  }

  stop(list: string): void {
    this.#world.loop.stir();
    this.followed.get(list)?.following.stop();
    this.followed.delete(list);
  }

  /** Its copies that are not what is on disk, in words; and subscriptions that it has given up. */
  differences(): string[] {
    const all = [...this.followed].map(([list, { judge }]) => judge.difference(list));
    const wrong = all.flatMap((words) => (words === undefined ? [] : [`${this.name}: ${words}`]));
    return [...wrong, ...this.#leftovers()];
  }

  #leftovers(): string[] {
    const mine = this.#world.connections.filter(({ link, judge }) => {
      return link.isOpen && judge.client === this.name;
    });
    const lists = mine.flatMap(({ judge }) => judge.subscriptions.lists);
    const left = lists.filter((list) => !this.followed.has(list));
    return left.map((list) => `${this.name} is subscribed to ${list}, which it has left`);
  }

  /** Its program ends. */
  close(): void {
    this.#world.loop.stir();
    this.#isOver = true;
    this.#goaway.end();
    this.followed.clear();
    this.#client?.close();
    this.#client = undefined;
  }

  async #connect(): Promise<void> {
    const dial = this.#world.dial(this.name);
    const goaway = this.#goaway;
    const deploy = new DeployJudge(this.#world, this.name);
    // The library makes them as the browser's class: `new Class(url, protocols)`.
    const webSocket = class extends ClientSocket {
      constructor(_url: string, protocols: string[]) {
        super(dial, protocols);
        goaway.dialled(this);
      }

      override received(frame: Frame): void {
        goaway.heard(this, frame);
        super.received(frame);
      }

      override closed(code: number, reason: string): void {
        goaway.closed(this);
        super.closed(code, reason);
      }
    };
    const { alarm } = this.#clock;
    const environment = {
      clock: { now: () => this.#clock.now(), alarm },
      random: this.#dice.next,
    };
    const address = { url: "ws://simulated/socket", token: this.user, webSocket };
    this.#world.loop.stir();
    try {
      const client = await TodoClient.connect({
        ...address,
        environment,
        stateChanged: (state) => this.#world.judge(() => deploy.stateChanged(state)),
        closed: (error) => this.#world.judge(() => must(false, () => `${this.name}: ${error}`)),
      });
      if (this.#isOver) client.close();
      else this.#client = client;
    } catch (error) {
      this.#world.history.note(this.name, `not connected: ${String(error)}`);
      this.#clock.alarm(this.#clock.now() + CONNECT_AGAIN_MS, () => {
        if (!this.#isOver) void this.#connect();
      });
    }
  }
}

/** What is called, as the wire has it; `update_by`: an update by a function. */
export interface CallShape {
  readonly method: string;
  readonly params: SentParams;
  readonly timeoutMs?: number;
}
