/**
 * MigratingStore: a program for tests, that brings a store to this version's format and is killed
 * by itself before or after one of the statements that do it.
 *
 * Arguments: the store; the number of the statement, from 0; "before" or "after".
 */
import { DatabaseSync } from "node:sqlite";
import { migrate } from "../../server/storage/migrations.ts";

const [path = "", wanted = "", moment = ""] = process.argv.slice(2);
const db = new DatabaseSync(path);
db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
let count = -1;
migrate({
  prepare: (sql) => db.prepare(sql),
  exec(sql) {
    count += 1;
    if (moment === "before" && count === Number(wanted)) process.kill(process.pid, "SIGKILL");
    db.exec(sql);
    if (moment === "after" && count === Number(wanted)) process.kill(process.pid, "SIGKILL");
  },
});
console.log(count + 1);
