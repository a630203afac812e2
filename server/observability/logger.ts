/**
 * Logger: what the runtime tells, as JSON lines on standard error.
 *
 * Standard output is for people (the line that says where the server listens). A line never carries
 * a token or a todo's text; a crash comes with its stack.
 */
import { type Logger as Pino, pino } from "pino";
import { describeReason, isOrderly, type Telemetry } from "../runtime/index.ts";

export type Logger = Pino;

/** `level`: "info", "warn", "silent", … */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

/** Logs what goes wrong in the runtime: crashes, restarts, long turns, high mailboxes. */
export function logTelemetry(logger: Logger, telemetry: Telemetry): void {
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
