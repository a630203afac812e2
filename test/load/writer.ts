/**
 * Writer: adds, updates and deletes todos of its own in one list, over one connection.
 *
 * Order: the mix is a seed's: about half adds while it has room, then updates and deletes.
 * Bound: it keeps `todosMax` todos, and what its calls under way add to that.
 * Errors: a refusal counts by its kind; a todo of its own that is not there to be deleted counts as
 *         `lost_todo`.
 */

import type { Random } from "../../shared/random.ts";
import type { TodoId } from "../../shared/todo/todo.ts";
import { nowUs } from "./clock.ts";
import type { Performed, Performer } from "./pace.ts";
import { stamped } from "./push_reader.ts";
import type { Tally } from "./tally.ts";
import type { Answer, WireClient } from "./wire_client.ts";

const ADDS = 0.5;
const UPDATES = 0.6; // Of what is no add.
const DAYS = Array.from({ length: 28 }, (_, day) => `2026-12-${String(day + 1).padStart(2, "0")}`);

/** What a writer works with. */
export interface WriterTools {
  readonly client: Pick<WireClient, "ask">;
  readonly list: string;
  readonly todosMax: number;
  readonly random: Random;
  readonly tally: Tally;
}

type Method = "add_todo" | "update_todo" | "delete_todo";

export class Writer implements Performer {
  readonly #tools: WriterTools;
  readonly #ids: TodoId[] = [];
  #adding = 0;
  #written = 0;

  constructor(tools: WriterTools) {
    this.#tools = tools;
  }

  perform(startUs: number, done: (how: Performed) => void): void {
    const { random, todosMax } = this.#tools;
    const room = this.#ids.length + this.#adding < todosMax;
    if (this.#ids.length === 0 || (room && random() < ADDS)) this.#add(startUs, done);
    else if (random() < UPDATES) this.#update(startUs, done);
    else this.#delete(startUs, done);
  }

  #add(startUs: number, done: (how: Performed) => void): void {
    this.#adding++;
    const date = DAYS[this.#written % DAYS.length];
    const params = { todo: { title: this.#title(startUs), date } };
    this.#ask("add_todo", params, (answer) => {
      this.#adding--;
      if (answer.ok) this.#ids.push((answer.result as { readonly id: TodoId }).id);
      done(this.#judge("add_todo", startUs, answer));
    });
  }

  #update(startUs: number, done: (how: Performed) => void): void {
    const id = this.#ids[this.#pick()];
    const params = { id, patch: { title: this.#title(startUs) } };
    this.#ask("update_todo", params, (answer) => done(this.#judge("update_todo", startUs, answer)));
  }

  #delete(startUs: number, done: (how: Performed) => void): void {
    const at = this.#pick();
    const id = this.#ids[at];
    this.#ids[at] = this.#ids.at(-1) as TodoId;
    this.#ids.pop();
    this.#ask("delete_todo", { id }, (answer) => {
      const lost = answer.ok && !(answer.result as { readonly changed: boolean }).changed;
      if (lost) this.#tools.tally.error("lost_todo");
      done(this.#judge("delete_todo", startUs, answer));
    });
  }

  #judge(method: Method, startUs: number, answer: Answer): Performed {
    const { tally } = this.#tools;
    if (answer.ok) {
      tally.count(method);
      tally.operation(nowUs() - startUs);
      return "answered";
    }
    tally.error(answer.kind);
    return answer.kind === "closed" ? "over" : "refused";
  }

  #ask(method: Method, params: object, done: (answer: Answer) => void): void {
    const { client, list } = this.#tools;
    client.ask(method, { list, ...params }, done);
  }

  #title(startUs: number): string {
    return stamped(`Todo ${++this.#written}`, startUs);
  }

  #pick(): number {
    return Math.floor(this.#tools.random() * this.#ids.length);
  }
}
