/**
 * LoadOptions: what a run is told by its arguments and the environment, checked.
 *
 * Errors: whatever is wrong is one sentence (`refused`); the program then exits with 2.
 * Bound:  a run always ends: --seconds is at most SECONDS_MAX.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { commanderSentence } from "../../client/cli/commander_sentence.ts";
import { type Env, given } from "../../client/cli/environment.ts";
import { isLoopback, socketUrl, URL_DEFAULT } from "../../client/cli/server_url.ts";
import { DATA_DEFAULT } from "../../client/cli/settings.ts";
import { isToken, NO_TOKEN_IN_VARIABLE, tokenWanted } from "../../client/cli/token.ts";
import { isUserName } from "../../shared/protocol/names.ts";
import { EXIT } from "./load_error.ts";
import type { Shape, ShapeOption } from "./scenarios/scenario.ts";
import { isScenario, SCENARIOS, type ScenarioName } from "./scenarios/scenarios.ts";

export interface LoadOptions {
  readonly scenario: ScenarioName;
  readonly shape: Shape;
  readonly seconds: number;
  /** Operations a second of all together; undefined: as fast as the answers come. */
  readonly rate: number | undefined;
  /** Operations under way of one connection. */
  readonly outstanding: number;
  /** ws:// or wss://, with the path of the socket. */
  readonly url: string;
  readonly data: string;
  readonly token: string | undefined;
  /** Users are named PREFIX-1, PREFIX-2, …; titles of lists begin with it. */
  readonly as: string;
  readonly workers: number;
  /** Leaves the lists, for somebody who looks at them afterwards. */
  readonly keep: boolean;
  readonly json: boolean;
  readonly seed: number;
}

/** What the arguments came to. */
export type ParsedLoad =
  | { readonly kind: "options"; readonly options: LoadOptions }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "refused"; readonly sentence: string };

/** The options as commander hands them over. */
interface Flags {
  readonly connections?: number;
  readonly lists?: number;
  readonly writers?: number;
  readonly outstanding?: number;
  readonly seconds: number;
  readonly rate?: number;
  readonly url?: string;
  readonly data?: string;
  readonly as: string;
  readonly workers: number;
  readonly keep?: true;
  readonly json?: true;
  readonly seed: number;
  readonly iOwnThisServer?: true;
}

const SECONDS_MAX = 600;
const CONNECTIONS_MAX = 50_000;
const LISTS_MAX = 10_000;
const WRITERS_MAX = 200; // Of one list: each keeps a few todos, and a list is to stay one page.
const OUTSTANDING_MAX = 256; // What a connection may have in flight (PROTOCOL.md section 7).
const OUTSTANDING_PACED = 64; // With a rate, an answer that is late must not hold up the next.
const RATE_MAX = 1_000_000;
const WORKERS_MAX = 64;
const SEED_MAX = 2 ** 31 - 1;
const OWN_REFUSAL = "load.refused"; // The code of a CommanderError that is ours.
const SEE_HELP = "See `npm run load -- --help`.";

/** Reads the arguments behind `npm run load --`, and the environment. */
export function parseLoad(args: readonly string[], env: Env): ParsedLoad {
  let text = "";
  const program = loadProgram().configureOutput({
    writeOut: (part) => (text += part),
    writeErr: (part) => (text += part),
  });
  try {
    program.parse(args, { from: "user" });
    const name = String(program.args[0]);
    return { kind: "options", options: checked(name, program.opts<Flags>(), env) };
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { kind: "help", text };
    if (!(error instanceof CommanderError)) throw error;
    return { kind: "refused", sentence: `${sentenceOf(error)} ${SEE_HELP}` };
  }
}

