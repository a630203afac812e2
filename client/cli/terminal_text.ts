/**
 * TerminalText: other people's text made safe and measurable for a terminal.
 *
 * Shape: control characters appear as their pictures (ESC → ␛), everything else that is not seen or
 *        that turns the direction of text as its code: U+202E → \u{202e}. Joiners and variation
 *        selectors stay: emoji and several scripts are written with them, and they move nothing.
 * Cost:  text of printable ASCII is looked at once and returned as it is.
 */

const PLAIN = /^[\x20-\x7e]*$/;
const PICTURES = 0x2400; // U+2400 is the picture of NUL, those of C0 follow in order.
const PICTURE_OF_DELETE = "\u2421";

// Cc: C0, DEL, C1. Cs: half surrogates. DI: what is drawn as nothing, such as a zero width space.
const CONTROLS = String.raw`\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufff9-\ufffb`;
const UNSEEN = String.raw`[\p{DI}--[\u200c\u200d\p{Variation_Selector}]]`;

// UAX #11: emoji, East Asian wide and fullwidth; near enough for columns.
const EAST_ASIAN =
  String.raw`\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff` +
  String.raw`\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}`;

/** Made when the first text comes that is not plain: the tables of Unicode take 20 ms. */
interface Unicode {
  readonly unsafe: RegExp;
  readonly wide: RegExp;
  readonly zero: RegExp;
  readonly graphemes: Intl.Segmenter;
}
let tables: Unicode | undefined;

function unicode(): Unicode {
  tables ??= {
    unsafe: new RegExp(`[${CONTROLS}${UNSEEN}]`, "gv"),
    wide: new RegExp(String.raw`[\p{Emoji_Presentation}\ufe0f${EAST_ASIAN}]`, "u"),
    zero: /^[\p{Mn}\p{Me}\u200c\u200d]+$/u,
    graphemes: new Intl.Segmenter(undefined, { granularity: "grapheme" }),
  };
  return tables;
}

/** visible("a\u001b[31mb") → "a␛[31mb" */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(unicode().unsafe, pictureOf);
}

/** Columns that visible text takes: columnsOf("牛乳") → 4. */
export function columnsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of unicode().graphemes.segment(text)) columns += graphemeColumns(segment);
  return columns;
}

/** Cut to `columns`, the last of them then "…"; text that fits is returned as it is. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let left = columns - 1;
  for (const { segment } of unicode().graphemes.segment(text)) {
    left -= graphemeColumns(segment);
    if (left < 0) break;
    kept += segment;
  }
  return columns < 1 ? "" : `${kept}…`;
}

function graphemeColumns(grapheme: string): number {
  const { wide, zero } = unicode();
  if (zero.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

function pictureOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(PICTURES + code);
  if (code === 0x7f) return PICTURE_OF_DELETE;
  return `\\u{${code.toString(16)}}`;
}
