/**
 * Inbox: a process for tests that lets the test take what it is sent, in order.
 */
import { type Pid, type Runtime, receive } from "../../server/runtime/index.ts";

export class Inbox<Message> {
  readonly pid: Pid<Message>;
  readonly #come: Message[] = [];
  readonly #takers: ((message: Message) => void)[] = [];

  constructor(runtime: Runtime) {
    const put = (message: Message) => {
      const taker = this.#takers.shift();
      if (taker === undefined) this.#come.push(message);
      else taker(message);
    };
    this.pid = runtime.spawn<Message>(function* () {
      for (;;) put(yield* receive<Message>());
    });
  }

  /** The next message; waits for it. */
  take(): Promise<Message> {
    const come = this.#come.shift();
    if (come !== undefined) return Promise.resolve(come);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** What has come and was not taken. */
  get left(): readonly Message[] {
    return this.#come;
  }
}
