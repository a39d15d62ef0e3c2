import { createRedpackClient } from 'redpack-kit/client';
import { redpackTest } from 'redpack-kit/vitest';
import { expect } from 'vitest';

redpackTest.concurrent('an unknown result is settled, not paid again', async ({ redpack }) => {
  await redpack.useScenario('codes/current/SYSTEMERROR'); // paid, but the answer is an error
  const client = createRedpackClient(redpack.clientOptions); // or your own: redpack.url, await redpack.env()
  const prize = {
    mch_billno: client.makeNumber(),
    re_openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    total_amount: 100, // fen
    send_name: '天虹百货',
    wishing: '恭喜发财',
    act_name: '猜灯谜',
    remark: '快来抢',
    client_ip: '192.0.2.1',
  };
  expect(await client.settle(prize)).toBeSent(); // also toBeRefusedWith('NOTENOUGH'), toBeUnknown()

  await redpack.advance(25 * 3_600_000); // this merchant's clock alone; nobody has opened the packet
  await redpack.expectLedger({ paidPackets: 1, packets: { REFUND: 1 } });
  redpack.expectNoFindings(); // and on the way no rule for clients was broken
  await client.close();
});
