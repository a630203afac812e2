/**
 * Contract: what a server takes and what it answers, known to the compiler alone.
 *
 *     type Request = ({ type: "next" } & Asks<number>) | ({ type: "name" } & Asks<string>);
 *     const answer = yield* call(counter, { type: "next" }); // CallResult<number>
 *
 * The pid that a GenServer's start gives carries it: another request, or a cast that the server
 * does not know, does not compile. A bare `Pid` carries none; what is asked of it is not checked.
 */
import type { Pid } from "./pid.ts";

declare const contract: unique symbol;

/** A request that is answered by a Value. The member is never set. */
export interface Asks<Value> {
  readonly answer?: Value;
}

/** What such a request is answered by; unknown: it does not say. */
export type AnswerOf<Request> = Request extends Asks<infer Value> ? Value : unknown;

/** What `Asked`, which is one of these requests, is answered by. */
export type AnswerTo<Request, Asked> = Request extends unknown
  ? Asked extends Request
    ? AnswerOf<Request>
    : never
  : never;

/** The pid of a server that takes these requests and casts. */
export type ServerPid<Request, Message> = Pid<unknown> & {
  readonly [contract]: (request: Request, message: Message) => void;
};

/** A pid of which nothing is known. */
export type BarePid = Pid & { readonly [contract]?: never };
