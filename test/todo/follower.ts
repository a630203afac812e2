/**
 * Follower: a copy of a list, kept by its pushes alone, as a client keeps one.
 *
 * When the list's process dies it joins the next one by its position, as a connection does.
 */
import type { Subscribed } from "../../shared/protocol/results.ts";
import type { Todo } from "../../shared/todo/todo.ts";
import type { ListState } from "../../shared/todo/todo_event.ts";
import * as TodoEvents from "../../shared/todo/todo_event.ts";
import * as TodoList from "../../shared/todo/todo_list.ts";
import type { Caller, Heard } from "./list_world.ts";

export class Follower {
  readonly #caller: Caller;
  #state = TodoEvents.empty("");
  #epoch: string | undefined;
  #read = 0;
  /** What a client would take for a mistake of the server. */
  readonly faults: string[] = [];

  constructor(caller: Caller) {
    this.#caller = caller;
    caller.askSoon({ type: "subscribe" });
  }

  get state(): ListState {
    return this.#state;
  }

  /** Takes in what its caller has heard since. */
  follow(): void {
    for (; this.#read < this.#caller.heardAll.length; this.#read++) {
      this.#hear(this.#caller.heardAll[this.#read] as Heard);
    }
  }

  #hear(heard: Heard): void {
    if (heard.kind === "down") return this.#joinAgain();
    if (heard.kind === "push") return this.#pushed(heard);
    const { answer, request } = heard.asked;
    if (request.type !== "subscribe") return;
    if (answer?.ok !== true) this.faults.push(`subscribe: ${JSON.stringify(answer)}`);
    else this.#subscribed(answer.result as Subscribed);
  }

  #joinAgain(): void {
    const position = this.#epoch === undefined ? {} : { epoch: this.#epoch, seq: this.#state.seq };
    this.#caller.askSoon({ type: "subscribe", ...position });
  }

  #subscribed(subscribed: Subscribed): void {
    const { epoch, seq } = subscribed;
    if (this.#epoch !== undefined && this.#epoch !== epoch) this.faults.push("another epoch");
    this.#epoch = epoch;
    if (subscribed.mode === "resumed") {
      for (const event of subscribed.events) this.#apply(event);
    } else {
      const { title, todos } = subscribed;
      const { next } = subscribed;
      const list = { ...todos.reduce(TodoList.put, TodoList.create()), next };
      this.#state = { ...TodoEvents.empty(title), seq, todos: list };
    }
    if (this.#state.seq !== seq) this.faults.push(`joined at ${seq}, being at ${this.#state.seq}`);
  }

  #pushed({ push }: Extract<Heard, { kind: "push" }>): void {
    if (push.type !== "event") this.faults.push(`${push.type} came`);
    else this.#apply((JSON.parse(push.text) as { params: TodoEvents.TodoEvent }).params);
  }

  #apply(event: TodoEvents.TodoEvent): void {
    const { seq } = this.#state;
    if (event.seq !== seq + 1) this.faults.push(`event ${event.seq} came after ${seq}`);
    this.#state = TodoEvents.apply(this.#state, event);
  }
}

/** What a reader sees of a state: members apart, since a snapshot does not tell of them. */
export function shown({ title, seq, todos }: ListState): {
  readonly title: string;
  readonly seq: number;
  readonly next: number;
  readonly todos: readonly Todo[];
} {
  return { title, seq, next: todos.next, todos: [...TodoList.page(todos, 0)] };
}
