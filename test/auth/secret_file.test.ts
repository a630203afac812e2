/** Secret file: made once, by whoever comes first, and for its owner alone. */
import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSecret, readSecret } from "../../server/auth/secret_file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-secret-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the first to open makes folder and secret; the second finds the same", () => {
  const data = join(folder, "deep", "data");
  const made = openSecret(data);
  expect(made).toMatchObject({ ok: true });
  expect(openSecret(data)).toEqual(made);
  expect(readSecret(data)).toEqual(made);
  expect(statSync(join(data, "secret")).mode & 0o777).toBe(0o600);
  expect(readdirSync(data)).toEqual(["secret"]);
});

test("ten starters at once agree on one secret", async () => {
  const module = new URL("../../server/auth/secret_file.ts", import.meta.url).href;
  const script = `
    const { openSecret } = await import(${JSON.stringify(module)});
    const secret = openSecret(process.argv[1]);
    console.log(secret.ok ? Buffer.from(secret.keys[0].bytes).toString("hex") : secret.message);`;
  const start = promisify(execFile);
  const args = ["--input-type=module", "-e", script, join(folder, "data")];
  const printed = await Promise.all(
    Array.from({ length: 10 }, async () => (await start(process.execPath, args)).stdout.trim()),
  );
  expect(new Set(printed).size).toBe(1);
  expect(printed[0]).toMatch(/^[0-9a-f]{64}$/);
});

test("a secret that others may read is refused, with what to do", () => {
  openSecret(folder);
  chmodSync(join(folder, "secret"), 0o640);
  const refused = openSecret(folder);
  expect(refused).toMatchObject({ ok: false, reason: "unreadable" });
  expect(refused.ok ? "" : refused.message).toContain("make it mode 0600");
});

test.each(["", "{}", "null", "[]", '{"keys":[]}', '{"keys":[{"kid":"a","k":"AA"}]}', "x"])(
  "a file that holds no keys is refused and left as it is: %s",
  (text) => {
    const file = join(folder, "secret");
    writeFileSync(file, text, { mode: 0o600 });
    expect(openSecret(folder)).toMatchObject({ ok: false, reason: "unreadable" });
    expect(readFileSync(file, "utf8")).toBe(text);
  },
);

test("a folder that cannot be made is said", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const refused = openSecret(join(file, "data"));
  expect(refused).toMatchObject({ ok: false, reason: "unreadable" });
  expect(refused.ok ? "" : refused.message).toContain("name a folder you may write");
});
