/**
 * EventLogSuite: what every event log does, whatever is behind it.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Runtime } from "../../server/runtime/index.ts";
import type {
  Append,
  AppendNews,
  EventLog,
  EventRow,
  ListsPage,
  ListsQuery,
  Loaded,
} from "../../server/storage/event_log.ts";
import { Inbox } from "./inbox.ts";
import { BIRTH, born, row, rows } from "./samples.ts";

/** Asks a log and waits for its news. */
export class Asker {
  readonly log: EventLog;
  readonly owner: Inbox<AppendNews>;
  readonly #loads: Inbox<Loaded>;
  readonly #pages: Inbox<ListsPage>;

  constructor(log: EventLog, runtime = new Runtime()) {
    this.log = log;
    this.owner = new Inbox(runtime);
    this.#loads = new Inbox(runtime);
    this.#pages = new Inbox(runtime);
  }

  /** Appends and waits for the first news of it. */
  append(append: Append): Promise<AppendNews> {
    this.log.append(append, this.owner.pid);
    return this.owner.take();
  }

  load(list: string, ref: unknown = null): Promise<Loaded> {
    this.log.load(list, this.#loads.pid, ref);
    return this.#loads.take();
  }

  /** The events of a list that must be there. */
  async events(list: string) {
    const loaded = await this.load(list);
    if (loaded.type !== "loaded" || loaded.state === null) throw new Error(JSON.stringify(loaded));
    return loaded.state.events;
  }

  async lists(query: ListsQuery) {
    this.log.lists(query, this.#pages.pid, "page");
    const page = await this.#pages.take();
    if (page.type !== "lists") throw new Error(JSON.stringify(page));
    return page;
  }
}

function stored({ seq, at, user, pid, key, body }: EventRow) {
  return { seq, at, user, pid, key, body };
}

/** `open` gives an empty log each time; the suite closes it. */
export function eventLogSuite(name: string, open: () => Promise<EventLog>): void {
  describe(`${name} as an event log`, () => {
    let asker: Asker;

    beforeEach(async () => {
      asker = new Asker(await open());
    });
    afterEach(async () => {
      await asker.log.close();
    });

    test("a birth alone is committed with seq 0 and loads without events", async () => {
      expect(await asker.append(born("a"))).toEqual({ type: "committed", list: "a", seq: 0 });
      const state = { birth: BIRTH, life: null, events: [] };
      expect(await asker.load("a", 7)).toEqual({ type: "loaded", ref: 7, list: "a", state });
    });

    test("a birth with rows, and more rows, load as they were written", async () => {
      const first = [
        row(1, { key: "k1" }),
        row(2, { user: "bøb", body: '{"op":"x","t":"𝄞 \\n"}' }),
      ];
      expect(await asker.append(born("a", first))).toMatchObject({ type: "committed", seq: 2 });
      expect(await asker.append({ list: "a", rows: rows(3, 5) })).toMatchObject({ seq: 5 });
      expect(await asker.events("a")).toEqual([...first, ...rows(3, 5)].map(stored));
    });

    test("a list that was never born loads as null", async () => {
      expect(await asker.load("none")).toMatchObject({ type: "loaded", list: "none", state: null });
    });

    test("a long list loads whole and in order", async () => {
      await asker.append(born("a", rows(1, 1700)));
      expect((await asker.events("a")).map(({ seq }) => seq)).toEqual(
        rows(1, 1700).map(({ seq }) => seq),
      );
    });

    const unfit: readonly (readonly [string, Append, number])[] = [
      ["a seq that is taken", { list: "a", rows: [row(2)] }, 2],
      ["a seq after a gap", { list: "a", rows: [row(4)] }, 4],
      ["a gap between its rows", { list: "a", rows: [row(3), row(5)] }, 3],
      ["a list that was not born", { list: "b", rows: [row(1)] }, 1],
      ["a second birth", born("a"), 0],
      ["a birth whose rows do not begin at 1", born("b", [row(2)]), 2],
    ];
    test.each(unfit)("%s is refused by the fence and changes nothing", async (_, append, seq) => {
      await asker.append(born("a", rows(1, 2)));
      const { list } = append;
      const refused = { type: "refused", list, seq, reason: "fence" };
      expect(await asker.append(append)).toEqual(refused);
      expect(await asker.events("a")).toEqual(rows(1, 2).map(stored));
      expect(await asker.load("b")).toMatchObject({ state: null });
      expect(await asker.append({ list: "a", rows: [row(3)] })).toMatchObject({ seq: 3 });
    });

    test("a load asked for right after an append sees it", async () => {
      asker.log.append(born("a"), asker.owner.pid);
      for (const event of rows(1, 40)) {
        asker.log.append({ list: "a", rows: [event] }, asker.owner.pid);
      }
      expect(await asker.events("a")).toHaveLength(40);
    });

    test("a close tells of what was queued before it and refuses what comes after", async () => {
      const { log, owner } = asker;
      log.append(born("a"), owner.pid);
      log.append({ list: "a", rows: rows(1, 3) }, owner.pid);
      const closed = log.close();
      log.append({ list: "a", rows: [row(4)] }, owner.pid);
      await closed;
      log.append({ list: "a", rows: [row(5)] }, owner.pid);
      const news: AppendNews[] = [];
      while (news.at(-1)?.seq !== 5) news.push(await owner.take());
      const refused = { type: "refused", list: "a", reason: "read_only" };
      expect(news.slice(-3)).toEqual([
        { type: "committed", list: "a", seq: 3 },
        { ...refused, seq: 4 },
        { ...refused, seq: 5 },
      ]);
      expect(owner.left).toEqual([]);
    });

    test("nothing is uncommitted once all is told of", async () => {
      expect(await asker.append(born("a", rows(1, 3)))).toMatchObject({ seq: 3 });
      expect(asker.log.uncommittedBytes).toBe(0);
      expect(asker.log.generation).toMatch(/^[\w-]{12}$/);
    });

    test("a user's lists come in pages by the bytes of their names", async () => {
      const names = ["b", "a", "Z", "é", "\u{1f600}", "\uff5e"];
      for (const name of names) await asker.append(born(name, rows(1, 2)));
      const page = await asker.lists({ user: "alice", limit: 4 });
      expect(page.lists.map(({ list }) => list)).toEqual(["Z", "a", "b", "é"]);
      expect(page.more).toBe(true);
      const rest = await asker.lists({ user: "alice", after: "é", limit: 2 });
      expect(rest.lists.map(({ list }) => list)).toEqual(["\uff5e", "\u{1f600}"]);
      expect(rest).toMatchObject({ ref: "page", more: false });
    });

    test("a page has title, role, seq and count as of the last event", async () => {
      await asker.append(born("a", rows(1, 3)));
      await asker.append({ list: "a", rows: [row(4, { title: "Shopping", count: 3 })] });
      const entry = { list: "a", title: "Shopping", role: "owner", seq: 4, count: 3 };
      expect((await asker.lists({ user: "alice", limit: 9 })).lists).toEqual([entry]);
      await asker.append({ list: "a", rows: [row(5)] });
      expect((await asker.lists({ user: "alice", limit: 9 })).lists).toMatchObject([{ seq: 5 }]);
      expect((await asker.load("a")) as object).toMatchObject({ state: { birth: BIRTH } });
    });

    test("members come, change and go with the events that say so", async () => {
      await asker.append(born("a"));
      const roles = ["viewer", "editor", null] as const;
      const seen: unknown[] = [];
      for (const [index, role] of roles.entries()) {
        await asker.append({
          list: "a",
          rows: [row(index + 1, { member: { user: "bob", role } })],
        });
        const { lists } = await asker.lists({ user: "bob", limit: 9 });
        seen.push(lists.map((entry) => [entry.list, entry.role, entry.seq]));
      }
      expect(seen).toEqual([[["a", "viewer", 1]], [["a", "editor", 2]], []]);
      expect((await asker.lists({ user: "carol", limit: 9 })).lists).toEqual([]);
    });
  });
}
