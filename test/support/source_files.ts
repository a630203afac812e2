/** Source files: the TypeScript files of the project, for the tests that read source text. */
import { existsSync, globSync } from "node:fs";

/** sourceFiles(["shared"]) → ["shared/assert.ts", …], sorted, from the project's root. */
export function sourceFiles(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => globSync(`${folder}/**/*.ts`))
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}
