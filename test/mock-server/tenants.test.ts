/** Merchants that are made while the server runs: each a world of its own, and gone without a trace. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'undici';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  dashedTime,
  ENDPOINT_ROWS,
  type EndpointName,
  parseTree,
  sampleRequest,
  writeXml,
} from '../../contracts/index.ts';
import type { NewMerchant } from '../../mock-server/casting.ts';
import { signMerchant } from '../../mock-server/certificates/authority.ts';
import { checkScenario } from '../../mock-server/scenario/load.ts';
import type { ScenarioInput } from '../../mock-server/scenario/schema.ts';
import type { MockServer } from '../../mock-server/serve.ts';
import type { CreatedMerchant } from '../../mock-server/served.ts';
import { MockUsageError } from '../../mock-server/usage.ts';
import { inProcess, MERCHANT } from '../support/in-process.ts';
import { useLab } from '../support/server.ts';

const lab = useLab();
const TENANTS = 200;
const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
const MCH = MERCHANT.mch_id;
const FREE = { callsPerSecond: null, callsPerMinute: null, userPacketsPerDay: null };

type Fields = Readonly<Record<string, string>>;
type Identity = Readonly<{ cert: string; key: string }>;

/** A client of one merchant over mutual TLS. */
function connect(server: MockServer, merchant: CreatedMerchant, { cert, key }: Identity) {
  const client = new Client(server.url, { connect: { cert, key, ca: server.ca } });
  const call = async (endpoint: EndpointName, overrides: Fields): Promise<Fields> => {
    const fields = sampleRequest('current', endpoint, merchant, overrides);
    const { path } = ENDPOINT_ROWS[endpoint];
    const reply = await client.request({ method: 'POST', path, body: writeXml([...fields]) });
    const tree = parseTree(new Uint8Array(await reply.body.arrayBuffer()));
    if (!tree.ok) throw new Error(tree.refusal.detail);
    return Object.fromEntries(tree.value.children.map(({ name, text }) => [name, text]));
  };
  return {
    send: (mch_billno: string) => call('sendredpack', { mch_billno }),
    query: (mch_billno: string) => call('gethbinfo', { mch_billno }),
    close: () => client.close(),
  };
}

/** Certificates of the server's own root around one key: making 200 keys takes half a minute. */
async function quickIdentities(server: MockServer): Promise<(mchId: string) => Identity> {
  const { key } = server.merchant.certificates;
  const rootKey = await readFile(join(lab.certDir, 'ca', 'root-key.pem'), 'utf8');
  const root = { cert: server.ca, key: rootKey };
  return (mchId) => ({
    cert: signMerchant(root, { mchId, company: 'test' }, key, new Date()),
    key,
  });
}

