/** Chance without a state: a draw is a function of the seed and of what is drawn for, so that a run repeats exactly. */

/** FNV-1a over the text, then mixed (murmur3's finaliser), as an unsigned 32-bit integer. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** @returns a number in [0, 1), the same for the same arguments */
export function chance(seed: number, purpose: string): number {
  return hash32(`${seed}/${purpose}`) / 2 ** 32;
}
