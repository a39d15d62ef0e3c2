/** Whatever comes as a body gets one definite answer, and the server lives: over real mutual TLS. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readInt, sampleRequest, writeXml, XML_BYTES_MAX } from '../../contracts/index.ts';
import { KEY } from '../support/in-process.ts';
import { SEED } from '../support/seed.ts';
import { clientOf, type Reply, useLab } from '../support/server.ts';

const lab = useLab();
const BODIES = 20_000;
const AT_ONCE = 50;

const sample = sampleRequest('current', 'sendredpack', {
  mchId: '10000098',
  key: KEY,
  appid: 'wx8888888888888888',
});
const meant = Object.fromEntries(sample);
const valid = Buffer.from(writeXml([...sample]));
const fragment = fc.constantFrom(
  ...[
    '<xml>',
    '</xml>',
    '<a>',
    '</a>',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a [<!ENTITY e "x">]>',
    '&e;',
  ],
  ...[
    '&#0;',
    '&#x41;',
    '<?xml version="1.0"?>',
    '<?p ?>',
    '<!--',
    '-->',
    '\0',
    '红包',
    '__proto__',
  ],
  ...[
    '<sign>',
    '</sign>',
    '<mch_id>10000098</mch_id>',
    '<total_amount>1e9</total_amount>',
    ' ',
    '\r\n',
  ],
);

/** Random bytes, broken markup, and a valid body with something done to it. */
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fragment, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''))),
  fc
    .tuple(fc.nat(valid.length), fc.nat(valid.length), fc.uint8Array({ maxLength: 8 }))
    .map(([from, to, bytes]) =>
      Buffer.concat([valid.subarray(0, from), bytes, valid.subarray(Math.max(from, to))]),
    ),
);

/** Integers as the server reads and signs them: `1L` is 1, and says the same. */
function asRead(request: Readonly<Record<string, string>>): Record<string, string | number> {
  const { total_amount = '', total_num = '' } = request;
  return { ...request, total_amount: readInt(total_amount), total_num: readInt(total_num) };
}

function isDefinite({ status, text, fields }: Reply): boolean {
  if (status === 413) return text.includes('413 Request Entity Too Large');
  return status === 200 && /^(?:SUCCESS|FAIL)$/.test(fields.result_code ?? '');
}

it(`${BODIES} bodies each get a definite answer, and none of them but a valid one pays`, async () => {
  const faults: unknown[] = [];
  const server = await lab.start({
    scenario: 'no-limits',
    onFault: (error) => faults.push(error),
  });
  const client = clientOf(server, 16);
  const paid: Readonly<Record<string, string>>[] = [];
  server.journal.subscribe((entry) => {
    if (entry.verdict === 'sent' || entry.verdict === 'repeated') paid.push(entry.request);
  });
  let posted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (bodies) => {
      const replies = await Promise.all(bodies.map((bytes) => client.post(bytes)));
      posted += bodies.length;
      for (const reply of replies) expect(reply).toSatisfy(isDefinite);
    }),
    { seed: SEED, numRuns: BODIES / AT_ONCE },
  );
  expect(posted).toBeGreaterThanOrEqual(BODIES);

  const after = await client.send();
  expect(after.fields.result_code).toBe('SUCCESS');
  expect(faults).toEqual([]);
  const { dropped } = server.journal;
  expect(dropped + server.journal.entries().length).toBe(posted + 1);
  const ledger = await server.ledger('10000098');
  expect(ledger.faults).toEqual([]);
  // What was paid says what the valid body says: a change that its signature does not cover, or none.
  const [last, ...before] = paid.reverse();
  expect(last?.mch_billno).toBe('test0000000001');
  for (const request of before) expect(asRead(request)).toMatchObject(asRead(meant));
  expect(ledger.paidPackets).toBe(1 + new Set(before.map(({ mch_billno }) => mch_billno)).size);
  await client.close();
}, 120_000);

it('a body above the limit gets 413, at the limit XML', async () => {
  const server = await lab.start({ scenario: 'no-limits' });
  const client = clientOf(server);
  const over = await client.post(Buffer.alloc(XML_BYTES_MAX + 1, 'x'));
  expect(over).toMatchObject({ status: 413, contentType: 'text/html' });
  const at = await client.post(Buffer.alloc(XML_BYTES_MAX, 'x'));
  expect(at.fields).toMatchObject({ err_code: 'XML_ERROR' });
  expect((await client.send()).fields).toMatchObject({ result_code: 'SUCCESS' });
  await client.close();
});
