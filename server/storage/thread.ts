/**
 * Thread: one of the log's worker threads, seen from the main one.
 *
 * Its first message says whether it could open the store; what it says later goes to `hear`. It
 * ends by `close`; any other end is its death.
 */
import { extname } from "node:path";
import { type MessagePort, Worker } from "node:worker_threads";
import type { StoreMarks } from "./sqlite_schema.ts";

/** The first message of a thread. `isCopy`: the store was put back from somewhere. */
export type Opening =
  | { readonly ok: true; readonly marks: StoreMarks; readonly isCopy: boolean }
  | { readonly ok: false; readonly message: string };

export type ThreadOpened =
  | {
      readonly ok: true;
      readonly marks: StoreMarks;
      readonly isCopy: boolean;
      readonly thread: Thread;
    }
  | { readonly ok: false; readonly message: string };

/** Which thread, what it works on, and who hears of it. */
export interface ThreadOptions {
  /** Its file in this folder, without extension. */
  readonly name: "storage_worker" | "reader_worker";
  readonly data: unknown;
  /** Those in `data`. */
  readonly ports?: readonly MessagePort[];
  readonly hear: (message: unknown) => void;
  /** Called once. */
  readonly died: (error: Error) => void;
}

/** A thread that has opened the store. */
export interface Thread {
  /** `ports`: those in the message. */
  post(message: unknown, ports?: readonly MessagePort[]): void;
  /** Asks it to end when it has done what was posted, and waits for that. */
  close(): Promise<void>;
}

/** What is posted to a thread to end it. */
export const CLOSE = "close";

/** Starts the thread and waits until it has opened the store, or has refused it. */
export function openThread(options: ThreadOptions): Promise<ThreadOpened> {
  const { name, data, ports = [], hear, died } = options;
  // .ts in the sources, which Node strips by itself; .js in what is built from them.
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: data, transferList: [...ports] });
  const opened = Promise.withResolvers<ThreadOpened>();
  const exited = Promise.withResolvers<void>();
  let state: "opening" | "open" | "over" = "opening";
  const end = async (how: () => unknown) => {
    state = "over";
    how();
    await exited.promise;
  };
  const thread: Thread = {
    post: (message, sent = []) => worker.postMessage(message, sent),
    close: () => end(() => worker.postMessage(CLOSE)),
  };
  const die = (error: unknown) => {
    const before = state;
    state = "over";
    if (before === "opening") opened.resolve({ ok: false, message: `${name}: ${String(error)}` });
    if (before === "open") died(error instanceof Error ? error : new Error(String(error)));
  };
  worker.on("message", (message: unknown) => {
    if (state === "open") hear(message);
    if (state !== "opening") return;
    const opening = message as Opening;
    state = opening.ok ? "open" : "over";
    opened.resolve(opening.ok ? { ...opening, thread } : opening);
  });
  worker.on("error", die);
  worker.on("exit", (code) => {
    die(new Error(`${name} ended with exit code ${code}`));
    exited.resolve();
  });
  return opened.promise;
}
