/**
 * ManualLog: the suite of all event logs, with every append committed soon.
 */
import { describe, expect, test } from "vitest";
import { Runtime } from "../../server/runtime/index.ts";
import type { AppendNews, EventLog, Loaded } from "../../server/storage/event_log.ts";
import { eventLogSuite } from "../storage/event_log_suite.ts";
import { Inbox } from "../storage/inbox.ts";
import { born, row } from "../storage/samples.ts";
import { ManualLog } from "../support/manual_log.ts";

class CommittingLog extends ManualLog {
  override append(...asked: Parameters<EventLog["append"]>): void {
    super.append(...asked);
    setImmediate(() => this.commit());
  }
}

eventLogSuite("ManualLog", async () => new CommittingLog());

describe("ManualLog", () => {
  test("one commit tells each list once, with its highest seq", () => {
    const { log, news, append } = newLog();
    append(born("a"), born("b"), { list: "a", rows: [row(1)] }, { list: "a", rows: [row(2)] });
    expect(news()).toEqual([]);
    log.commit(3);
    expect(news()).toEqual([
      { type: "committed", list: "a", seq: 1 },
      { type: "committed", list: "b", seq: 0 },
    ]);
    log.commit();
    expect(news()).toEqual([{ type: "committed", list: "a", seq: 2 }]);
  });

  test("a refusal takes all of its list that is queued, in order, and no other list's", () => {
    const { log, news, append } = newLog();
    append(born("a"), born("b"), { list: "a", rows: [row(1)] }, { list: "a", rows: [row(2)] });
    log.refuse("read_only");
    expect(news()).toEqual(
      [0, 1, 2].map((seq) => ({ type: "refused", list: "a", seq, reason: "read_only" })),
    );
    log.commit();
    expect(news()).toEqual([{ type: "committed", list: "b", seq: 0 }]);
    expect([log.seqOf("a"), log.seqOf("b")]).toEqual([-1, 0]);
  });

  test("what another writer wrote refuses the queue by the fence", () => {
    const { log, news, append } = newLog();
    log.writeBehindItsBack(born("a", [row(1)]));
    append({ list: "a", rows: [row(1)] }, { list: "a", rows: [row(2)] });
    log.commit(1);
    expect(news()).toEqual(
      [1, 2].map((seq) => ({ type: "refused", list: "a", seq, reason: "fence" })),
    );
    expect(log.queued).toBe(0);
  });

  test("a load waits for what is queued of its list, and for answerLoads when held", () => {
    const { log, append, runtime } = newLog();
    const loads = new Inbox<Loaded>(runtime);
    const come = () => {
      runtime.runUntilIdle();
      return loads.left.map(({ list }) => list);
    };
    append(born("a"));
    log.load("a", loads.pid, null);
    log.load("b", loads.pid, null);
    expect(come()).toEqual(["b"]);
    log.holdsLoads = true;
    log.commit();
    expect(come()).toEqual(["b"]);
    log.answerLoads();
    expect(come()).toEqual(["b", "a"]);
  });
});

function newLog() {
  const runtime = new Runtime();
  const log = new ManualLog();
  const owner = new Inbox<AppendNews>(runtime);
  let taken = 0;
  const news = () => {
    runtime.runUntilIdle();
    const fresh = owner.left.slice(taken);
    taken = owner.left.length;
    return fresh;
  };
  const append = (...appends: Parameters<EventLog["append"]>[0][]) => {
    for (const each of appends) log.append(each, owner.pid);
  };
  return { log, news, append, runtime };
}
