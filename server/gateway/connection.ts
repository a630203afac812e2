/**
 * Connection: the caller process, one for each WebSocket.
 *
 * Path:  frames come as messages, wait undecoded in the inbox, are dispatched one by one; answers
 *        and pushes come as messages too and leave through the outbox. Nothing else writes the
 *        socket.
 * Bound: IN_FLIGHT_MAX requests without an answer, a message rate, QUEUED_BYTES_CONFLATE not yet
 *        sent; beyond any of them the socket is not read, beyond the last events are conflated.
 *        Beyond QUEUED_BYTES_MAX not yet sent the peer is closed as a slow reader.
 * Errors: a bug in here ends this connection alone.
 */
import type { CloseCode } from "../../shared/protocol/close_codes.ts";
import { encodePush } from "../../shared/protocol/codec.ts";
import {
  HEARTBEAT_MS,
  PARSE_ERRORS_MAX,
  QUEUED_BYTES_CONFLATE,
  QUEUED_BYTES_MAX,
} from "../../shared/protocol/limits.ts";
import type { Push } from "../../shared/protocol/pushes.ts";
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from "../../shared/protocol/version.ts";
import { RateLimit } from "../../shared/rate_limit.ts";
import type { Identity } from "../auth/identity.ts";
import {
  type Down,
  exit,
  type GenServer,
  type Pid,
  Reply,
  sendAfter,
  startCallback,
} from "../runtime/index.ts";
import type { ListsNews } from "../todo/todo_directory.ts";
import type { TodoPush } from "../todo/todo_push.ts";
import type { Answer } from "../todo/todo_request.ts";
import type { ConnectionSocket, SocketNews } from "./connection_socket.ts";
import type { Reminder } from "./connections.ts";
import { Dispatch } from "./dispatch.ts";
import { Following, type JoinAgain } from "./following.ts";
import type { Gateway } from "./gateway.ts";
import { Inbox } from "./inbox.ts";
import { Liveness } from "./liveness.ts";
import type { Caller } from "./method.ts";

/** Messages of one frame after which others have their turn. */
const MESSAGES_PER_TURN = 1_000;
/** Milliseconds without a byte taken after which a server that goes away waits no longer. */
const UNTAKEN_MS_MAX = 1_000;

type Message =
  | SocketNews
  | Reminder
  | JoinAgain
  | TodoPush
  | ListsNews
  | Down
  | { readonly type: "read_on" };

export interface ConnectionOptions {
  readonly gateway: Gateway;
  readonly socket: ConnectionSocket;
  readonly identity: Identity;
  /** The client offered no subprotocol: a frame holds exactly one message. */
  readonly onePerFrame: boolean;
}

/** Starts the caller process of a WebSocket that was let in, and says welcome. */
export function start(options: ConnectionOptions): GenServer.Started {
  const { gateway, socket } = options;
  let connection: Connection | undefined;
  const process = startCallback(
    gateway.runtime,
    (message) => {
      try {
        connection?.handle(message);
      } catch (thrown) {
        connection?.ended();
        socket.terminate();
        throw thrown;
      }
    },
    { link: true, label: "connection" },
  );
  connection = new Connection(options, process.pid);
  gateway.connections.add(process.pid);
  socket.tell(process.pid);
  connection.welcome();
  gateway.connections.traffic.opened += 1;
  const { user } = connection;
  gateway.runtime.telemetry.emit("connection_opened", { pid: process.pid, user });
  return { ok: true, pid: process.pid };
}

class Connection implements Caller {
  readonly user: string;
  readonly pid: Pid<Message>;
  readonly node: string;
  readonly #options: ConnectionOptions;
  readonly #inbox: Inbox;
  readonly #rate: RateLimit;
  readonly #liveness: Liveness;
  readonly #following: Following;
  readonly #dispatch: Dispatch;
  readonly #drained = () => this.pid.process?.deliver({ type: "drained" });
  #parseErrors = 0;
  /** A `read_on` is on its way: the message rate was exceeded. */
  #isReadingOn = false;
  #isReading = true;
  /** It answers what was read, takes nothing more, and closes. */
  #isLeaving = false;
  /** While it leaves: when its peer had taken all that was queued. */
  #takenAt = 0;
  /** The close that was sent; nothing is said any more. */
  #closeCode: CloseCode | undefined;

