/**
 * TextLines: the lines of a file, without their ends, as text of UTF-8.
 *
 * Bound: a line has at most LINE_BYTES_MAX, so that a file without line ends takes no memory.
 * Errors: a line that is longer, or no UTF-8, comes as `undefined`, and is the last that comes.
 */

/** Many times what the longest event takes. */
export const LINE_BYTES_MAX = 1024 * 1024;

const LINE_FEED = 10;

/** linesOf(["a\nb", "c\n"]) → "a", "bc"; an end behind the last line is none of its own. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string | undefined, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      const line = textOf(decoder, bytes.subarray(from, end));
      yield line;
      if (line === undefined) return;
      from = end + 1;
    }
    rest = Uint8Array.from(bytes.subarray(from));
    if (rest.length > LINE_BYTES_MAX) return yield undefined;
  }
  if (rest.length > 0) yield textOf(decoder, rest);
}

function textOf(decoder: TextDecoder, bytes: Uint8Array): string | undefined {
  if (bytes.length > LINE_BYTES_MAX) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
