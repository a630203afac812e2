/** scenarios: processes, messages and calls on the bare queue. */
import { cpuMs, type Figures, heapBytes, perSecond } from "../run_scenario.ts";
import { BATCH, DISPATCH_PROCESSES, FAN_IN_SENDERS, RING_PROCESSES } from "../sizes.ts";
import { Actor, send, untilQuiet } from "./queue.ts";

/** An object with a function of its own. */
export function idle(size: number): Figures {
  const actors: (Actor | undefined)[] = new Array(size).fill(undefined);
  const before = heapBytes();
  const startedAt = cpuMs();
  for (let place = 0; place < size; place++) actors[place] = new Actor(() => void place);
  const rate = perSecond(startedAt, size);
  return { perSecond: rate, bytesEach: (heapBytes() - before) / actors.length };
}

/** Each is made, answers one message and is forgotten. */
export async function spawnAndExit(size: number): Promise<Figures> {
  let results = 0;
  let left = size;
  const main: Actor = new Actor(() => {
    results += 1;
    if (results % BATCH === 0) spawnBatch();
  });
  const spawnBatch = (): void => {
    for (let place = 0; place < BATCH && left > 0; place++, left--) {
      const child: Actor = new Actor(() => {
        send(main, place);
        child.handle = undefined;
      });
      send(child, "go");
    }
  };
  const startedAt = cpuMs();
  spawnBatch();
  await untilQuiet();
  return { perSecond: perSecond(startedAt, size) };
}

/** One message each way in a round trip. */
export async function pingPong(size: number): Promise<Figures> {
  let trips = 0;
  const ponger = new Actor(({ from }: { readonly from: Actor }) => send(from, "pong"));
  const pinger: Actor = new Actor(() => {
    trips += 1;
    if (trips <= size) send(ponger, { type: "ping", from: pinger });
  });
  const startedAt = cpuMs();
  send(pinger, "go");
  await untilQuiet();
  return { perSecond: perSecond(startedAt, size) };
}

/** A token goes round. */
export async function ring(size: number): Promise<Figures> {
  const last: Actor = new Actor(() => undefined);
  let first = last;
  for (let place = 1; place < RING_PROCESSES; place++) first = forwarder(first);
  last.handle = forwarder(first).handle;
  const startedAt = cpuMs();
  send(first, size);
  await untilQuiet();
  return { perSecond: perSecond(startedAt, size) };
}

function forwarder(next: Actor): Actor {
  return new Actor((hops: number) => {
    if (hops > 0) send(next, hops - 1);
  });
}

/** Many send to one that counts. */
export async function fanIn(size: number): Promise<Figures> {
  const each = Math.ceil(size / FAN_IN_SENDERS);
  let counted = 0;
  const counter = new Actor(() => {
    counted += 1;
  });
  const startedAt = cpuMs();
  for (let place = 0; place < FAN_IN_SENDERS; place++) {
    const sender = new Actor(() => {
      for (let message = 0; message < each; message++) send(counter, message);
    });
    send(sender, "go");
  }
  await untilQuiet();
  return { perSecond: perSecond(startedAt, counted) };
}

/** Casts: messages with a type that change a number. */
export async function casts(size: number): Promise<Figures> {
  let count = 0;
  const server = new Actor(({ type }: { readonly type: string }) => {
    if (type === "increment") count += 1;
  });
  const startedAt = cpuMs();
  for (let index = 0; index < size; index++) send(server, { type: "increment" });
  await untilQuiet();
  return { perSecond: perSecond(startedAt, count) };
}

/** Calls: a reply by its ref, out of a table, with one queue of deadlines for all of them. */
export async function calls(size: number): Promise<Figures> {
  const startedAt = cpuMs();
  await ask(size);
  return { perSecond: perSecond(startedAt, size) };
}

/** The same, in microseconds: other mail has another place, so that it costs nothing. */
export async function backlog(size: number): Promise<Figures> {
  const startedAt = cpuMs();
  await ask(size);
  const micros = ((cpuMs() - startedAt) * 1000) / size;
  return { micros, microsWithout: micros };
}

async function ask(size: number): Promise<void> {
  type Call = { readonly from: Actor; readonly ref: number };
  const pending = new Map<number, (value: unknown) => void>();
  const deadlines: { readonly ref: number; readonly at: number }[] = [];
  let asked = 0;
  const server = new Actor(({ from, ref }: Call) => send(from, { ref, value: 1 }));
  const client: Actor = new Actor(({ ref, value }: { ref: number; value: unknown }) => {
    const done = pending.get(ref);
    pending.delete(ref);
    while (deadlines.length > 0 && !pending.has(deadlines.at(-1)?.ref ?? 0)) deadlines.pop();
    done?.(value);
  });
  const next = (): void => {
    if (asked === size) return;
    asked += 1;
    pending.set(asked, next);
    deadlines.push({ ref: asked, at: 5000 });
    send(server, { from: client, ref: asked });
  };
  next();
  await untilQuiet();
}

/** One message to each of many; then the next one. */
export async function dispatch(size: number): Promise<Figures> {
  let delivered = 0;
  let left = Math.ceil(size / DISPATCH_PROCESSES);
  const subscribers = new Set<Actor>();
  const publish = (): void => {
    left -= 1;
    for (const subscriber of subscribers) send(subscriber, { type: "news", text: "it rains" });
  };
  const main = new Actor(() => {
    if (left > 0) publish();
  });
  for (let place = 1; place <= DISPATCH_PROCESSES; place++) {
    const isLast = place === DISPATCH_PROCESSES;
    const subscriber = new Actor(() => {
      delivered += 1;
      if (isLast) send(main, "seen");
    });
    subscribers.add(subscriber);
  }
  const startedAt = cpuMs();
  publish();
  await untilQuiet();
  return { perSecond: perSecond(startedAt, delivered) };
}
