/**
 * Command watch: shows a list and every change of it until Ctrl-C.
 *
 * Exit codes: 0 ended by the user; 3 the connection was lost; 4 the user is no member any more or
 * the
 *             token's time is over; 1 the list was deleted.
 */
import type { SubscriptionEnd } from "../../todo_subscription.ts";
import { withClient } from "../connect.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { jsonView, lineView, type WatchView } from "../watch_view.ts";

export function watch(invocation: Invocation): Promise<ExitCode> {
  return withClient(invocation, async (client) => {
    const { list, title } = await chooseList(client, invocation);
    const view = await viewOf(invocation);
    try {
      return await new Promise<ExitCode>((resolve, reject) => {
        invocation.terminal.onInterrupt(() => resolve(EXIT.ok));
        client.follow(list, {
          changed: (replica, event) => view.show(replica, event),
          ended: (reason) => reject(endOf(reason, title)),
        });
      });
    } finally {
      view.close();
    }
  });
}

async function viewOf(invocation: Invocation): Promise<WatchView> {
  if (invocation.printer.json) return jsonView(invocation);
  if (invocation.terminal.stdout.isTTY !== true) return lineView(invocation);
  const { LiveScreen } = await import("../live_screen.ts");
  return new LiveScreen(invocation);
}

function endOf(reason: SubscriptionEnd, title: string): Error {
  switch (reason) {
    case "deleted":
      return new CliError(EXIT.refused, `The list ${quoted(title)} was deleted.`);
    case "revoked":
      return new CliError(EXIT.denied, `You are no longer a member of ${quoted(title)}.`);
    default:
      return reason;
  }
}
