/** BrowserBundle: what a page loads of the client library. */
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const GZIP_BYTES_MAX = 20_000;

test("is below 20 kB, without ws, node: modules and the schemas", async () => {
  const bundle = await build({
    entryPoints: ["client/index.ts"],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    external: ["ws"], // Only Node comes to where it is imported.
  });
  const [file] = bundle.outputFiles;
  const bytes = gzipSync(file?.contents ?? "", { level: 9 }).length;
  console.info(`${bytes} bytes gzip`);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(GZIP_BYTES_MAX);
  expect(file?.text).not.toMatch(/["'`]node:/);
  const packages = Object.keys(bundle.metafile.inputs).filter((path) => path.includes("modules"));
  expect(packages.every((path) => path.startsWith("node_modules/nanoid/"))).toBe(true);
});
