/**
 * RawWork: what raw clients send: see raw_client.ts.
 */
import type { Dice } from "./dice.ts";
import type { RawClient } from "./raw_client.ts";
import type { SimWorld } from "./sim_world.ts";
import { stateOf } from "./truth.ts";

const WORK = {
  add: 10,
  twice: 5,
  casts: 4,
  subscribe: 14,
  unsubscribe: 3,
  read: 6,
  page: 4,
  startAndRead: 3,
  hurried: 4,
  sameId: 2,
  garbage: 2,
  badArgs: 2,
  badPosition: 1,
  keyReused: 1,
  flood: 0.3,
  binary: 0.4,
  leave: 2,
} as const;

type Work = keyof typeof WORK;

/** As library_work.ts has them. */
const DAYS = ["2026-01-01", "2026-01-02"] as const;
const DATES = [...DAYS, null] as const;
/** Calls that are sent at once by one who knows no measure: more than may be in flight. */
const FLOOD = 300;

export interface RawWorkOptions {
  readonly world: SimWorld;
  readonly dice: Dice;
  readonly word: () => string;
}

export class RawWork {
  readonly #world: SimWorld;
  readonly #dice: Dice;
  readonly #word: () => string;

  constructor({ world, dice, word }: RawWorkOptions) {
    this.#world = world;
    this.#dice = dice;
    this.#word = word;
  }

  /** One client does one thing. */
  step(client: RawClient): void {
    this.#do(client, this.#dice.weighted(WORK), this.#list(client.user));
  }

  #do(client: RawClient, work: Work, list: string): void {
    switch (work) {
      case "add":
        return client.send(client.call("add_todo", { list, todo: { title: this.#word() } }));
      case "twice":
        return this.#twice(client, list);
      case "casts": {
        const cast = () => client.cast("add_todo", { list, todo: { title: this.#word() } });
        return client.send(cast(), cast(), client.cast("list", { list }));
      }
      case "subscribe": {
        const subscribe = client.call("subscribe", { list, ...this.#position(client, list) });
        if (this.#dice.chance(0.7)) return client.send(subscribe);
        return client.send(subscribe, client.call("unsubscribe", { list }));
      }
      case "unsubscribe":
        return client.send(client.call("unsubscribe", { list }));
      case "read":
        return client.send(...this.#reads(client, list));
      case "page":
        return client.send(...this.#pages(client, list));
      case "startAndRead":
        return this.#startAndRead(client);
      case "hurried":
        return this.#hurried(client, list);
      case "sameId": {
        const title = this.#word();
        const id = `same-${title}`;
        const add = client.call("add_todo", { list, todo: { title } }, id);
        return client.send(add, client.call("list", { list }, id));
      }
      case "garbage":
        return client.send("{", "[]", client.call("add_todo", { list }, null));
      case "badArgs":
        return client.send(client.call("add_todo", { list, todo: { title: "" } }));
      case "badPosition":
        return client.send(client.call("subscribe", { list, seq: 1 }));
      case "keyReused": {
        const key = `k${this.#word()}`;
        const add = client.call("add_todo", { list, todo: { title: this.#word() }, key });
        return client.send(add, client.call("delete_todo", { list, id: 1, key }));
      }
      case "flood":
        return client.send(
          ...Array.from({ length: FLOOD }, () => client.call("members", { list })),
        );
      case "binary":
        return client.sendBinary();
      case "leave":
        return client.leave(this.#dice.chance(0.5));
      default:
        work satisfies never;
    }
  }

  /** The same write under one key, at once and again later. */
  #twice(client: RawClient, list: string): void {
    const title = this.#word();
    const params = { list, todo: { title }, key: `k${title}` };
    const send = () => client.send(client.call("add_todo", params));
    client.send(client.call("add_todo", params), client.call("add_todo", params));
    this.#world.loop.after(this.#dice.wait(200), send);
    this.#world.loop.after(this.#dice.wait(4_000), send);
  }

  /** Reads and writes of one list, in one frame. */
  #reads(client: RawClient, list: string): string[] {
    const page = { list, after: this.#dice.int(5), limit: 1 + this.#dice.int(5) };
    return [
      client.call("add_todo", { list, todo: { title: this.#word() } }),
      client.call("list", page),
      client.call("members", { list }),
      client.call("history", { list, limit: 1 + this.#dice.int(4) }),
      client.call("lists", {}),
    ];
  }

  /** Parts of what is long, of a list that another may have, and of all lists. */
  #pages(client: RawClient, list: string): string[] {
    const lists = [...this.#world.truth.lists.keys()];
    const any = lists.length === 0 ? list : this.#dice.pick(lists);
    const after = this.#dice.chance(0.5) ? { after: any } : {};
    const page = { ...after, limit: 1 + this.#dice.int(3) };
    const id = 1 + this.#dice.int(8);
    return [
      client.call("history", { list: any, before: id, limit: 1 + this.#dice.int(4) }),
      client.call("todos", { list, date: this.#dice.pick(DATES), limit: id }),
      client.call("todos", { list: any, date: this.#dice.pick(DATES), after: id }),
      client.call("lists", { ...page, deleted: this.#dice.chance(0.4) }),
      client.call("agenda", { ...page, done: this.#dice.chance(0.5) }),
      client.call("agenda", { from: DAYS[0], to: DAYS[1], after: any, after_id: id }),
    ];
  }

  /** Of a list that is not there yet: asked, made, written, asked, all in one frame. */
  #startAndRead(client: RawClient): void {
    const word = this.#word();
    const list = `new-${word}`;
    const add = client.call("add_todo", { list, todo: { title: `${word}.0` } });
    const start = client.call("start", { list, key: `k${word}` });
    const generated = client.call("start", { key: `k${word}` });
    const read = client.call("members", { list });
    client.send(read, start, add, generated, generated.replace(/"id":\d+/, `"id":"${word}"`));
    client.send(client.call("list", { list }));
  }

  /** With next to no time. */
  #hurried(client: RawClient, list: string): void {
    const timeout = () => 1 + this.#dice.int(40);
    const add = (timeout_ms: number) => {
      return client.call("add_todo", { list, todo: { title: this.#word() }, timeout_ms });
    };
    client.send(
      add(timeout()),
      client.call("list", { list, timeout_ms: timeout() }),
      add(5_000),
      client.call("members", { list }),
      add(timeout()),
    );
  }

  #position(client: RawClient, list: string): object {
    const place = client.places.get(list);
    if (place === undefined || this.#dice.chance(0.2)) return {};
    const { epoch, seq } = place;
    const kind = this.#dice.int(6);
    if (kind === 0) return { epoch, seq: seq + 1 + this.#dice.int(5) };
    if (kind === 1) return { epoch: "another", seq };
    if (kind === 2) return { epoch, seq };
    return { epoch, seq: 0 };
  }

  #list(user: string): string {
    const lists = [...this.#world.truth.lists.values()];
    const theirs = lists.filter((list) => stateOf(list).members.has(user));
    return theirs.length === 0 || this.#dice.chance(0.1) ? "l0" : this.#dice.pick(theirs).list;
  }
}
