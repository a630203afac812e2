/**
 * ToolProgram: a program for tests that are going to kill it: "restore STORE BACKUP" or
 * "compact STORE", without all else that the server's program loads.
 */
import { compact } from "../../../server/storage/tools/compact.ts";
import { restore } from "../../../server/storage/tools/restore.ts";

const [tool, path = "", file = ""] = process.argv.slice(2);
const done =
  tool === "restore"
    ? restore(file, path, new Date())
    : compact(path, { dropDeleted: true, dropDamaged: false, now: Date.now() });
if (!done.ok) throw new Error(done.message);
