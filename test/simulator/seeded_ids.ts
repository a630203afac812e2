/**
 * SeededIds: makes the ids that nanoid gives follow from a seed.
 *
 * The product asks nanoid for epochs, list ids and keys; it takes its bytes from the platform's
 * `crypto`, in pools. From `seedIds` on those bytes are dice, and the pool of the run before is
 * used up.
 */
import { nanoid } from "nanoid";
import type { Dice } from "./dice.ts";

/** As many characters as nanoid's pool can hold: to ask for them leaves nothing in it. */
const POOL_CHARACTERS = 32_768;

const platform = crypto.getRandomValues.bind(crypto);

/** All ids from now on follow from these dice, until the answer is called. */
export function seedIds(dice: Dice): () => void {
  crypto.getRandomValues = (array) => array; // Any bytes will do to use up the pool.
  nanoid(POOL_CHARACTERS);
  crypto.getRandomValues = (array) => {
    const { buffer, byteOffset, byteLength } = array as unknown as Uint8Array;
    const bytes = new DataView(buffer, byteOffset, byteLength);
    let at = 0;
    for (; at + 4 <= byteLength; at += 4) bytes.setInt32(at, dice.word());
    for (; at < byteLength; at++) bytes.setInt8(at, dice.word());
    return array;
  };
  return () => {
    crypto.getRandomValues = platform;
  };
}
