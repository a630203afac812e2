/**
 * queue: the least that could be called actors in plain JavaScript: the floor that ours is set
 * beside. One queue, a crash caught, and an I/O turn now and then; no links, monitors, names,
 * mailboxes, selective receive, timeouts, fairness or telemetry.
 */

/** What an actor does with a message; a throw ends it. */
export type Handle = (message: never) => void;

const MESSAGES_PER_TURN = 10_000;

/** A function with a place in the queue. */
export class Actor {
  handle: Handle | undefined;

  constructor(handle: Handle) {
    this.handle = handle;
  }
}

/** A piece of the queue: actor and message in turn. */
interface Chunk {
  readonly slots: unknown[];
  next: Chunk | undefined;
}

const CHUNK_SLOTS = 2 * 1024;

let first = newChunk();
let last = first;
let head = 0; // Where the oldest pair stands in `first`.
let tail = 0; // Where the next one goes in `last`.
let spare: Chunk | undefined; // The last one that was spent.
let scheduled = false;

/** Puts it at the end of the queue. */
export function send(to: Actor, message: unknown): void {
  if (tail === CHUNK_SLOTS) addChunk();
  last.slots[tail] = to;
  last.slots[tail + 1] = message;
  tail += 2;
  if (scheduled) return;
  scheduled = true;
  setImmediate(turn);
}

/** Resolves when the queue is empty. */
export async function untilQuiet(): Promise<void> {
  while (scheduled) await new Promise(setImmediate);
}

function turn(): void {
  for (let left = MESSAGES_PER_TURN; left > 0; left--) {
    if (first === last && head === tail) break;
    if (head === CHUNK_SLOTS) dropChunk();
    const { slots } = first;
    const actor = slots[head] as Actor;
    const message = slots[head + 1];
    slots[head] = undefined;
    slots[head + 1] = undefined;
    head += 2;
    deliver(actor, message);
  }
  scheduled = first !== last || head < tail;
  if (scheduled) setImmediate(turn);
}

function deliver(actor: Actor, message: unknown): void {
  if (actor.handle === undefined) return;
  try {
    actor.handle(message as never);
  } catch {
    actor.handle = undefined;
  }
}

function newChunk(): Chunk {
  return { slots: new Array(CHUNK_SLOTS).fill(undefined), next: undefined };
}

function addChunk(): void {
  tail = 0;
  if (first === last && head === CHUNK_SLOTS) {
    head = 0; // All of it is spent: it is used again.
    return;
  }
  last.next = spare ?? newChunk();
  last = last.next;
  spare = undefined;
}

function dropChunk(): void {
  head = 0;
  spare = first;
  if (first.next !== undefined) first = first.next;
  spare.next = undefined;
}
