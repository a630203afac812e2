/**
 * Logger: what the runtime and the gateway tell, as JSON lines on standard error.
 *
 * Standard output is for people (the line that says where the server listens). A line never carries
 * a token, a title or a todo's text; a crash comes with its stack.
 * Bound: CALL_LINES_PER_S lines about calls, however many are slow or fail; the next one says how
 *        many were left out.
 * Errors: a line that the system does not take (of a terminal that was closed) is lost: a server
 *         does not end with whoever reads its log.
 */
import { writeSync } from "node:fs";
import { type Logger as Pino, pino } from "pino";
import { RateLimit } from "../../shared/rate_limit.ts";
import {
  type CallTold,
  type Clock,
  describeReason,
  isOrderly,
  type Telemetry,
} from "../runtime/index.ts";

export type Logger = Pino;

const STDERR = 2;
/** Lines about single calls a second: enough to see what goes on, too few to slow a server. */
const CALL_LINES_PER_S = 10;

/** `level`: "info", "warn", "silent", … */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: writeLine },
  );
}

function writeLine(line: string): void {
  const bytes = Buffer.from(line);
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(STDERR, bytes, written);
  } catch {
    return;
  }
}

/** Logs what telemetry tells, for as long as the server lives. */
export function logTelemetry(
  logger: Logger,
  telemetry: Telemetry,
  clock: Pick<Clock, "now">,
): void {
  logRuntime(logger, telemetry);
  logCalls(logger, telemetry, clock);
  logConnections(logger, telemetry);
}

/** What goes wrong in the runtime: crashes, restarts, long turns, high mailboxes. */
function logRuntime(logger: Logger, telemetry: Telemetry): void {
  telemetry.attach("process_exited", ({ pid, label, reason }) => {
    if (isOrderly(reason)) return;
    const stack = typeof reason === "object" && "stack" in reason ? reason.stack : undefined;
    const exit = describeReason(reason);
    logger.error({ pid: String(pid), process: label, exit, stack }, "process exited");
  });
  telemetry.attach("child_restarted", ({ child, reason }) => {
    logger.warn({ child, reason: describeReason(reason) }, "child restarted");
  });
  telemetry.attach("supervisor_gave_up", ({ supervisor, child }) => {
    logger.error({ supervisor: String(supervisor), child }, "supervisor gave up");
  });
  telemetry.attach("mailbox_high", ({ pid, label, size }) => {
    logger.warn({ pid: String(pid), process: label, size }, "mailbox high");
  });
  // Noticing long turns costs a look at the clock after each process: only where they are shown.
  if (!logger.isLevelEnabled("info")) return;
  telemetry.attach("long_turn", ({ pid, label, ms }) => {
    logger.info({ pid: String(pid), process: label, ms: Math.round(ms) }, "long turn");
  });
}

function logCalls(logger: Logger, telemetry: Telemetry, clock: Pick<Clock, "now">): void {
  if (!logger.isLevelEnabled("warn")) return;
  const rate = new RateLimit({ perSecond: CALL_LINES_PER_S, burst: CALL_LINES_PER_S }, clock.now());
  let omitted = 0;
  const warn = (what: string) => (call: CallTold) => {
    if (!rate.take(clock.now())) {
      omitted += 1;
      return;
    }
    const ms = Math.round(call.ms);
    logger.warn({ ...call, pid: String(call.pid), ms, ...(omitted > 0 && { omitted }) }, what);
    omitted = 0;
  };
  telemetry.attach("call_slow", warn("slow call"));
  telemetry.attach("call_failed", warn("call failed"));
}

function logConnections(logger: Logger, telemetry: Telemetry): void {
  if (!logger.isLevelEnabled("info")) return;
  telemetry.attach("connection_opened", ({ pid, user }) => {
    logger.info({ pid: String(pid), user }, "connection opened");
  });
  telemetry.attach("connection_closed", ({ pid, user, code }) => {
    logger.info({ pid: String(pid), user, code }, "connection closed");
  });
  if (!logger.isLevelEnabled("debug")) return;
  telemetry.attach("upgrade_refused", ({ address, code }) => {
    logger.debug({ address, code }, "upgrade refused");
  });
}
