import { startMockServer } from 'redpack-kit';
import { createRedpackClient, openFileJournal } from 'redpack-kit/client';
import { expect, test } from 'vitest';

test('a payment that is settled twice is paid once', async () => {
  const server = await startMockServer({ scenario: 'stories/paid-but-systemerror' });
  const { mchId, key, appid, certificates } = server.merchant;
  const client = createRedpackClient({
    mchId,
    key, // never printed
    appid,
    certificate: { dir: certificates.dir }, // or { cert, key }, { pfx, passphrase }
    baseUrl: server.url, // left out: the real host, real money
  });
  const journal = await openFileJournal(`.redpack/${server.port}-${Date.now()}.jsonl`); // survives kill -9
  const prize = {
    re_openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    total_amount: 100, // fen
    send_name: '天虹百货',
    wishing: '恭喜发财',
    act_name: '猜灯谜',
    remark: '快来抢',
    client_ip: '192.0.2.1',
  };
  const first = await client.settle(prize, { id: 'order-17', journal }); // paid, answered SYSTEMERROR, asked again
  expect(first.kind).toBe('sent'); // or refused: nothing was paid; or unknown: settle again with the same id
  expect(await client.settle(prize, { id: 'order-17', journal })).toEqual(first);
  expect(await server.ledger(mchId)).toMatchObject({ paidPackets: 1 });

  await journal.close();
  await client.close();
  await server.stop();
});
