/**
 * plan: which users there are, who owns which list, and which process seats whom. Pure.
 *
 * Shape: lists are owned in turn by the users and every seat of a list takes the next user, so that
 *        a list has members of different names; with one token there is one user for all.
 * Bound: so many users that none owns more than LISTS_PER_USER lists: a user may make only some
 *        new ones a minute.
 */
import type { LoadOptions } from "./load_options.ts";
import type { Place } from "./scenarios/scenario.ts";
import { SCENARIOS } from "./scenarios/scenarios.ts";

const LISTS_PER_USER = 100;
const USERS_MIN = 10;
const TODOS_PER_LIST = 1000; // About 130 KiB: a snapshot stays one page.
const TODOS_PER_WRITER = 100;

/** A list that the run makes. `members`: the others who are let in. */
export interface PlannedList {
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly members: readonly string[];
}

/** One connection. `todosMax`: how many todos of its own a writer keeps in the list. */
export interface Seat {
  readonly user: string;
  readonly list: string;
  readonly subscribes: boolean;
  readonly writes: boolean;
  readonly todosMax: number;
}

/** The share of one process. `rate`: of its writers together. */
export interface Share {
  readonly seats: readonly Seat[];
  readonly rate: number | undefined;
}

export interface Plan {
  readonly users: readonly string[];
  readonly lists: readonly PlannedList[];
  readonly shares: readonly Share[];
}

/** `run`: text of this run's own, so that its lists' ids are new. `user`: the one there is. */
export function planOf(
  options: LoadOptions,
  { run, user }: { readonly run: string; readonly user: string | undefined },
): Plan {
  const { scenario, shape, as } = options;
  const places = SCENARIOS[scenario].places(shape);
  const listCount = places.reduce((most, { list }) => Math.max(most, list + 1), 0);
  const users = user === undefined ? userNames(as, listCount) : [user];
  const userOf = (index: number): string => users[index % users.length] ?? as;
  const membersOf: string[][] = Array.from({ length: listCount }, () => []);
  const writersOf = Array.from({ length: listCount }, () => 0);
  const seated = places.map((place) => {
    const members = membersOf[place.list] ?? [];
    const name = userOf(place.list + members.length);
    members.push(name);
    if (place.writes) writersOf[place.list] = (writersOf[place.list] ?? 0) + 1;
    return { place, name };
  });
  const lists = membersOf.map((members, index) => {
    const owner = userOf(index);
    return {
      id: `${run}-${index + 1}`,
      title: `${as} ${scenario} ${index + 1}`,
      owner,
      members: [...new Set(members)].filter((member) => member !== owner),
    };
  });
  const seats = seated.map(({ place, name }) => ({
    user: name,
    list: `${run}-${place.list + 1}`,
    subscribes: place.subscribes,
    writes: place.writes,
    todosMax: todosMaxOf(writersOf[place.list] ?? 0),
  }));
  return { users, lists, shares: sharesOf(seats, options, places) };
}

function userNames(as: string, listCount: number): string[] {
  const length = Math.max(USERS_MIN, Math.ceil(listCount / LISTS_PER_USER));
  return Array.from({ length }, (_, index) => `${as}-${index + 1}`);
}

function todosMaxOf(writers: number): number {
  return Math.min(TODOS_PER_WRITER, Math.floor(TODOS_PER_LIST / Math.max(1, writers)));
}

/** Seats in turn; those that operate and those that only listen each spread evenly. */
function sharesOf(
  seats: readonly Seat[],
  { scenario, rate, workers }: LoadOptions,
  places: readonly Place[],
): Share[] {
  const operates = (place: Place): boolean =>
    place.writes || SCENARIOS[scenario].reconnects === true;
  const operating = seats.filter((_, index) => operates(places[index] as Place));
  const listening = seats.filter((_, index) => !operates(places[index] as Place));
  const count = Math.min(workers, seats.length);
  const nth = (all: readonly Seat[], share: number): Seat[] =>
    all.filter((_, index) => index % count === share);
  return Array.from({ length: count }, (_, share) => {
    const own = nth(operating, share);
    return {
      seats: [...own, ...nth(listening, share)],
      rate: rate === undefined ? undefined : (rate * own.length) / operating.length,
    };
  });
}
