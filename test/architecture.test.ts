/**
 * Architecture: the import table of STYLE.md section 2, read from the text of every source file.
 *
 * A folder imports itself and what its row names, nothing else: not even a type. A message names
 * the file, the line and the import. The table is the whole rule; widen it here or not at all.
 */
import { readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { type Import, importsOf } from "./support/imports.ts";
import { sourceFiles } from "./support/source_files.ts";

interface Row {
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** Packages and `node:` modules; "any" stands for whatever package.json lists. */
  readonly packages: readonly string[] | "any";
}

/** The first row whose folder holds the file is the file's own. */
const TABLE: readonly Row[] = [
  { folder: "shared/", mayImport: [], packages: ["zod"] },
  { folder: "server/runtime/", mayImport: ["shared/"], packages: ["node:"] },
  { folder: "server/storage/", mayImport: ["shared/", "server/runtime/"], packages: "any" },
  {
    folder: "server/todo/",
    mayImport: ["shared/", "server/runtime/", "server/storage/"],
    packages: "any",
  },
  {
    folder: "server/auth/",
    mayImport: ["shared/", "server/runtime/", "server/storage/"],
    packages: "any",
  },
  {
    folder: "server/gateway/",
    mayImport: ["shared/", "server/runtime/", "server/todo/", "server/auth/"],
    packages: "any",
  },
  { folder: "server/observability/", mayImport: ["shared/", "server/runtime/"], packages: "any" },
  { folder: "server/", mayImport: ["shared/", "server/"], packages: "any" },
  { folder: "client/", mayImport: ["shared/"], packages: "any" },
];

/** The one exception: a token minted from a data folder that the user can read. */
const EXCEPTIONS = new Set(["client/cli/local_token.ts -> server/auth/tokens.ts"]);

/** Hands on its folder's names; outside that folder nothing else of it is seen. */
const RUNTIME_INDEX = "server/runtime/index.ts";
/** What may hand on other files' names: what users of the package see as one thing. */
const INDEXES = [RUNTIME_INDEX, "server/runtime/gen_server.ts", "client/index.ts"];

function rowOf(file: string): Row | undefined {
  return TABLE.find((row) => file.startsWith(row.folder));
}

/** Why `file` may not have this import; undefined when it may. */
function refusal(file: string, { specifier, reexport }: Import): string | undefined {
  const row = rowOf(file);
  if (row === undefined) return "lies in a folder that the import table does not name";
  if (specifier === "") return "computes what it imports: nobody can check that";
  if (!specifier.startsWith(".")) return packageRefusal(row, specifier);
  const target = posix.join(dirname(file), specifier);
  if (!target.endsWith(".ts")) return `imports ${specifier}: want the file's name with .ts`;
  if (reexport && !INDEXES.includes(file)) return `hands on ${target}: import it where it stands`;
  if (rowOf(target) === row || EXCEPTIONS.has(`${file} -> ${target}`)) return undefined;
  if (!row.mayImport.some((folder) => target.startsWith(folder))) {
    return `imports ${target}: ${row.folder} may import ${row.mayImport.join(", ") || "nothing"}`;
  }
  if (target.startsWith("server/runtime/") && target !== RUNTIME_INDEX) {
    return `imports ${target}: outside the runtime only its index.ts is seen`;
  }
  return undefined;
}

function packageRefusal(row: Row, specifier: string): string | undefined {
  const known = row.packages === "any" || row.packages.some((name) => specifier.startsWith(name));
  return known ? undefined : `imports ${specifier}: ${row.folder} does without it`;
}

test("every file imports only what its folder may", () => {
  const files = sourceFiles(["shared", "server", "client"]);
  expect(files).not.toEqual([]);
  const refusals = files.flatMap((file) =>
    importsOf(readFileSync(file, "utf8")).flatMap((found) => {
      const why = refusal(file, found);
      return why === undefined ? [] : [`${file}:${found.line} ${why}`];
    }),
  );
  expect(refusals).toEqual([]);
});

describe("the test of the table itself", () => {
  const refused: readonly (readonly [file: string, text: string, why: string])[] = [
    ["shared/todo/todo.ts", `import { x } from "node:fs";`, "node:fs"],
    ["shared/todo/todo.ts", `import type { x } from "../../server/todo/policy.ts";`, "nothing"],
    ["server/runtime/pid.ts", `import { x } from "../todo/policy.ts";`, "server/todo/policy.ts"],
    ["server/gateway/a.ts", `import { x } from "../storage/event_log.ts";`, "event_log.ts"],
    ["server/gateway/a.ts", `import { x } from "../runtime/pid.ts";`, "index.ts is seen"],
    ["server/todo/a.ts", `import { x } from "../config.ts";`, "server/config.ts"],
    ["server/todo/a.ts", `const x = await import("../gateway/a.ts");`, "server/gateway/a.ts"],
    ["server/storage/a.ts", `new Worker(new URL("../todo/a.ts", import.meta.url));`, "todo/a.ts"],
    ["client/socket.ts", `import {\n  a,\n  b,\n} from "../server/auth/tokens.ts";`, "tokens.ts"],
    ["client/a.ts", `export { x } from "../shared/assert.ts";`, "import it where it stands"],
    ["client/a.ts", "await import(name);", "computes"],
    ["client/a.ts", `import { x } from "./b";`, "want the file's name with .ts"],
  ];

  test.each(refused)("%s: %s is refused", (file, text, why) => {
    expect(importsOf(text).map((found) => refusal(file, found))).toEqual([
      expect.stringContaining(why),
    ]);
  });

  test("imports in comments and permitted ones pass", () => {
    const passes = (file: string, specifier: string): boolean =>
      refusal(file, { specifier, line: 1, reexport: false }) === undefined;
    expect(passes("server/application.ts", "./gateway/http_server.ts")).toBe(true);
    expect(passes("client/cli/local_token.ts", "../../server/auth/tokens.ts")).toBe(true);
    const text = `// import "./gateway.ts";\nimport * as T from "../shared/todo/todo_list.ts";`;
    expect(importsOf(text)).toHaveLength(1);
    expect(importsOf(text).map((found) => refusal("client/a.ts", found))).toEqual([undefined]);
  });
});
