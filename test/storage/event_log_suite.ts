/**
 * EventLogSuite: what every event log does, whatever is behind it.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Runtime } from "../../server/runtime/index.ts";
import {
  type Append,
  type AppendNews,
  type EventLog,
  type EventRow,
  type EventsQuery,
  type ListsPage,
  type ListsQuery,
  type Loaded,
  type LookBack,
  type MadeQuery,
  type StoredEvent,
  type StoredWrite,
  WITH_THE_NEXT,
  type WritesQuery,
} from "../../server/storage/event_log.ts";
import { KEYS_KEPT_MS, USER_LISTS_MAX } from "../../shared/protocol/limits.ts";
import { folded } from "../support/folded.ts";
import { Inbox } from "./inbox.ts";
import { BIRTH, born, row, rows } from "./samples.ts";

/** Asks a log and waits for its news. */
export class Asker {
  readonly log: EventLog;
  readonly owner: Inbox<AppendNews>;
  readonly #loads: Inbox<Loaded>;
  readonly #pages: Inbox<ListsPage>;
  readonly #looks: Inbox<LookBack>;

  constructor(log: EventLog, runtime = new Runtime()) {
    this.log = log;
    this.owner = new Inbox(runtime);
    this.#loads = new Inbox(runtime);
    this.#pages = new Inbox(runtime);
    this.#looks = new Inbox(runtime);
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

  /** The events of a list that must be there; a load of it comes to what they come to. */
  async events(list: string): Promise<readonly StoredEvent[]> {
    const loaded = await this.load(list);
    if (loaded.type !== "loaded" || loaded.state === null) throw new Error(JSON.stringify(loaded));
    const events = (await this.#stretch({ list })).toReversed();
    const { recent: _loaded, ...state } = folded(loaded.state);
    const { recent: _whole, ...whole } = folded({ ...loaded.state, snapshot: null, events });
    expect(state).toEqual(whole);
    return events;
  }

  /** The seqs of a stretch, as they come. */
  async stretch(query: Partial<EventsQuery>): Promise<number[]> {
    return (await this.#stretch(query)).map(({ seq }) => seq);
  }

  async #stretch(query: Partial<EventsQuery>): Promise<readonly StoredEvent[]> {
    const all = {
      list: "a",
      before: Number.POSITIVE_INFINITY,
      after: 0,
      limit: 1e6,
      bytesMax: 1e9,
      bytesEach: 0,
    };
    this.log.events({ ...all, ...query }, this.#looks.pid, "stretch");
    const back = await this.#looks.take();
    if (back.type !== "events" || back.ref !== "stretch") throw new Error(JSON.stringify(back));
    return back.events;
  }

  async writes(query: Partial<WritesQuery>): Promise<readonly StoredWrite[]> {
    const all = { list: "a", since: 0, allSince: 0, limit: 1e6 };
    this.log.writes({ ...all, ...query }, this.#looks.pid, "writes");
    const writes: StoredWrite[] = [];
    for (let more = true; more; ) {
      const back = await this.#looks.take();
      if (back.type !== "writes" || back.ref !== "writes") throw new Error(JSON.stringify(back));
      writes.push(...back.writes);
      ({ more } = back);
    }
    return writes;
  }

  async made(query: MadeQuery) {
    this.log.made(query, this.#looks.pid, "made");
    const back = await this.#looks.take();
    if (back.type !== "made" || back.ref !== "made") throw new Error(JSON.stringify(back));
    return back.list;
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
      const state = { birth: BIRTH, life: null, snapshot: null, events: [] };
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

    test("a stretch comes newest first, between its bounds, up to its limit", async () => {
      await asker.append(born("a", rows(1, 9)));
      expect(await asker.stretch({})).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
      expect(await asker.stretch({ before: 6, after: 2 })).toEqual([5, 4, 3]);
      expect(await asker.stretch({ before: 6, limit: 2 })).toEqual([5, 4]);
      expect(await asker.stretch({ before: 4 })).toEqual([3, 2, 1]); // From where it stopped.
      expect(await asker.stretch({ before: 1 })).toEqual([]);
      expect(await asker.stretch({ after: 9 })).toEqual([]);
      expect(await asker.stretch({ list: "none" })).toEqual([]);
      const two = Buffer.byteLength(row(9).body) * 2;
      expect(await asker.stretch({ bytesMax: two })).toEqual([9, 8]);
      expect(await asker.stretch({ bytesMax: two, bytesEach: 1 })).toEqual([9]);
      expect(await asker.stretch({ bytesMax: 1 })).toEqual([9]);
    });

    test("a long list is read page by page to its beginning", async () => {
      await asker.append(born("a", rows(1, 1_234)));
      const seqs: number[] = [];
      for (let before = Number.POSITIVE_INFINITY; before > 1; before = seqs.at(-1) ?? 0) {
        seqs.push(...(await asker.stretch({ before, limit: 100 })));
      }
      expect(seqs).toEqual(rows(1, 1_234).map(({ seq }) => 1_235 - seq));
    });

    test("keyed writes come newest first: all of late, and of before only the last", async () => {
      const keyed = [1, 2, 3, 5, 6].map((seq) => row(seq, { key: `k${seq}` }));
      await asker.append(born("a", [...keyed.slice(0, 3), row(4), ...keyed.slice(3)]));
      const seqs = async (query: Partial<WritesQuery>) => {
        return (await asker.writes(query)).map(({ seq }) => seq);
      };
      const at = (seq: number) => row(seq).at;
      expect(await seqs({})).toEqual([6, 5, 3, 2, 1]);
      expect(await seqs({ since: at(3) })).toEqual([6, 5, 3]);
      expect(await seqs({ since: at(2), allSince: at(5), limit: 1 })).toEqual([6, 5]);
      expect(await seqs({ allSince: at(7), limit: 3 })).toEqual([6, 5, 3]);
      expect((await asker.writes({ limit: 1, allSince: at(7) }))[0]).toEqual({
        seq: 6,
        at: at(6),
        user: "alice",
        key: "k6",
      });
      expect(await seqs({ list: "none" })).toEqual([]);
    });

    test("the list that was made under a key is known by user and key", async () => {
      const birth = { ...BIRTH, key: "k", firstSeq: 2 };
      await asker.append({ list: "a", birth, rows: rows(1, 2) });
      await asker.append({ list: "b", birth: { ...BIRTH, owner: "bob", key: "k" }, rows: [] });
      await asker.append(born("c"));
      expect(await asker.made({ user: "alice", key: "k" })).toBe("a");
      expect(await asker.made({ user: "bob", key: "k" })).toBe("b");
      expect(await asker.made({ user: "alice", key: "other" })).toBeNull();
      expect(await asker.load("a")).toMatchObject({ state: { birth } });
    });

    test("an event that belongs to the write of the next one is no write of its own", async () => {
      const events = [row(1, { key: WITH_THE_NEXT }), row(2, { key: "k2" }), row(3, { key: "k3" })];
      await asker.append(born("a", events));
      expect((await asker.writes({})).map(({ seq }) => seq)).toEqual([3, 2]);
      const at = row(9).at;
      expect((await asker.writes({ allSince: at, limit: 2 })).map(({ key }) => key)).toEqual([
        "k3",
        "k2",
      ]);
    });

    test("a key makes one list of its user within a day", async () => {
      const birth = { ...BIRTH, key: "k" };
      await asker.append({ list: "a", birth, rows: [] });
      const refused = { type: "refused", list: "b", seq: 0, reason: "made" };
      const late = { ...birth, at: BIRTH.at + KEYS_KEPT_MS };
      expect(await asker.append({ list: "b", birth: late, rows: [] })).toEqual(refused);
      expect(await asker.load("b")).toMatchObject({ state: null });
      const others = [
        { ...birth, owner: "bob" },
        { ...birth, key: "l" },
        { ...birth, at: late.at + 1 },
      ];
      for (const [index, other] of others.entries()) {
        const news = await asker.append({ list: `o${index}`, birth: other, rows: [] });
        expect(news).toMatchObject({ type: "committed" });
      }
      expect(await asker.made({ user: "alice", key: "k" })).toBe("o2");
    });

    describe("the end of a list", () => {
      const members = [
        { user: "alice", role: "owner" },
        { user: "bob", role: "viewer" },
      ] as const;
      const ended = { seq: 1, by: "alice", epoch: "e1", deletedAt: 5_000, members };

      beforeEach(async () => {
        await asker.append(born("a", [row(1, { member: { user: "bob", role: "viewer" } })]));
      });

      async function listsOf(user: string, deletedSince?: number) {
        const query = { user, limit: 9, ...(deletedSince !== undefined && { deletedSince }) };
        return (await asker.lists(query)).lists;
      }

      test("takes it from its members' lists, and shows it to its owners for a time", async () => {
        const committed = { type: "committed", list: "a", seq: 1 };
        expect(await asker.append({ list: "a", rows: [], life: ended })).toEqual(committed);
        expect([await listsOf("alice"), await listsOf("bob")]).toEqual([[], []]);
        const entry = { list: "a", title: "Groceries", role: "owner", seq: 1, count: 1 };
        expect(await listsOf("alice", 5_000)).toEqual([{ ...entry, deletedAt: 5_000 }]);
        expect([await listsOf("alice", 5_001), await listsOf("bob", 0)]).toEqual([[], []]);
        const life = { epoch: "e1", deletedAt: 5_000 };
        expect(await asker.load("a")).toMatchObject({ state: { birth: BIRTH, life } });
        expect(await asker.events("a")).toHaveLength(1);
      });

      test("is undone by its return, with another epoch", async () => {
        await asker.append({ list: "a", rows: [], life: ended });
        const life = { seq: 1, by: "alice", epoch: "e2", deletedAt: null, members };
        await asker.append({ list: "a", rows: [], life });
        expect(await listsOf("bob")).toMatchObject([{ list: "a", role: "viewer" }]);
        expect(await listsOf("alice", 0)).toEqual([]);
        expect(await asker.load("a")).toMatchObject({
          state: { life: { epoch: "e2", deletedAt: null } },
        });
        expect(await asker.append({ list: "a", rows: [row(2)] })).toMatchObject({ seq: 2 });
      });

      test("is refused by the fence unless its seq is the last one of a list", async () => {
        const late = { ...ended, seq: 0 };
        const refused = { type: "refused", list: "a", seq: 0, reason: "fence" };
        expect(await asker.append({ list: "a", rows: [], life: late })).toEqual(refused);
        const none = { ...refused, list: "none" };
        expect(await asker.append({ list: "none", rows: [], life: late })).toEqual(none);
        expect(await listsOf("alice")).toHaveLength(1);
      });
    });

    test("nobody is a member of more than 10,000 lists, but of a list twice", async () => {
      for (let n = 0; n < USER_LISTS_MAX - 1; n++) asker.log.append(born(`l${n}`), asker.owner.pid);
      const news = await asker.append(born("last"));
      expect(news).toMatchObject({ type: "committed" });
      for (let n = 0; n < USER_LISTS_MAX - 1; n++) await asker.owner.take();
      const refused = { type: "refused", list: "more", seq: 0, reason: "limit" };
      expect(await asker.append(born("more"))).toEqual(refused);
      const again = { user: "alice", role: "owner" } as const;
      expect(await asker.append({ list: "last", rows: [row(1, { member: again })] })).toMatchObject(
        {
          type: "committed",
        },
      );
      const bobs = { ...BIRTH, owner: "bob" };
      await asker.append({ list: "bobs", birth: bobs, rows: [] });
      const share = { list: "bobs", rows: [row(1, { member: { user: "alice", role: "editor" } })] };
      expect(await asker.append(share)).toMatchObject({ type: "refused", seq: 1, reason: "limit" });
      const unshare = row(1, { member: { user: "alice", role: null } });
      expect(await asker.append({ list: "bobs", rows: [unshare] })).toMatchObject({ seq: 1 });
    });
  });
}
