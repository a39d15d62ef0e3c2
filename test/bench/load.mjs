/**
 * The load process: takes one order at a time from its parent, posts in a closed loop, and answers
 * with what it measured. Bodies are signed and request bytes laid out before a clock starts.
 */
import { signedBody } from './bodies.mjs';
import { Connection, carelessContext, demandSuccess, requestBytes } from './client.mjs';
import { percentile } from './stats.mjs';

/**
 * `keep-alive`: every connection stays. `new`: one connection with a full handshake per request.
 * `resumed`: one connection per request, by a session ticket of an earlier one.
 * @typedef {'keep-alive' | 'new' | 'resumed'} Mode
 * @typedef {{ url: string, mode: Mode, first: number, count: number, connections: number }} Order
 * @typedef {{ rps: number, p50: number, p99: number }} Speeds
 * @typedef {Speeds & { seconds: number, cpuSeconds: number }} Measured
 *   latencies in ms; cpuSeconds is what the load process itself used
 */

/** @type {import('node:tls').ConnectionOptions} */
let edge;
/** @type {import('./bodies.mjs').Merchant} */
let merchant;

process.on('message', async (message) => {
  try {
    process.send({ result: await obey(message) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());

async function obey(message) {
  if (message.order) return run(message.order);
  edge = { secureContext: carelessContext(message.files), rejectUnauthorized: false };
  merchant = message.merchant;
}

/**
 * @param {Order} order
 * @returns {Promise<Measured>}
 */
async function run(order) {
  const requests = Array.from({ length: order.count }, (_, index) =>
    requestBytes({
      url: order.url,
      body: signedBody(merchant, order.first + index),
      keepAlive: order.mode === 'keep-alive',
    }),
  );
  const workers = await (order.mode === 'keep-alive' ? stayingWorkers : passingWorkers)(order);
  const latencies = new Float64Array(order.count);
  let next = 0;

  async function work({ post }) {
    while (next < order.count) {
      const index = next++;
      latencies[index] = await post(requests[index]);
    }
  }

  globalThis.gc?.(); // the garbage of one server's turn is not the next one's to pay
  const cpu = process.cpuUsage();
  const start = performance.now();
  const rest = stayAwake();
  await Promise.all(workers.map(work));
  rest();
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  await Promise.all(workers.map(({ end }) => end()));
  latencies.sort();
  return {
    rps: order.count / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
  };
}

/**
 * Polls instead of sleeping. Waking a sleeping process costs its waker tens of microseconds on a virtual machine: a server that
 * leaves the load process time to sleep would pay for that with every answer, and the bare ones, which never do, would not.
 */
function stayAwake() {
  let awake = true;
  const poll = () => {
    if (awake) setImmediate(poll);
  };
  poll();
  return () => {
    awake = false;
  };
}

/** @param {Order} order */
async function stayingWorkers({ url, connections }) {
  const open = Array.from({ length: connections }, () => new Connection(url, edge));
  await Promise.all(open.map((connection) => connection.ready()));
  return open.map((connection) => ({
    async post(bytes) {
      const start = performance.now();
      demandSuccess(await connection.post(bytes));
      return performance.now() - start;
    },
    end: () => connection.close(),
  }));
}

/** @param {Order} order */
async function passingWorkers({ url, mode, connections }) {
  const session = mode === 'resumed' ? await sessionOf(url) : undefined;
  async function post(bytes) {
    const start = performance.now();
    const connection = new Connection(url, { ...edge, session });
    demandSuccess(await connection.post(bytes));
    const latency = performance.now() - start;
    if (connection.socket.isSessionReused() !== Boolean(session)) {
      throw new Error(`The handshake was ${session ? 'full' : 'resumed'} in mode ${mode}.`);
    }
    await connection.close();
    return latency;
  }
  return Array.from({ length: connections }, () => ({ post, end: () => undefined }));
}

/** A ticket comes after the handshake; an answer is the surest sign that it has come. */
async function sessionOf(url) {
  const connection = new Connection(url, edge);
  let session;
  connection.socket.on('session', (ticket) => {
    session = ticket;
  });
  const body = signedBody(merchant, 9_000_000_000);
  demandSuccess(await connection.post(requestBytes({ url, body, keepAlive: false })));
  await connection.close();
  return session;
}
