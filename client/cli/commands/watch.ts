/**
 * Command watch: shows a list and every change of it until Ctrl-C.
 *
 * A lost connection heals by itself: what is missed meanwhile follows.
 * Exit codes: 0 ended by the user; 1 the list was deleted; 4 the user is no member any more or the
 *             token's time is over.
 */
import type { SubscriptionEnd } from "../../todo_subscription.ts";
import { calm } from "../calm_view.ts";
import { withClient } from "../connect.ts";
import { CliError, EXIT, type ExitCode } from "../exit_code.ts";
import { chooseList, quoted } from "../list_choice.ts";
import type { Invocation } from "../settings.ts";
import { lineView, programView, type WatchView } from "../watch_view.ts";

export function watch(invocation: Invocation): Promise<ExitCode> {
  if (invocation.shared !== undefined) {
    const sentence = "watch does not end by itself: run it as a command of its own.";
    throw new CliError(EXIT.usage, sentence);
  }
  let view: WatchView | undefined;
  return withClient(
    invocation,
    async (client) => {
      const { list, title } = await chooseList(client, invocation);
      const shown = await viewOf(invocation);
      view = shown;
      try {
        return await new Promise<ExitCode>((resolve, reject) => {
          invocation.terminal.onInterrupt(() => resolve(EXIT.ok));
          client.follow(list, {
            changed: (replica, event) => shown.show(replica, event),
            ended: (reason) => reject(endOf(reason, title)),
          });
        });
      } finally {
        view = undefined; // That the connection ends now is nothing to tell.
        shown.close();
      }
    },
    { stateChanged: (state) => view?.stateChanged(state) },
  );
}

async function viewOf(invocation: Invocation): Promise<WatchView> {
  if (invocation.printer.mode !== "lines") return programView(invocation);
  const { stdout, later } = invocation.terminal;
  if (stdout.isTTY !== true) return calm(lineView(invocation), later);
  const { LiveScreen } = await import("../live_screen.ts");
  return calm(new LiveScreen(invocation), later);
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
