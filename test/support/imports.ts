/**
 * Imports: every import of a source file, read from its text.
 *
 * Shape: importsOf('import { a } from "./b.ts";') → [{ specifier: "./b.ts", line: 1, … }]
 * Finds static and dynamic imports, re-exports, `import type`, and files named relative to
 * import.meta (workers). A dynamic import of anything but a literal has the specifier "".
 */

export interface Import {
  readonly specifier: string;
  /** Line of the specifier, from 1. */
  readonly line: number;
  /** `export … from`: another file's name handed on. */
  readonly reexport: boolean;
}

const PATTERNS: readonly { readonly pattern: RegExp; readonly reexport: boolean }[] = [
  { pattern: /^import\b[^;"'`=(]*?\bfrom\s*["']([^"']+)["']/gm, reexport: false },
  { pattern: /^import\s*["']([^"']+)["']/gm, reexport: false },
  { pattern: /^export\s+(?:type\s+)?[{*][^;"'`=(]*?\bfrom\s*["']([^"']+)["']/gm, reexport: true },
  { pattern: /\bimport\(\s*(?:["']([^"']+)["'])?/g, reexport: false },
  { pattern: /\bnew URL\(\s*["'](\.[^"']*)["'],\s*import\.meta\.url/g, reexport: false },
  { pattern: /\bimport\.meta\.resolve\(\s*(?:["']([^"']+)["'])?/g, reexport: false },
];

/** All imports of `source`, in the order of their lines. */
export function importsOf(source: string): Import[] {
  const code = withoutComments(source);
  const found = PATTERNS.flatMap(({ pattern, reexport }) =>
    [...code.matchAll(pattern)].map((match) => ({
      specifier: match[1] ?? "",
      line: code.slice(0, match.index + match[0].length).split("\n").length,
      reexport,
    })),
  );
  return found.sort((a, b) => a.line - b.line);
}

/** Blanks comments, keeping every line where it was. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/^\s*\/\/.*$/gm, "");
}
