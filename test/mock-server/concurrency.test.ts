import { expect, it } from 'vitest';
import { MERCHANT } from '../support/in-process.ts';
import { clientOf, useLab } from '../support/server.ts';

const lab = useLab();
const UNLIMITED = {
  callsPerSecond: null,
  callsPerMinute: null,
  userPacketsPerDay: null,
  userFenPerDay: null,
};

it('200 parallel sends of one order number pay once, with one send_listid', async () => {
  const server = await lab.start({
    scenario: { title: 'one number', merchants: [{ ...MERCHANT, limits: UNLIMITED }] },
  });
  const client = clientOf(server, 32);
  const replies = await Promise.all(
    Array.from({ length: 200 }, () => client.send({ mch_billno: 'one' })),
  );
  expect(replies.map((reply) => reply.fields.result_code)).toEqual(
    Array.from({ length: 200 }, () => 'SUCCESS'),
  );
  expect(new Set(replies.map((reply) => reply.fields.send_listid)).size).toBe(1);
  expect(await server.ledger(MERCHANT.mch_id)).toMatchObject({
    paidPackets: 1,
    balanceFen: 99_900,
    faults: [],
  });
  await client.close();
});

it('1000 parallel sends against a balance for 500 pay exactly 500', async () => {
  const server = await lab.start({
    scenario: {
      title: 'half of them',
      merchants: [{ ...MERCHANT, balanceFen: 50_000, limits: UNLIMITED }],
    },
  });
  const client = clientOf(server, 32);
  const replies = await Promise.all(Array.from({ length: 1_000 }, () => client.send()));
  const codes = replies.map((reply) => reply.fields.err_code);
  expect(codes.filter((code) => code === 'SUCCESS')).toHaveLength(500);
  expect(codes.filter((code) => code === 'NOTENOUGH')).toHaveLength(500);
  const listids = replies.map((reply) => reply.fields.send_listid).filter(Boolean);
  expect(new Set(listids).size).toBe(500);
  expect(await server.ledger(MERCHANT.mch_id)).toMatchObject({
    paidPackets: 500,
    balanceFen: 0,
    heldFen: 50_000,
    faults: [],
  });
  await client.close();
});
