/** The key goes into signatures and nowhere else: not into events, outcomes, errors, or what a client looks like in a log. */
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import {
  type ClientEvent,
  ClientOptionsError,
  createRedpackClient,
  memoryJournal,
  type PaymentRecord,
} from '../../client/index.ts';
import { KEY } from '../support/in-process.ts';
import { useLab } from '../support/server.ts';
import { BILLNO, fetchOf, MERCHANT_OPTIONS, ORDER, refusedAnswer } from './support.ts';

const lab = useLab();
const shown = (value: unknown): string =>
  `${inspect(value, { depth: 12, showHidden: true, getters: true })}${JSON.stringify(value)}${String(value)}`;

it('is not in a client, its events, its records or its outcomes, over real TLS', async () => {
  const server = await lab.start({ scenario: 'no-limits' });
  const { mchId, appid, certificates } = server.merchant;
  const events: ClientEvent[] = [];
  const records: PaymentRecord[] = [];
  const inner = memoryJournal();
  const client = createRedpackClient({
    mchId,
    appid,
    key: KEY,
    baseUrl: server.url,
    certificate: { pfx: certificates.p12, passphrase: mchId },
    ca: server.ca,
    numbersDir: lab.certDir,
    onEvent: (event) => events.push(event),
    journal: {
      read: inner.read,
      write: async (record) => {
        records.push(record);
        await inner.write(record);
      },
    },
  });
  const order = { ...ORDER, mch_billno: BILLNO };
  const said = [
    await client.settle(order),
    await client.query(BILLNO),
    await client.send({ ...order, total_amount: 1.5 }),
    client.prepare(order),
  ];
  expect(events.map(({ type }) => type)).toEqual(['sending', 'sent', 'querying', 'queried']);
  expect(records).toHaveLength(2);
  for (const value of [client, events, records, said]) {
    expect(shown(value)).not.toContain(KEY);
    expect(shown(value)).not.toContain('PRIVATE KEY');
  }
  await client.close();
});

it('is not in what goes wrong', async () => {
  const wrong = `${KEY}x`;
  const make = (change: object) => () =>
    createRedpackClient({ ...MERCHANT_OPTIONS, fetch, ...change });
  for (const change of [{ key: wrong }, { retry: { delayMsMin: 1 } }]) {
    try {
      make(change)();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ClientOptionsError);
      expect(shown(error)).not.toContain(KEY);
    }
  }
  const refusing = fetchOf(() => refusedAnswer('SIGN_ERROR', '签名错误'));
  const failing = fetchOf(() => {
    throw new Error('no way');
  });
  for (const fetch of [refusing, failing]) {
    const client = createRedpackClient({ ...MERCHANT_OPTIONS, fetch });
    expect(shown(await client.send({ ...ORDER, mch_billno: BILLNO }))).not.toContain(KEY);
  }
});
