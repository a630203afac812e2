/**
 * Subscribers: the connections that see every event of one list.
 *
 * Owner: one TodoServer, in whose process all of this runs: it is the process that monitors them,
 *        so that one that dies is forgotten.
 * Cost:  a push is one message to each; all get the same object.
 */
import { demonitor, monitor, type Pid, type Ref, send } from "../runtime/index.ts";
import type { TodoPush } from "./todo_push.ts";

interface Subscriber {
  readonly user: string;
  readonly monitor: Ref;
}

export class Subscribers {
  readonly #all = new Map<Pid, Subscriber>();

  get size(): number {
    return this.#all.size;
  }

  /** From now on `pid` gets every push; once, however often it joins. */
  join(pid: Pid, user: string): void {
    this.leave(pid);
    this.#all.set(pid, { user, monitor: monitor(pid) });
  }

  leave(pid: Pid): void {
    const subscriber = this.#all.get(pid);
    if (subscriber === undefined) return;
    demonitor(subscriber.monitor, { flush: true });
    this.#all.delete(pid);
  }

  /** It has died, and its monitor with it. */
  forget(pid: Pid): void {
    this.#all.delete(pid);
  }

  push(push: TodoPush): void {
    for (const pid of this.#all.keys()) send(pid as Pid<TodoPush>, push);
  }

  /** Sends `last` to every connection of that user, and nothing after it. */
  expel(user: string, last: TodoPush): void {
    for (const [pid, subscriber] of this.#all) {
      if (subscriber.user !== user) continue;
      send(pid as Pid<TodoPush>, last);
      this.leave(pid);
    }
  }

  /** Sends `last` to all, and nothing after it. */
  expelAll(last: TodoPush): void {
    this.push(last);
    for (const pid of this.#all.keys()) this.leave(pid);
  }
}
