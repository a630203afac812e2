/**
 * ChangeTodos: one change made to several todos of a list, told one by one.
 *
 * Order: all calls leave at once; what became of them is printed in the order of the ids.
 * Errors: each is printed and the others go on; the exit code is the gravest. JSON: a line per id,
 *         {id, …result} or {id, error:{kind, message}}.
 */
import type { ListEntry } from "../../shared/protocol/results.ts";
import type { TodoId } from "../../shared/todo/todo.ts";
import { RpcError } from "../rpc_error.ts";
import type { TodoClient } from "../todo_client.ts";
import { withClient } from "./connect.ts";
import { CliError, EXIT, type ExitCode, explain } from "./exit_code.ts";
import { chooseList, quoted } from "./list_choice.ts";
import type { Invocation } from "./settings.ts";

/** What a change answered, as JSON and as a line for people. */
export interface Changed {
  readonly value: object;
  readonly line: string;
}
/** Changes one todo; throws an RpcError when it is refused. */
export type Change = (client: TodoClient, list: ListEntry, id: TodoId) => Promise<Changed>;

export function changeTodos(
  invocation: Invocation,
  ids: readonly TodoId[],
  change: Change,
): Promise<ExitCode> {
  return withClient(invocation, async (client) => {
    const list = await chooseList(client, invocation);
    const outcomes = await Promise.allSettled(ids.map((id) => change(client, list, id)));
    let exit: ExitCode = EXIT.ok;
    for (const [index, outcome] of outcomes.entries()) {
      const id = ids[index] ?? 0;
      if (outcome.status === "fulfilled") {
        const { value, line } = outcome.value;
        invocation.printer.print({ json: { id, ...value }, id }, line);
      } else {
        const failed = complain(invocation, { id, list, error: outcome.reason });
        if (failed > exit) exit = failed;
      }
    }
    return exit;
  });
}

/** What is said of a todo that is not there. */
export function noTodo(id: TodoId, { title }: Pick<ListEntry, "title">): string {
  return `There is no todo ${id} in ${quoted(title)}. \`todo ls\` shows those there are.`;
}

function complain(
  { printer }: Invocation,
  { id, list, error }: { readonly id: TodoId; readonly list: ListEntry; readonly error: unknown },
): ExitCode {
  if (!(error instanceof RpcError)) throw error;
  const { exit, message, kind } = explain(error);
  const missing = kind === "not_found" && error.data.what === "todo";
  const sentence = missing ? noTodo(id, list) : `${id}: ${message}`;
  printer.fail(new CliError(exit, sentence, kind), { id });
  return exit;
}
