/**
 * Workload: the users of a simulated world: their clients, by the library and raw, and how they
 * begin and end.
 */
import { NOTES_CHARACTERS_MAX } from "../../shared/protocol/limits.ts";
import type { Role } from "../../shared/todo/todo.ts";
import { ClientJudge } from "./client_judge.ts";
import { Dice } from "./dice.ts";
import { LibraryClient } from "./library_client.ts";
import { LibraryWork, USERS } from "./library_work.ts";
import { RawClient } from "./raw_client.ts";
import { RawWork } from "./raw_work.ts";
import type { SimWorld } from "./sim_world.ts";
import { isDeleted } from "./taken_call.ts";
import { stateOf, type TrueList } from "./truth.ts";

/** Notes as long as may be: a few dozen of them are more than a page. */
const LONG_NOTES = "milk".repeat(NOTES_CHARACTERS_MAX / 4);
/** How much of the work is raw. */
const RAW = 0.25;
/** Milliseconds after which a last word is tried again. */
const AGAIN_MS = 1_000;

export class Workload {
  readonly judge: ClientJudge;
  readonly #world: SimWorld;
  readonly #dice: Dice;
  readonly #seed: number;
  readonly #work: LibraryWork;
  readonly #rawWork: RawWork;
  readonly #libraries: LibraryClient[];
  readonly #raws: readonly RawClient[];
  #clients = 0;
  #words = 0;

  constructor(world: SimWorld, seed: number) {
    this.#world = world;
    this.#seed = seed;
    const dice = new Dice(seed, 10);
    this.#dice = dice;
    this.judge = new ClientJudge(world);
    const word = () => this.#word();
    this.#work = new LibraryWork({ world, dice, word, clients: () => this.#libraries });
    this.#rawWork = new RawWork({ world, dice, word });
    this.#libraries = [...USERS, "alice"].map((user) => this.#library(user));
    this.#raws = ["alice", "bob"].map((user) => this.#raw(user));
  }

  get libraries(): readonly LibraryClient[] {
    return this.#libraries;
  }

  /** Two lists that are shared, so that there is something to work at. */
  begin(): void {
    const [alice, bob] = this.#libraries as [LibraryClient, LibraryClient];
    this.#share(alice, "l0", "bob");
    this.#share(bob, "l1", "alice");
    for (const client of this.#libraries) {
      this.#world.loop.after(this.#dice.wait(100), () => client.follow("l0"));
    }
  }

  /** One user does one thing. */
  step(): void {
    if (this.#dice.chance(RAW)) this.#rawWork.step(this.#dice.pick(this.#raws));
    else this.#work.step();
  }

  /** A user's program ends and is started again. */
  restartClient(): void {
    this.#world.reached.mark("client_restarted");
    const place = this.#dice.int(this.#libraries.length);
    const before = this.#libraries[place] as LibraryClient;
    const lists = [...before.followed.keys()];
    before.close();
    const after = this.#library(before.user);
    this.#libraries[place] = after;
    this.#world.loop.after(this.#dice.wait(300), () => {
      for (const list of lists) after.follow(list);
    });
  }

  /** A raw client leaves, and comes back. */
  leaveRaw(): void {
    this.#dice.pick(this.#raws).leave(this.#dice.chance(0.5));
  }

  /** A list is written much at once, so that who reads slowly gets behind. */
  writeMuch(list: string, writes: number): void {
    const client = this.#dice.pick(this.#libraries);
    for (let left = writes; left > 0; left--) {
      const title = this.#word();
      const todo = { title, notes: LONG_NOTES };
      const params = { list, todo };
      void client.call({ method: "add_todo", params }, (it) => it.addTodo(list, todo));
    }
  }

  /** The client of that name asks something of a list, if it is connected. */
  askMeanwhile(name: string, list: string): void {
    const params = { list };
    const raw = this.#raws.find((client) => client.name === name);
    raw?.send(raw.call("members", params));
    const library = this.#libraries.find((client) => client.name === name);
    void library?.call({ method: "members", params }, (it) => it.members(list));
  }

  /** A list is deleted by one who owns it. */
  deleteList(list: TrueList): void {
    const client = this.#libraries.find(({ user }) => user === ownerOf(list));
    const params = { list: list.list };
    void client?.call({ method: "delete_list", params }, (it) => it.deleteList(list.list));
  }

  /** The last word: each list is written once more by one who owns it, until it is done. */
  async lastWords(): Promise<void> {
    const lists = [...this.#world.truth.lists.values()];
    await Promise.all(lists.map((list) => this.#lastWord(list)));
  }

  /** Ends all that is simulated here. */
  close(): void {
    if (this.#work.isCastDone) this.#world.reached.mark("cast_done");
    for (const client of [...this.#libraries, ...this.#raws]) client.close();
  }

  #share(client: LibraryClient, list: string, other: string): void {
    const todos = [{ title: this.#word() }, { title: this.#word() }];
    const made = { list, todos };
    void client.call({ method: "start", params: made }, (it) => it.start(made));
    for (const user of [other, "carol"]) {
      const role = this.#dice.pick<Role>(["editor", "editor", "viewer", "owner"]);
      const params = { list, user, role };
      void client.call({ method: "share", params }, (it) => it.share(list, user, { role }));
    }
  }

  async #lastWord(list: TrueList): Promise<void> {
    const title = this.#word();
    const key = `k${title}`;
    const params = { list: list.list, title, key };
    while (!isDeleted(list)) {
      const owner = ownerOf(list);
      const client = this.#libraries.find(({ user, isConnected }) => user === owner && isConnected);
      const rename = client?.call({ method: "rename_list", params }, (todos) => {
        return todos.renameList(list.list, title, { key });
      });
      if ((await rename) === true) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#world.loop.after(AGAIN_MS, () => {
        this.#world.loop.stir();
        resolve();
      });
      await promise;
    }
  }

  #word(): string {
    this.#words += 1;
    return `w${this.#words}`;
  }

  #library(user: string): LibraryClient {
    this.#clients += 1;
    const name = `${user}#${this.#clients}`;
    const seed = this.#seed * 256 + this.#clients;
    return new LibraryClient({ world: this.#world, judge: this.judge, user, name, seed });
  }

  #raw(user: string): RawClient {
    this.#clients += 1;
    return new RawClient(this.#world, { user, name: `raw-${user}#${this.#clients}` });
  }
}

function ownerOf(list: TrueList): string {
  const owner = [...stateOf(list).members].find(([, role]) => role === "owner");
  return owner?.[0] ?? list.birth.owner;
}
