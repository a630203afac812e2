/** CommanderSentence: what commander says of a wrong argument, as a sentence of ours. */

/** "error: unknown option '--x'" → "Unknown option '--x'." */
export function commanderSentence(error: string): string {
  const text = error
    .replace(/^error: /, "")
    .trim()
    .replace(/\.?\n/g, " ")
    .replace(/\.$/, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
