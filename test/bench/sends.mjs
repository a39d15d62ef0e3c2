/**
 * The process that measures what the client adds to a call: `send` against the same bytes posted with undici and read whole, turn by
 * turn, to one server. The bodies of the bare side are made before a clock starts.
 */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { createRedpackClient } from '../../dist/client/index.js';
import { PATH } from './fixed-answer.mjs';

const WARM_UP_ROUNDS = 10;

/**
 * @typedef {{ url: string, files: import('./client.mjs').ClientFiles, merchant: import('./bodies.mjs').Merchant,
 *   rounds: number, count: number, concurrencies: readonly number[] }} Errand
 * @typedef {{ concurrency: number, bareUs: number, clientUs: number }} Round microseconds a call
 */

process.on('message', async (errand) => {
  try {
    process.send({ result: await measure(errand) });
  } catch (error) {
    process.send({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());

/**
 * @param {Errand} errand
 * @returns {Promise<Round[]>}
 */
async function measure({ url, files, merchant, rounds, count, concurrencies }) {
  const [cert, key, ca] = [files.cert, files.key, files.ca].map((path) => readFileSync(path));
  const { mch_id: mchId, appid } = merchant;
  const pool = new Pool(url, { connections: 32, connect: { cert, key, ca } });
  const client = createRedpackClient({
    mchId,
    appid,
    key: merchant.key,
    baseUrl: url,
    certificate: { cert, key },
    ca,
    ratePerSecond: null,
  });
  let serial = 0;
  const measured = [];
  for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++) {
    for (const concurrency of concurrencies) {
      const orders = Array.from({ length: count }, () => orderOf(merchant, serial++));
      const sends = orders.map((order) => () => sent(client, order));
      const bodies = Array.from({ length: count }, () => {
        const prepared = client.prepare(orderOf(merchant, serial++));
        if (!prepared.ok) throw new Error('The client refuses the order of the bench.');
        return prepared.body;
      });
      const posts = bodies.map((body) => () => post(pool, body));
      // Nobody always comes first.
      const first = round % 2 === 0 ? [posts, sends] : [sends, posts];
      globalThis.gc?.();
      const times = new Map();
      for (const calls of first) times.set(calls, await timed(calls, concurrency));
      const bareUs = times.get(posts);
      const clientUs = times.get(sends);
      if (round >= WARM_UP_ROUNDS) measured.push({ concurrency, bareUs, clientUs });
    }
  }
  await Promise.all([pool.close(), client.close()]);
  return measured;
}

function orderOf({ mch_id }, serial) {
  return {
    mch_billno: `${mch_id}20250602${String(serial).padStart(10, '0')}`,
    re_openid: `oxTWIuGaIt6gTKsQRLau2M0y${String(serial % 500).padStart(4, '0')}`,
    total_amount: 1000,
    send_name: '天虹百货',
    wishing: '感谢您参加猜灯谜活动，祝您元宵节快乐！',
    client_ip: '192.168.0.1',
    act_name: '猜灯谜',
    remark: '猜越多得越多，快来抢！',
  };
}

async function sent(client, order) {
  const outcome = await client.send(order);
  if (outcome.kind !== 'sent') throw new Error(`A send was ${JSON.stringify(outcome)}`);
}

async function post(pool, body) {
  const { statusCode, body: answer } = await pool.request({
    method: 'POST',
    path: PATH,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body,
  });
  const text = await answer.text();
  if (statusCode !== 200 || !text.includes('SUCCESS')) throw new Error(`A post got ${text}`);
}

/** @returns {Promise<number>} microseconds a call */
async function timed(calls, concurrency) {
  let next = 0;
  const work = async () => {
    while (next < calls.length) await calls[next++]();
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  return ((performance.now() - start) * 1000) / calls.length;
}
