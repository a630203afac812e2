/**
 * AppendForever: a program for tests that are going to kill it.
 *
 * Opens the store it is given, goes on with the lists that are there, and appends to all of them
 * without end; for each commit it is told of it writes one line, "list seq", to standard output.
 */
import { writeSync } from "node:fs";
import { type Pid, Runtime, receive, self } from "../../server/runtime/index.ts";
import type { AppendNews, EventLog, Loaded } from "../../server/storage/event_log.ts";
import { openSqliteLog } from "../../server/storage/sqlite_log.ts";
import { born, rows } from "./samples.ts";

/** Events of one list that are under way at a time, in appends of one to three. */
const AHEAD = 12;

const runtime = new Runtime();
const [path = "", lists = "1"] = process.argv.slice(2);
const opened = await openSqliteLog({
  path,
  checkpointEvents: 100,
  snapshotEvents: 10,
  onFatal: (error) => {
    throw error;
  },
});
if (!opened.ok) throw new Error(opened.message);
const { log } = opened;
for (let index = 0; index < Number(lists); index++) start(log, `list-${index}`);

function start(log: EventLog, list: string): void {
  runtime.spawn(function* () {
    const me: Pid<AppendNews | Loaded> = self();
    log.load(list, me, null);
    const loaded = yield* receive<Loaded>();
    if (loaded.type !== "loaded") throw new Error(`${list}: ${loaded.reason}`);
    const state = loaded.state;
    let sent = state?.events.at(-1)?.seq ?? state?.snapshot?.seq ?? 0;
    let committed = sent;
    if (loaded.state === null) log.append(born(list), me);
    for (;;) {
      while (sent < committed + AHEAD) {
        const last = sent + 1 + (sent % 3);
        log.append({ list, rows: rows(sent + 1, last) }, me);
        sent = last;
      }
      const news = yield* receive<AppendNews>();
      if (news.type !== "committed") throw new Error(`${list}: ${news.reason} at ${news.seq}`);
      committed = news.seq;
      writeSync(1, `${list} ${committed}\n`);
    }
  });
}
