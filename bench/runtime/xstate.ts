/**
 * xstate: one scenario on xstate's bare actors, transition functions without a machine.
 *
 * `send` runs the receiver at once, within the sender's transition, unless it is running already.
 */
import { type AnyActorRef, createActor, fromTransition } from "xstate";
import { cpuMs, type Figures, heapBytes, perSecond, runScenario } from "./run_scenario.ts";
import { FAN_IN_SENDERS, RING_PROCESSES } from "./sizes.ts";

type Message =
  | { readonly type: "ping"; readonly from: AnyActorRef }
  | { readonly type: "pong" }
  | { readonly type: "token"; readonly hops: number }
  | { readonly type: "go" };

/** An actor that does `handle` with each message. */
function spawn(handle: (message: Message) => void): AnyActorRef {
  const logic = fromTransition((state: number, message: Message) => {
    handle(message);
    return state;
  }, 0);
  return createActor(logic).start();
}

function idle(size: number): Figures {
  const actors: (AnyActorRef | undefined)[] = new Array(size).fill(undefined);
  const before = heapBytes();
  const startedAt = cpuMs();
  for (let place = 0; place < size; place++) actors[place] = spawn(() => undefined);
  const rate = perSecond(startedAt, size);
  return { perSecond: rate, bytesEach: (heapBytes() - before) / actors.length };
}

function pingPong(size: number): Figures {
  let trips = 0;
  const ponger = spawn((message) => {
    if (message.type === "ping") message.from.send({ type: "pong" });
  });
  const pinger: AnyActorRef = spawn(() => {
    trips += 1;
    if (trips <= size) ponger.send({ type: "ping", from: pinger });
  });
  const startedAt = cpuMs();
  pinger.send({ type: "go" });
  if (trips <= size) throw new Error(`${trips} trips, want ${size}`);
  return { perSecond: perSecond(startedAt, size) };
}

function ring(size: number): Figures {
  const actors: AnyActorRef[] = [];
  let hopped = 0;
  for (let place = 0; place < RING_PROCESSES; place++) {
    const next = (place + 1) % RING_PROCESSES;
    actors.push(
      spawn((message) => {
        if (message.type !== "token" || message.hops === 0) return;
        hopped += 1;
        actors[next]?.send({ type: "token", hops: message.hops - 1 });
      }),
    );
  }
  const startedAt = cpuMs();
  actors[0]?.send({ type: "token", hops: size });
  if (hopped !== size) throw new Error(`${hopped} hops, want ${size}`);
  return { perSecond: perSecond(startedAt, size) };
}

function fanIn(size: number): Figures {
  const each = Math.ceil(size / FAN_IN_SENDERS);
  let counted = 0;
  const counter = spawn(() => {
    counted += 1;
  });
  const senders = Array.from({ length: FAN_IN_SENDERS }, () =>
    spawn(() => {
      for (let hops = 0; hops < each; hops++) counter.send({ type: "token", hops });
    }),
  );
  const startedAt = cpuMs();
  for (const sender of senders) sender.send({ type: "go" });
  return { perSecond: perSecond(startedAt, counted) };
}

await runScenario({ idle, ping_pong: pingPong, ring, fan_in: fanIn });
