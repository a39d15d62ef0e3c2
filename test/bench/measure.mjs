/** The two measurements, in rounds that visit every server: noise then hits all of them alike. */
import { signedBody } from './bodies.mjs';
import { Connection, demandSuccess, requestBytes, trustingContext } from './client.mjs';
import { CONNECTIONS } from './plan.mjs';
import { cpuSeconds, startServer } from './server-process.mjs';

/**
 * @typedef {{ name: string, args: readonly string[] }} Contestant
 * @typedef {Contestant & { url: string, pid: number }} Running
 * @typedef {{ server: string, mode: string, serverCpu: number }} Place
 * @typedef {import('./load.mjs').Measured & Place} Turn
 */

/**
 * From before the process is spawned until it has answered a signed request over mutual TLS.
 * @param {{ contestants: readonly Contestant[], rounds: number, cwd: string,
 *   files: import('./client.mjs').ClientFiles, merchant: import('./bodies.mjs').Merchant }} options
 * @returns {Promise<{ server: string, ms: number }[]>} round after round
 */
export async function measureStarts({ contestants, rounds, cwd, files, merchant }) {
  const secureContext = trustingContext(files);
  const body = signedBody(merchant, 0);
  const starts = [];
  for (let round = 0; round <= rounds; round++) {
    for (const { name, args } of rotated(contestants, round)) {
      const begin = performance.now();
      const server = await startServer(args, cwd);
      const connection = new Connection(server.url, { secureContext });
      const bytes = requestBytes({ url: server.url, body, keepAlive: false });
      demandSuccess(await connection.post(bytes));
      const ms = performance.now() - begin;
      await connection.close();
      await server.stop();
      if (round > 0) starts.push({ server: name, ms }); // the first one reads files from the disk
    }
  }
  return starts;
}

/**
 * @param {{ servers: readonly Running[], plan: import('./plan.mjs').Plan,
 *   modes: readonly import('./load.mjs').Mode[],
 *   load: Awaited<ReturnType<typeof import('./load-process.mjs').startLoad>> }} options
 * @returns {Promise<Turn[]>} round after round
 */
export async function measureLoad({ servers, plan, modes, load }) {
  const turns = [];
  let first = 1;
  for (let round = 0; round <= plan.rounds; round++) {
    const counts = round === 0 ? plan.warmUp : plan.counts;
    for (const mode of modes) {
      const order = { mode, first, count: counts[mode], connections: CONNECTIONS[mode] };
      for (const server of rotated(servers, round)) {
        const turn = await takeTurn(load, server, order);
        if (round > 0) turns.push(turn);
      }
      first += counts[mode];
    }
  }
  return turns;
}

async function takeTurn(load, server, order) {
  const before = await cpuSeconds(server.pid);
  const measured = await load.run({ ...order, url: server.url });
  const serverCpu = (await cpuSeconds(server.pid)) - before;
  return { ...measured, server: server.name, mode: order.mode, serverCpu };
}

/** Nobody always comes first, nor always after the same one. */
export function rotated(list, by) {
  const shift = by % list.length;
  return [...list.slice(shift), ...list.slice(0, shift)];
}
