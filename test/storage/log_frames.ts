/**
 * LogFrames: where the frames of a SQLite log stand in its bytes, and which of them end a commit.
 */

/** From `at` up to `end`, in bytes of the log. */
export interface LogFrame {
  readonly at: number;
  readonly end: number;
  readonly isCommit: boolean;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** All of them, whatever they belong to. */
export function framesOf(log: Buffer): LogFrame[] {
  const bytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  const frames: LogFrame[] = [];
  for (let at = HEADER_BYTES; at + bytes <= log.length; at += bytes) {
    frames.push({ at, end: at + bytes, isCommit: log.readUInt32BE(at + 4) > 0 });
  }
  return frames;
}
