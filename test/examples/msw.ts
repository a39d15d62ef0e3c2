import { setupServer } from 'msw/node';
import { createRedpackClient } from 'redpack-kit/client';
import { redpackHandlers } from 'redpack-kit/msw';
import { afterAll, beforeAll, expect, test } from 'vitest';

const redpack = redpackHandlers({ merchant: { balanceFen: 99 } }); // or { scenario: 'faults/drop-mid-body' }
const interceptor = setupServer(...redpack);
beforeAll(() => interceptor.listen());
afterAll(() => interceptor.close());

test('an empty account is topped up, and the same number goes through', async () => {
  const client = createRedpackClient({ ...redpack.merchant, fetch }); // your own code, as long as msw sees it
  const prize = {
    mch_billno: '1000009820260131000000000001',
    re_openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    total_amount: 100, // fen
    send_name: '天虹百货',
    wishing: '恭喜发财',
    act_name: '猜灯谜',
    remark: '快来抢',
    client_ip: '192.0.2.1',
  };
  expect(await client.send(prize)).toMatchObject({ kind: 'refused', code: 'NOTENOUGH' });

  await redpack.mock.topUp(redpack.merchant.mchId, 1);
  expect(await client.send(prize)).toMatchObject({ kind: 'sent' });
  expect(await redpack.mock.ledger(redpack.merchant.mchId)).toMatchObject({ paidPackets: 1 });
});