  constructor(options: ConnectionOptions, pid: Pid<Message>) {
    const { gateway, socket, identity, onePerFrame } = options;
    const { outbox } = socket;
    const now = gateway.runtime.clock.now();
    const perSecond = gateway.limits.messages_per_s;
    this.user = identity.user;
    this.pid = pid;
    this.node = gateway.node;
    this.#options = options;
    this.#inbox = new Inbox({ onePerFrame });
    this.#rate = new RateLimit({ perSecond, burst: perSecond }, now);
    this.#liveness = new Liveness(now);
    const watch = (list: string, server: Pid) => this.#dispatch.watch(list, server);
    const isSubscribing = (list: string) => this.#dispatch.calls.isSubscribing(list);
    const { user } = this;
    this.#following = new Following({ gateway, pid, user, outbox, isSubscribing, watch });
    this.#dispatch = new Dispatch({ gateway, caller: this, following: this.#following, outbox });
  }

  get subscriptions(): number {
    return this.#following.subscriptions.size;
  }

  isSubscribed(list: string): boolean {
    return this.#following.subscriptions.has(list);
  }

  /** It leaves, by itself or by a bug. */
  ended(): void {
    const { connections, runtime } = this.#options.gateway;
    connections.remove(this.pid);
    if (!this.#isReading) connections.traffic.paused -= 1;
    const { pid, user } = this;
    runtime.telemetry.emit("connection_closed", { pid, user, code: this.#closeCode });
  }

  welcome(): void {
    const { limits } = this.#options.gateway;
    const welcome: Push<"welcome"> = {
      pid: String(this.pid),
      user: this.user,
      node: this.node,
      server: SOFTWARE_VERSION,
      protocol: PROTOCOL_VERSION,
      heartbeat_ms: HEARTBEAT_MS,
      features: [],
      limits,
    };
    this.#options.socket.outbox.send(encodePush("welcome", welcome));
  }

  handle(message: unknown): void {
    if (message instanceof Reply) this.#answered(message as Reply<Answer>);
    else this.#handle(message as Message);
  }

  #handle(message: Message): void {
    if (message.type === "closed") exit("normal");
    if (this.#isClosing) {
      if (message.type === "leave") this.#options.socket.letGo();
      return;
    }
    switch (message.type) {
      case "frame":
        return this.#frame(message.text);
      case "event":
      case "gone":
        this.#following.pushed(message);
        return this.#afterSaying();
      case "lists":
      case "lists_failed":
        this.#dispatch.listsRead(message);
        return this.#afterAnswer();
      case "DOWN":
        return this.#down(message);
      case "join_again":
        return this.#following.joinAgain(message);
      case "read_on":
        this.#isReadingOn = false;
        return this.#read();
      case "drained":
        this.#takenAt = this.#now;
        return this.#afterAnswer();
      case "pong":
        return this.#liveness.heard(this.#now);
      case "binary":
        return this.#close(4400);
      case "sweep":
        this.#dispatch.sweep(this.#now);
        return this.#afterAnswer();
      case "beat":
        return this.#beat();
      case "goaway":
        return this.#goAway(message.withinMs, message.jitterMs);
      case "leave":
        this.#isLeaving = true;
        this.#takenAt = this.#now;
        return this.#afterAnswer();
      default:
        message satisfies never;
    }
  }

  #frame(text: string): void {
    this.#options.socket.took();
    this.#liveness.heard(this.#now);
    if (this.#isLeaving) return;
    this.#inbox.addFrame(text);
    this.#read();
  }

  /** Dispatches what may be; the socket is read while nothing is left over. */
  #read(): void {
    const { calls } = this.#dispatch;
    const { in_flight } = this.#options.gateway.limits;
    let left = MESSAGES_PER_TURN;
    const { outbox } = this.#options.socket;
    while (
      !this.#inbox.isEmpty &&
      calls.size < in_flight &&
      outbox.hasRoom(QUEUED_BYTES_CONFLATE)
    ) {
      left -= 1;
      if (left < 0 || !this.#rate.take(this.#now)) {
        this.#readLater();
        break;
      }
      this.#take(this.#inbox.next());
      if (this.#isClosing) return;
    }
    if (calls.size > 0) this.#options.gateway.connections.sweepLater(this.pid);
    this.#setReading(this.#inbox.isEmpty && calls.size < in_flight);
    this.#afterSaying();
  }

  #take(text: string): void {
    if (text === "") return; // A frame without a message: it has cost a token.
    if (this.#dispatch.message(text)) {
      this.#parseErrors = 0;
      return;
    }
    this.#parseErrors += 1;
    if (this.#parseErrors === PARSE_ERRORS_MAX) this.#close(4400);
  }

  #readLater(): void {
    if (this.#isReadingOn) return;
    this.#isReadingOn = true;
    const waitMs = this.#rate.waitMs(this.#now);
    sendAfter<Message>(this.pid, { type: "read_on" }, waitMs);
  }

  #setReading(isReading: boolean): void {
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    this.#options.gateway.connections.traffic.paused += isReading ? -1 : 1;
    if (isReading) this.#options.socket.resume();
    else this.#options.socket.pause();
  }

  #answered({ ref, value }: Reply<Answer>): void {
    if (this.#isClosing) return;
    if (this.#following.answered(ref, value)) return this.#afterSaying();
    this.#dispatch.answered(ref, value);
    this.#afterAnswer();
  }

  #afterAnswer(): void {
    this.#dispatch.runWaiting();
    if (!this.#isReading) this.#read();
    else if (this.#dispatch.calls.size > 0) {
      this.#options.gateway.connections.sweepLater(this.pid);
    }
    this.#afterSaying();
  }

  #afterSaying(): void {
    const { outbox } = this.#options.socket;
    this.#following.catchUpAll();
    if (this.#isLeaving && this.#leave()) return;
    // What is flushed already, to ask for room, is followed by no flush.
    if (this.#dispatch.isWaiting && outbox.queuedBytes === 0) this.#dispatch.runWaiting();
    if (this.#dispatch.isWaiting) outbox.whenFlushed(this.#drained);
    if (outbox.hasRoom(QUEUED_BYTES_CONFLATE)) this.#liveness.keptUp();
    else if (outbox.queuedBytes > QUEUED_BYTES_MAX) this.#close(4108);
  }

  /** True: it has closed, for all that was read is answered, or its peer takes no answers. */
  #leave(): boolean {
    const { socket, gateway } = this.#options;
    const isDone = this.#inbox.isEmpty && this.#dispatch.calls.size === 0;
    if (isDone) this.#close(4100);
    else if (socket.outbox.hasRoom(0)) this.#takenAt = this.#now;
    else if (this.#now - this.#takenAt >= UNTAKEN_MS_MAX) {
      this.#close(4100);
      socket.terminate();
    }
    if (!this.#isClosing) gateway.connections.sweepLater(this.pid);
    return this.#isClosing;
  }

  #down(down: Down): void {
    const list = this.#dispatch.down(down.pid);
    if (list !== undefined) this.#following.down(list, down);
    this.#afterAnswer();
  }

  #beat(): void {
    const { socket, identity, gateway } = this.#options;
    if (identity.expiresAt !== null && gateway.runtime.clock.time() >= identity.expiresAt) {
      return this.#close(4401);
    }
    const now = this.#now;
    const { queuedBytes } = socket.outbox;
    const need = this.#liveness.need(now, { isReading: this.#isReading, queuedBytes });
    if (need === "heartbeat_lost") return this.#close(4109);
    if (need === "slow_reader") return this.#close(4108);
    if (need === "ping") socket.ping();
    if (!this.#liveness.needsTick(now, socket.outbox.sent)) return;
    socket.outbox.send(encodePush("tick", { now: gateway.runtime.clock.time() }));
  }

  #goAway(withinMs: number, jitterMs: number): void {
    const goaway: Push<"goaway"> = { within_ms: withinMs, jitter_ms: jitterMs };
    this.#options.socket.outbox.send(encodePush("goaway", goaway));
  }

  #close(code: CloseCode): void {
    if (this.#isClosing) return;
    this.#closeCode = code;
    this.#options.gateway.connections.traffic.closed(code);
    this.#inbox.clear();
    this.#options.socket.close(code);
    if (this.#isLeaving) this.#options.socket.letGo();
  }

  get #isClosing(): boolean {
    return this.#closeCode !== undefined;
  }

  get #now(): number {
    return this.#options.gateway.runtime.clock.now();
  }
}
