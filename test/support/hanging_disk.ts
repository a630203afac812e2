/**
 * HangingDisk: preloaded into a server, it makes the next commit hang as on a disk that is gone.
 *
 * From when the file named by HANGING_DISK is there, a pipe that nobody writes to, the thread that
 * commits waits in the system call that opens it; nothing but a kill ends that.
 */
import { existsSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { isMainThread } from "node:worker_threads";

const pipe = process.env.HANGING_DISK;

type Prepare = (this: DatabaseSync, sql: string) => StatementSync;

if (!isMainThread && pipe !== undefined) {
  const prepare = Reflect.get(DatabaseSync.prototype, "prepare") as Prepare;
  DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    if (sql !== "COMMIT") return statement;
    const run = statement.run.bind(statement);
    statement.run = () => {
      if (existsSync(pipe)) openSync(pipe, "r");
      return run();
    };
    return statement;
  };
}
