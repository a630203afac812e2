/**
 * Words: a line of text split into words as a shell does it.
 *
 * Shape: blanks part words; '…' is taken as it is; in "…" a backslash quotes " and \ alone, outside
 *        it quotes the next character. A word that begins with # ends the line: a comment.
 *        Nothing is expanded: no $, no *, no !.
 */

/** What the line says, or the quote that it opens and does not close. */
export type Words =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly quote: string };

// One piece of a word; the last alternative takes what begins a quote and never ends it.
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(['"\\])/suy;
const BLANKS = /\s*/y;

/** wordsOf(`add "Oat milk" +home # soon`) → ["add", "Oat milk", "+home"] */
export function wordsOf(line: string): Words {
  const words: string[] = [];
  let at = skipBlanks(line, 0);
  while (at < line.length && line[at] !== "#") {
    let word = "";
    PIECE.lastIndex = at;
    for (let piece = PIECE.exec(line); piece !== null; piece = PIECE.exec(line)) {
      const [, single, double, escaped, plain, open] = piece;
      if (open !== undefined) return { ok: false, quote: open };
      word += single ?? double?.replace(/\\(["\\])/g, "$1") ?? escaped ?? plain ?? "";
      at = PIECE.lastIndex;
    }
    words.push(word);
    at = skipBlanks(line, at);
  }
  return { ok: true, words };
}

function skipBlanks(line: string, at: number): number {
  BLANKS.lastIndex = at;
  return at + (BLANKS.exec(line)?.[0].length ?? 0);
}