function checked(name: string, flags: Flags, env: Env): LoadOptions {
  if (!isScenario(name)) throw refused(`A scenario is one of ${names()}; ${name} came.`);
  const scenario = SCENARIOS[name];
  for (const option of ["lists", "writers", "outstanding"] as const) {
    if (flags[option] === undefined || scenario.takes.includes(option)) continue;
    throw refused(`${name} has no --${option}: it is for ${takersOf(option)}.`);
  }
  const { connections, lists, writers } = { ...scenario.defaults, ...flags };
  const shape = { connections, lists, writers };
  const refusal = scenario.refusal?.(shape);
  if (refusal !== undefined) throw refused(refusal);
  const { as, seconds, workers, seed } = flags;
  if (!isUserName(`${as}-${CONNECTIONS_MAX}`)) {
    throw refused(`--as wants the beginning of user names; ${JSON.stringify(as)} came.`);
  }
  const { url, token } = serverOf(flags, env);
  const rate = flags.rate ?? scenario.rate;
  return {
    scenario: name,
    shape,
    seconds,
    rate,
    outstanding: flags.outstanding ?? (rate === undefined ? 1 : OUTSTANDING_PACED),
    url,
    data: flags.data ?? given(env.TODO_DATA) ?? DATA_DEFAULT,
    token,
    as,
    workers,
    keep: flags.keep === true,
    json: flags.json === true,
    seed,
  };
}

/** Another machine gets a token only when that, or the folder it is made from, is named for it. */
function serverOf(flags: Flags, env: Env): Pick<LoadOptions, "url" | "token"> {
  const named = socketUrl(flags.url ?? given(env.TODO_URL) ?? URL_DEFAULT);
  if (!named.ok) throw refused(named.sentence);
  const { url } = named;
  const token = given(env.TODO_TOKEN);
  if (token !== undefined && !isToken(token)) throw refused(NO_TOKEN_IN_VARIABLE);
  if (isLoopback(url)) return { url, token };
  if (flags.iOwnThisServer !== true) {
    throw refused(`${url} is another machine: add --i-own-this-server if you may put load on it.`);
  }
  if (token === undefined && flags.data === undefined) throw refused(tokenWanted(url));
  return { url, token };
}

function loadProgram(): Command {
  return new Command("load")
    .description("Puts load on a running todo server, measures it, and cleans up.")
    .usage("SCENARIO [options]")
    .addArgument(new Argument("<scenario>", names()))
    .option("--connections <n>", "connections; of fanout: subscribers", count(CONNECTIONS_MAX))
    .option("--seconds <n>", `how long, at most ${SECONDS_MAX}`, count(SECONDS_MAX), 10)
    .option("--lists <n>", "lists (rooms, idle)", count(LISTS_MAX))
    .option("--writers <n>", "writers on each list (fanout, rooms)", count(WRITERS_MAX))
    .option("--outstanding <n>", "operations under way a connection", count(OUTSTANDING_MAX))
    .option("--rate <n>", "operations a second, of all together", count(RATE_MAX))
    .option("--workers <n>", "processes that make the load", count(WORKERS_MAX), 2)
    .option("--seed <n>", "of the mix of operations", count(SEED_MAX), 1)
    .option("--url <url>", `the server; ${URL_DEFAULT} (env TODO_URL)`)
    .option("--data <folder>", `its data folder, to make tokens; ${DATA_DEFAULT} (env TODO_DATA)`)
    .option("--as <prefix>", "users are named PREFIX-1, PREFIX-2, …", "load")
    .option("--keep", "leaves the lists of a run that was measured")
    .option("--json", "one JSON document instead of the report")
    .addOption(new Option("--i-own-this-server", "allows a server that is not on this machine"))
    .addHelpText("after", helpAfter())
    .allowExcessArguments(false)
    .exitOverride();
}

function helpAfter(): string {
  const lines = Object.entries(SCENARIOS).map(
    ([name, { about }]) => `  ${name.padEnd(8)} ${about}`,
  );
  return (
    `\nScenarios:\n${lines.join("\n")}\n\n` +
    "TODO_TOKEN holds a token for a server elsewhere; all are its user then.\n" +
    "Ctrl-C ends a run early; it still reports and cleans up.\n" +
    "Exit codes: 0 all went well, 1 errors or a refusal, 2 wrong usage.\n"
  );
}

function count(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Want an integer from 1 to ${max}.`);
  };
}

function names(): string {
  return Object.keys(SCENARIOS).join(", ");
}

function takersOf(option: ShapeOption): string {
  const takers = Object.entries(SCENARIOS).filter(([, { takes }]) => takes.includes(option));
  return takers.map(([name]) => name).join(" and ");
}

function refused(sentence: string): CommanderError {
  return new CommanderError(EXIT.usage, OWN_REFUSAL, sentence);
}

function sentenceOf({ code, message }: CommanderError): string {
  return code === OWN_REFUSAL ? message : commanderSentence(message);
}
