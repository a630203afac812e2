/**
 * Heads: a reader that is told what moved knows the same as the writer, whichever news it missed.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Heads, type Moved } from "../../server/storage/heads.ts";
import { openForReading } from "../../server/storage/sqlite_schema.ts";
import { born, row } from "./samples.ts";
import { newStorePath } from "./store_folder.ts";
import { openWriter } from "./sync_store.ts";

const LISTS = 4;

/** What happens: an event of that list, a checkpoint, news that comes (or not), a look. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("event"), list: fc.nat(LISTS - 1) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("checkpoint"), list: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("told"), list: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("lost"), list: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("look"), list: fc.constant(0) }) },
);

test("told, not told, or told of what it has seen: it knows where every list ends", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const path = newStorePath();
      const { writer, db } = openWriter(path, 1e9);
      writer.commit(Array.from({ length: LISTS }, (_, list) => born(`list-${list}`, [])));
      const reader = openForReading(path);
      if (!reader.ok) throw new Error(reader.message);
      const heads = new Heads(reader.db);
      const seqs = new Array<number>(LISTS).fill(0);
      for (const { type, list } of steps) {
        if (type === "event") {
          seqs[list] = (seqs[list] ?? 0) + 1;
          writer.commit([{ list: `list-${list}`, rows: [row(seqs[list])] }]);
        }
        if (type === "checkpoint") writer.checkpoint();
        if (type === "told") heads.learn(sent(writer.takeMoved()));
        if (type === "lost") writer.takeMoved();
        if (type === "look") heads.follow();
      }
      heads.learn(sent(writer.takeMoved()));
      const fresh = new Heads(db);
      fresh.follow();
      expect(heads.pos).toBe(fresh.pos);
      for (let id = 1; id <= LISTS; id++) {
        expect(heads.get(id)).toEqual(fresh.get(id));
        expect(heads.get(id)?.seq).toBe(seqs[id - 1]);
      }
      reader.db.close();
      writer.close();
    }),
    { numRuns: 60 },
  );
});

/** As it comes out at the other thread. */
function sent(moved: Moved): Moved {
  return structuredClone(moved);
}
