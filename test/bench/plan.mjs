/** How much is measured, and what has to come out. */

/**
 * Many short rounds, so that what other programs do meanwhile befalls both sides of a pair alike. Several lives of each server: where
 * a process happens to lie in memory makes it faster or slower by some percent for as long as it lives.
 * Counts and not durations: each server gets the very same bodies, and memory compares.
 * @typedef {{ lives: number, rounds: number, starts: number, warmUp: Counts, counts: Counts, sends: { rounds: number, count: number } }} Plan
 * @typedef {Record<import('./load.mjs').Mode, number>} Counts requests per server and round
 */

/** @type {Plan} */
export const FULL = {
  sends: { rounds: 160, count: 100 },
  lives: 5,
  rounds: 10,
  starts: 9,
  warmUp: { 'keep-alive': 8000, new: 200, resumed: 200 },
  counts: { 'keep-alive': 2000, new: 90, resumed: 150 },
};

/** @type {Plan} */
export const QUICK = {
  sends: { rounds: 60, count: 100 },
  lives: 1,
  rounds: 3,
  starts: 5,
  warmUp: { 'keep-alive': 4000, new: 100, resumed: 100 },
  counts: { 'keep-alive': 4000, new: 300, resumed: 400 },
};

// Enough that the server always has work waiting, few enough that p99 isn't a queue's length only.
export const CONNECTIONS = { 'keep-alive': 32, new: 8, resumed: 8 };

/** Ours against bare hono, in the same round. */
export const TARGETS = [
  { name: 'keep-alive', what: 'requests per second, keep-alive', atLeast: 0.5 },
  { name: 'new', what: 'requests per second, new connections', atLeast: 0.9 },
  { name: 'start', what: 'start to first answer', atMost: 2 },
];

/** The client's `send` against the same bytes posted with undici, in the same round. */
export const SEND_TARGET = { atMost: 1.25, concurrencies: [1, 8] };
