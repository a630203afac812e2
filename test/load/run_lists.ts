/**
 * RunLists: the lists that a run makes, and takes away again.
 *
 * Owner: the coordinator alone makes and deletes, so that no load process that dies leaves any.
 * Order: a list is noted before it is asked for: one whose making was not answered is deleted too.
 * Bound: DEADLINE_MS for either; AWAY_MS_MAX for a server that is gone to come back, as one that is
 *        started again does; OWNERS_AT_ONCE connections.
 */
import { RpcError } from "../../client/rpc_error.ts";
import type { Admission } from "./admission.ts";
import { Interrupted, within } from "./deadline.ts";
import { LoadError } from "./load_error.ts";
import type { PlannedList } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { WireClient } from "./wire_client.ts";

const DEADLINE_MS = 60_000;
const AWAY_MS_MAX = 12_000;
const AWAY_STEP_MS = 500;
const OWNERS_AT_ONCE = 8;
const UNREACHABLE = "unreachable";
const DEAF = { pushed: () => undefined, closed: () => undefined };

/** What became of the lists. `why`: the kind of the refusal. */
export interface Removal {
  readonly removed: number;
  readonly leftBehind: readonly { readonly list: string; readonly why: string }[];
  /** Ids of those that were to be left. */
  readonly kept: readonly string[];
}

export class RunLists {
  readonly #url: string;
  readonly #admission: Admission;
  readonly #made = new Set<PlannedList>();

  constructor(url: string, admission: Admission) {
    this.#url = url;
    this.#admission = admission;
  }

  /** Makes them and lets their members in. Throws a LoadError at the first refusal. */
  async make(signal: AbortSignal): Promise<void> {
    const late = `The server did not make the lists within ${DEADLINE_MS / 1000} s.`;
    const making = this.#byOwner(this.#admission.plan.lists, async (client, lists) => {
      if (signal.aborted) throw new Interrupted();
      // All are answered before one refusal counts: none comes to be after the clean-up.
      const refusals = await Promise.all(lists.map((list) => this.#makeOne(client, list)));
      const refusal = refusals.find((message) => message !== undefined);
      if (refusal !== undefined) throw new LoadError(`The server refused a list: ${refusal}`);
    });
    await within(making, { ms: DEADLINE_MS, late });
  }

  /** Deletes what `make` made or may have made. Never throws. */
  async remove(progress: Pick<Progress, "phase">): Promise<Removal> {
    const left = new Map([...this.#made].map((list) => [list, UNREACHABLE]));
    const since = performance.now();
    progress.phase("deleting the lists");
    await this.#removeLeft(left);
    while (isAway(left) && performance.now() - since < AWAY_MS_MAX) {
      progress.phase("the server is away; trying again to delete the lists");
      await new Promise((resolve) => setTimeout(resolve, AWAY_STEP_MS));
      await this.#removeLeft(left);
    }
    return {
      removed: this.#made.size - left.size,
      leftBehind: [...left].map(([{ id }, why]) => ({ list: id, why })),
      kept: [],
    };
  }

  /** Takes out of `left` what it deletes; what is refused gets the kind of the refusal. */
  async #removeLeft(left: Map<PlannedList, string>): Promise<void> {
    const removing = this.#byOwner([...left.keys()], async (client, lists) => {
      const answers = lists.map(async (list) => {
        const answer = await client.call("delete_list", { list: list.id });
        if (answer.ok || answer.kind === "not_found") left.delete(list);
        else left.set(list, answer.kind);
      });
      await Promise.all(answers);
    });
    try {
      await within(removing, { ms: DEADLINE_MS, late: "" });
    } catch (error) {
      if (!(error instanceof LoadError || error instanceof RpcError)) throw error;
    }
  }

  /** Deletes nothing: what `make` made stays. */
  keep(): Removal {
    return { removed: 0, leftBehind: [], kept: this.#admission.plan.lists.map(({ id }) => id) };
  }

  /** Why it was refused; undefined when it was not. */
  async #makeOne(client: WireClient, list: PlannedList): Promise<string | undefined> {
    this.#made.add(list);
    const { id, title, members } = list;
    const asked = [
      client.call("start", { list: id, title }),
      ...members.map((user) => client.call("share", { list: id, user, role: "editor" })),
    ];
    const answers = await Promise.all(asked);
    return answers.flatMap((answer) => (answer.ok ? [] : [answer.message]))[0];
  }

  /** Does something with the lists of each owner, over a connection of that owner's. */
  async #byOwner(
    lists: readonly PlannedList[],
    run: (client: WireClient, lists: readonly PlannedList[]) => Promise<void>,
  ): Promise<void> {
    const owners = [...Map.groupBy(lists, ({ owner }) => owner)];
    let failed = false;
    const serve = async (): Promise<void> => {
      for (let next = owners.shift(); next !== undefined && !failed; next = owners.shift()) {
        const [owner, own] = next;
        const token = this.#admission.tokens[owner];
        const client = await WireClient.connect({ url: this.#url, token }, DEAF);
        try {
          await run(client, own);
        } finally {
          client.close();
        }
      }
    };
    const served = Array.from({ length: OWNERS_AT_ONCE }, () =>
      serve().catch((error: unknown) => {
        failed = true;
        return error;
      }),
    );
    const error = (await Promise.all(served)).find((each) => each !== undefined);
    if (error !== undefined) throw error;
  }
}

/** Whether the server was not there for some of them: then it may come back. */
function isAway(left: ReadonlyMap<PlannedList, string>): boolean {
  return [...left.values()].some((why) => why === UNREACHABLE || why === "closed");
}

/** "Left behind: 5 lists (unknown_method), the first is load-x-1." "" when nothing is. */
export function leftBehindSentence({ leftBehind }: Removal): string {
  const [first] = leftBehind;
  if (first === undefined) return "";
  const count = leftBehind.length === 1 ? "1 list" : `${leftBehind.length} lists`;
  const why = [...new Set(leftBehind.map((left) => left.why))].join(", ");
  return `Left behind: ${count} (${why}), the first is ${first.list}.`;
}
