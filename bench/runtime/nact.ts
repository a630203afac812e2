/** nact: one scenario on nact's actors: `npx node bench/runtime/nact.ts ping_pong`. */
import { dispatch, type Ref, spawn as spawnActor, start } from "nact";
import { cpuMs, type Figures, heapBytes, perSecond, runScenario } from "./run_scenario.ts";
import { FAN_IN_SENDERS, RING_PROCESSES } from "./sizes.ts";

type Ping = { readonly type: "ping"; readonly from: Ref<string> };

const system = start();
let spawned = 0;

/** An actor that does `handle` with each message. */
function spawn<Message>(handle: (message: Message) => void): Ref<Message> {
  spawned += 1; // A name of our own: those that nact makes up clash among many.
  return spawnActor(
    system,
    (_state: unknown, message: Message) => {
      handle(message);
      return true; // One that gives back nothing is stopped.
    },
    `actor${spawned}`,
  );
}

function idle(size: number): Figures {
  const before = heapBytes();
  const startedAt = cpuMs();
  for (let place = 0; place < size; place++) spawn(() => undefined);
  const rate = perSecond(startedAt, size);
  return { perSecond: rate, bytesEach: (heapBytes() - before) / size };
}

function pingPong(size: number): Promise<Figures> {
  return new Promise((resolve) => {
    let trips = 0;
    const startedAt = cpuMs();
    const ponger = spawn<Ping>(({ from }) => dispatch(from, "pong"));
    const pinger: Ref<string> = spawn<string>(() => {
      trips += 1;
      if (trips <= size) dispatch(ponger, { type: "ping", from: pinger });
      else resolve({ perSecond: perSecond(startedAt, size) });
    });
    dispatch(pinger, "go");
  });
}

function ring(size: number): Promise<Figures> {
  return new Promise((resolve) => {
    const actors: Ref<number>[] = [];
    for (let place = 0; place < RING_PROCESSES; place++) {
      const next = (place + 1) % RING_PROCESSES;
      actors.push(
        spawn<number>((hops) => {
          const to = actors[next];
          if (hops > 0 && to !== undefined) dispatch(to, hops - 1);
          else resolve({ perSecond: perSecond(startedAt, size) });
        }),
      );
    }
    const startedAt = cpuMs();
    if (actors[0] !== undefined) dispatch(actors[0], size);
  });
}

function fanIn(size: number): Promise<Figures> {
  return new Promise((resolve) => {
    const each = Math.ceil(size / FAN_IN_SENDERS);
    let counted = 0;
    const counter = spawn<number>(() => {
      counted += 1;
      if (counted === each * FAN_IN_SENDERS) resolve({ perSecond: perSecond(startedAt, counted) });
    });
    const startedAt = cpuMs();
    for (let place = 0; place < FAN_IN_SENDERS; place++) {
      const sender = spawn<string>(() => {
        for (let message = 0; message < each; message++) dispatch(counter, message);
      });
      dispatch(sender, "go");
    }
  });
}

await runScenario({ idle, ping_pong: pingPong, ring, fan_in: fanIn });
