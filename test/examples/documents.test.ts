/** The documents' code: what docs/ shows of a file in examples/ is that file. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const DOCUMENTS = ["docs/seed.md", "docs/runtime.md"];

/** The ```ts blocks of a document by the file that their section's heading names. */
function blocksByFile(document: string): Map<string, string[]> {
  const blocks = new Map<string, string[]>();
  for (const section of readFileSync(document, "utf8").split(/^## /m)) {
    const file = /^[^\n]*`(examples\/\w+\.ts)`/.exec(section)?.[1];
    const found = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
    if (file !== undefined) blocks.set(file, found);
    else expect(found, `${document}: code of no file, in "${section.slice(0, 30)}"`).toEqual([]);
  }
  return blocks;
}

/** The text of a file behind its header comment. */
function bodyOf(file: string): string {
  const source = readFileSync(file, "utf8");
  return source.slice(source.indexOf("*/\n") + "*/\n".length);
}

test.each(DOCUMENTS)("%s shows whole files, to the character", (document) => {
  const shown = blocksByFile(document);
  expect(shown.size).toBeGreaterThan(0);
  for (const [file, blocks] of shown) expect(blocks.join("\n"), file).toBe(bodyOf(file));
});

test.each(DOCUMENTS)("%s links only to what is there", (document) => {
  const links = [...readFileSync(document, "utf8").matchAll(/\]\(([^)#:]+)\)/g)];
  const missing = links.filter(([, to = ""]) => !existsSync(`docs/${to}`)).map(([, to]) => to);
  expect(missing).toEqual([]);
});