describe('200 merchants in parallel on one server', () => {
  /** What the nth of them plays: every fourth is answered another way, each lives on a day of its own. */
  const scenarioOf = (nth: number): ScenarioInput => ({
    title: `play ${nth}`,
    clock: { mode: 'frozen', at: new Date(NOON_MS + nth * DAY_MS).toISOString() },
    merchants: [{ ...MERCHANT, balanceFen: 1_000 + nth, limits: FREE }],
    rules: [
      [],
      [{ when: { nth: 2 }, then: { code: 'SYSTEMERROR' as const, message: `of ${nth}` } }],
      [{ when: { mch_id: MCH }, then: { code: 'FREQ_LIMIT' as const, message: `of ${nth}` } }],
      [{ when: { per: 'global' as const, first: 1 }, then: { code: 'PROCESSING' as const } }],
    ][nth % 4],
  });

  it('see nothing of each other, though their orders have the same numbers', async () => {
    const server = await lab.start({ scenario: 'no-limits' });
    const identityOf = await quickIdentities(server);
    const play = async (nth: number): Promise<void> => {
      const merchant = await server.createMerchant({ scenario: scenarioOf(nth) });
      const identity = nth < 8 ? await merchant.certificates() : identityOf(merchant.mchId);
      const client = connect(server, merchant, identity);
      const replies = [
        await client.send('one'),
        await client.send('two'),
        await client.send('one'),
      ];
      const expected = [
        ['SUCCESS', 'SUCCESS', 'SUCCESS'],
        ['SUCCESS', 'SYSTEMERROR', 'SUCCESS'],
        ['FREQ_LIMIT', 'FREQ_LIMIT', 'FREQ_LIMIT'],
        ['PROCESSING', 'SUCCESS', 'SUCCESS'],
      ][nth % 4];
      expect(
        replies.map(({ err_code }) => err_code),
        `merchant ${nth}`,
      ).toEqual(expected);
      for (const { err_code, err_code_des } of replies) {
        if (/SYSTEMERROR|FREQ_LIMIT/.test(err_code ?? '')) expect(err_code_des).toBe(`of ${nth}`);
      }
      const paid = [2, 1, 0, 2][nth % 4] ?? 0;
      const own = { openingFen: 1_000 + nth, paidPackets: paid, faults: [] };
      expect(await server.ledger(merchant.mchId)).toMatchObject({ ...own, heldFen: paid * 100 });
      const sentAt = dashedTime(NOON_MS + nth * DAY_MS);
      if (paid > 0) expect(await client.query('one')).toMatchObject({ send_time: sentAt });
      // Half of them let a day go by, and only they have their money back.
      const waits = nth % 8 < 4;
      if (waits) await server.advance(DAY_MS, merchant.mchId);
      const status = waits ? 'REFUND' : 'SENT';
      if (paid > 0) expect(await client.query('one')).toMatchObject({ status });
      const heldFen = waits ? 0 : paid * 100;
      expect(await server.ledger(merchant.mchId)).toMatchObject({ ...own, heldFen });
      const calls = server.journal.entries({ mch_id: merchant.mchId });
      expect(calls).toHaveLength(paid > 0 ? 5 : 3);
      expect(new Set(calls.map(({ mchId }) => mchId))).toEqual(new Set([merchant.mchId]));
      expect(JSON.stringify(calls)).not.toContain(merchant.key);
      await client.close();
    };
    await Promise.all(Array.from({ length: TENANTS }, (_, nth) => play(nth)));
    expect(await server.ledger(MCH)).toMatchObject({ paidPackets: 0, faults: [] });
    expect((await server.orders(MCH)).orders).toEqual([]);
  }, 120_000);
});

