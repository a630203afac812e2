/**
 * SmallStore: a store of five lists with something of everything, and what is looked at in it.
 */
import { dirname, join } from "node:path";
import { StoreMark } from "../../../server/storage/store_mark.ts";
import { newStorePath } from "../store_folder.ts";
import { load, openReader, openWriter } from "../sync_store.ts";
import { makeSample, nameOf, USERS } from "./sample_store.ts";
import { served } from "./served.ts";

export const NAMES = [0, 1, 2, 3, 4].map(nameOf);
/** Later than all that is in it. */
export const LATER = 1_764_000_000_000 * 4;
/** A compact that drops nothing. */
export const KEPT_ALL = { dropDeleted: false, dropDamaged: false };

/** The path of a store with something of everything, closed. */
export function sample(seed = 1): string {
  const path = newStorePath();
  makeSample(path, { seed, lists: NAMES.length, events: 300, checkpointEvents: 100 }).close();
  return path;
}

export function beside(path: string, name: string): string {
  return join(dirname(path), name);
}

export function told(path: string): object {
  return served(path, NAMES, USERS);
}

/** As a server leaves it that has stopped. */
export function markAsLeft(path: string): void {
  const mark = new StoreMark(path);
  mark.begin(endOf(path));
  mark.close();
}

export function endOf(path: string): number {
  const { writer } = openWriter(path);
  const { pos } = writer;
  writer.close();
  return pos;
}

export function generationOf(path: string): unknown {
  const { db, writer } = openWriter(path);
  const generation = db.prepare("SELECT generation FROM meta").get()?.generation;
  writer.close();
  return generation;
}

export function loadOne(path: string, list: string) {
  const reader = openReader(path);
  const loaded = load(reader, list);
  reader.close();
  return loaded;
}