describe('a merchant made while the server runs', () => {
  it('takes what it does not say from the first merchant of its scenario, under a number and key of its own', async () => {
    const { mock } = inProcess({ merchant: { balanceFen: 777, scenes: ['PRODUCT_1'] } });
    const one = await mock.createMerchant();
    const two = await mock.createMerchant({ balanceFen: 'bottomless', limits: FREE });
    expect(one.merchant).toMatchObject({ balanceFen: 777, scenes: ['PRODUCT_1'] });
    expect(one.merchant.mch_id).toMatch(/^9\d{9}$/);
    expect(one.merchant.key).toMatch(/^[0-9a-f]{32}$/);
    expect(two.merchant.key).not.toBe(one.merchant.key);
    expect(two.limits.callsPerSecond).toBeNull();
    expect(two.clock).not.toBe(one.clock);
    expect(two.clock.nowMs()).toBe(NOON_MS);
  });

  it('has the same number and key in every run with the same seed', async () => {
    const run = async (seed: number) => {
      const { mock } = inProcess({ seed });
      const made = [await mock.createMerchant(), await mock.createMerchant()];
      return made.map(({ facts }) => [facts.mchId, facts.key]);
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
  });

  const wrong: [string, NewMerchant, string][] = [
    ['a number that is taken', { mchId: MCH }, `merchant ${MCH} is there already`],
    [
      'a number of other characters',
      { mchId: '1/2' },
      'merchant: mch_id: expected a merchant number',
    ],
    ['a number of letters', { mchId: 'abc' }, 'merchant: mch_id: expected a merchant number'],
    ['a key that is too short', { key: 'short' }, 'merchant: key: expected the 32 characters'],
    ['less than nothing', { balanceFen: -1 }, 'merchant: balanceFen: '],
    ['a clock of no kind', { clock: { mode: 'fast' } as never }, 'expected real, frozen, offset'],
    ['limits that contradict', { limits: { amountFenMin: 9, amountFenMax: 8 } }, 'amountFenMin'],
    ['what no merchant has', { colour: 'red' } as NewMerchant, 'unknown key, expected one of'],
    ['a number under its wire name', { mch_id: '1' } as NewMerchant, 'give the number as mchId'],
  ];
  it.each(wrong)('is refused with %s', async (_, spec, message) => {
    const { mock } = inProcess();
    await expect(mock.createMerchant(spec)).rejects.toThrow(MockUsageError);
    await expect(mock.createMerchant(spec)).rejects.toThrow(message);
    expect(mock.tenants.size).toBe(1);
  });

  it('of one number is made once, though two ask at the same time', async () => {
    const { mock } = inProcess();
    const asked = await Promise.allSettled([
      mock.createMerchant({ mchId: '123', balanceFen: 1 }),
      mock.createMerchant({ mchId: '123', balanceFen: 2 }),
    ]);
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(mock.tenants.get('123')?.opening.openingFen).toBe(1);
  });

  it('is there in well under 20 ms while its certificate is not asked for', async () => {
    const server = await lab.start();
    const tookMs: number[] = [];
    for (let nth = 0; nth < 100; nth++) {
      const began = performance.now();
      await server.createMerchant(nth % 2 === 0 ? {} : { balanceFen: nth });
      tookMs.push(performance.now() - began);
    }
    const [median = 0] = tookMs.toSorted((one, other) => one - other).slice(50);
    expect(median).toBeLessThan(20);
  });

  it('gets its certificate when it is asked for: once, in memory, as files, and as a p12', async () => {
    const server = await lab.start();
    const merchant = await server.createMerchant();
    const [bundle, again] = await Promise.all([merchant.certificates(), merchant.certificates()]);
    expect(again).toBe(bundle);
    const pem = connect(server, merchant, bundle);
    expect(await pem.send('n')).toMatchObject({ result_code: 'SUCCESS' });
    await pem.close();
    const files = await merchant.certificates(join(lab.certDir, 'kept'));
    expect(await readFile(files.certPath, 'utf8')).toBe(bundle.cert);
    const pfx = await readFile(files.p12Path);
    const passphrase = merchant.mchId;
    const p12 = new Client(server.url, { connect: { pfx, passphrase, ca: server.ca } });
    const reply = await p12.request({ method: 'POST', path: ENDPOINT_ROWS.sendredpack.path });
    expect(await reply.body.text()).toContain('XML_ERROR');
    expect(server.journal.entries().at(-1)?.peer).toMatchObject({ mchId: merchant.mchId });
    await p12.close();
  });

  it('is refused with the certificate of another', async () => {
    const server = await lab.start();
    const [one, two] = [await server.createMerchant(), await server.createMerchant()];
    const client = connect(server, two, await one.certificates());
    expect(await client.send('n')).toMatchObject({ err_code: 'CA_ERROR' });
    await client.close();
  });
});

it('is answered in the edition of its certificate where it names nobody that is known', async () => {
  const { mock, send } = inProcess();
  const scenario = checkScenario({ title: 'old', edition: '2014', merchants: [MERCHANT] });
  const { facts } = await mock.createMerchant({ scenario });
  const peer = { kind: 'merchant', mchId: facts.mchId, serial: '01' } as const;
  expect(await send({ mch_id: '10000404' }, { peer })).toMatchObject({ return_code: 'FAIL' });
  expect(await send({ mch_id: '10000404' })).toMatchObject({ return_code: 'SUCCESS' });
  const none = { kind: 'none' } as const;
  expect(await send({ mch_id: '10000404' }, { peer: none })).toMatchObject({
    return_code: 'SUCCESS',
  });
});
