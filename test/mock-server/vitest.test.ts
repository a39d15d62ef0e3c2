/** The fixture and the matchers for vitest, used as a user's tests would use them. */
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Agent, request } from 'undici';
import { describe, expect, it } from 'vitest';
import { createRedpackClient, type Order } from '../../client/index.ts';
import { HOUR_MS, sampleRequest, writeXml } from '../../contracts/index.ts';
import { type RedpackFixture, redpackTest } from '../../mock-server/vitest.ts';
import { MERCHANT, OPENID } from '../support/in-process.ts';

const NUMBER = '1000009820260131000000000001';
const ORDER: Order<'current'> = {
  mch_billno: NUMBER,
  re_openid: OPENID,
  total_amount: 100,
  send_name: '天虹百货',
  wishing: '恭喜发财',
  act_name: '猜灯谜',
  remark: '快来抢',
  client_ip: '192.0.2.1',
};

const urls = new Set<string>();

async function send(redpack: RedpackFixture, order: Partial<Order<'current'>> = {}) {
  urls.add(redpack.url);
  const client = createRedpackClient(redpack.clientOptions);
  try {
    return await client.send({ ...ORDER, ...order });
  } finally {
    await client.close();
  }
}

describe('tests that run at the same time', () => {
  const met: string[] = [];
  const meet = async (mchId: string): Promise<void> => {
    met.push(mchId);
    // All three are there before any of them pays.
    await expect.poll(() => new Set(met).size, { timeout: 10_000 }).toBe(3);
  };

  redpackTest.concurrent.for([101, 102, 103])(
    'pay %i fen each under one and the same number, and see only their own',
    async (amountFen, { redpack }) => {
      await meet(redpack.merchant.mchId);
      await redpack.advance(amountFen * HOUR_MS);
      expect(await send(redpack, { total_amount: amountFen })).toBeSent();
      await redpack.expectLedger({ paidPackets: 1, heldFen: amountFen });
      expect(redpack.journal()).toMatchObject([
        { request: { mch_id: redpack.merchant.mchId, total_amount: String(amountFen) } },
      ]);
      expect(redpack.nowMs() - Date.now()).toBeGreaterThan((amountFen - 1) * HOUR_MS);
      redpack.expectNoFindings('note');
    },
  );
});

describe('the test’s own merchant', () => {
  redpackTest('is topped up, opened by the user, refunded', async ({ redpack }) => {
    await redpack.topUp(5);
    expect(await send(redpack)).toBeSent();
    await redpack.claim(NUMBER);
    expect(await redpack.order(NUMBER)).toMatchObject({ state: 'RECEIVED' });
    expect(await send(redpack, { mch_billno: `${NUMBER.slice(0, -1)}2` })).toBeSent();
    await redpack.advance(25 * HOUR_MS);
    await redpack.expectLedger({ topUpFen: 5, packets: { RECEIVED: 1, REFUND: 1 } });
  });

  redpackTest('plays another scenario from the next call on', async ({ redpack }) => {
    expect(await send(redpack)).toBeSent();
    await redpack.useScenario('codes/current/SYSTEMERROR');
    const other = { mch_billno: `${NUMBER.slice(0, -1)}2` };
    expect(await send(redpack, other)).toBeUnknown('system-error');
    await redpack.setClock({ mode: 'frozen', at: '2026-01-31T03:00:00+08:00' });
    expect(redpack.nowMs()).toBe(Date.parse('2026-01-31T03:00:00+08:00'));
  });

  redpackTest('is told to other programs by their environment', async ({ redpack }) => {
    const env = await redpack.env();
    const { mchId, key, appid } = redpack.merchant;
    expect(env).toMatchObject({
      REDPACK_MCH_ID: mchId,
      REDPACK_API_KEY: key,
      REDPACK_APPID: appid,
    });
    const client = createRedpackClient({
      ...{ mchId, key, appid, baseUrl: env.REDPACK_BASE_URL ?? '' },
      certificate: { dir: env.REDPACK_CERT_DIR ?? '' },
    });
    expect(await client.send(ORDER)).toBeSent();
    await client.close();
  });

  let gone: { redpack: RedpackFixture; folder: string } | undefined;
  redpackTest('has files while its test runs', async ({ redpack }) => {
    const { REDPACK_CERT_DIR: folder = '' } = await redpack.env();
    await access(`${folder}/apiclient_cert.p12`);
    gone = { redpack, folder: dirname(folder) };
  });
  it('and is gone afterwards, with its files', async () => {
    if (!gone) throw new Error('the test before left nothing');
    await expect(access(gone.folder)).rejects.toThrow('ENOENT');
    await expect(gone.redpack.ledger()).rejects.toThrow('no merchant');
  });
});

describe('a merchant made otherwise', () => {
  redpackTest.override({ redpackMerchant: { balanceFen: 99 } });

  redpackTest('has what the suite says', async ({ redpack }) => {
    expect(await send(redpack)).toBeRefusedWith('NOTENOUGH');
    await redpack.expectLedger({ balanceFen: 99, paidPackets: 0 });
  });
});

describe('what can be expected', () => {
  const failure = async (act: () => unknown): Promise<string> => {
    try {
      await act();
    } catch (error) {
      const { message, expected, actual } = error as Error & { expected: object; actual: object };
      return `${message}\n${JSON.stringify({ expected, actual })}`;
    }
    throw new Error('it held');
  };

  redpackTest('expectLedger says which figure is another', async ({ redpack }) => {
    await redpack.expectLedger();
    await send(redpack);
    const said = await failure(() => redpack.expectLedger({ paidPackets: 2 }));
    expect(said).toContain(`the ledger of merchant ${redpack.merchant.mchId}`);
    expect(said).toContain('"expected":{"paidPackets":2,"faults":[]}');
    expect(said).toContain('"actual":{"paidPackets":1,"faults":[]}');
    await redpack.expectLedger({ packets: { SENT: 1 } });
    const packets = await failure(() => redpack.expectLedger({ packets: { SENT: 2 } }));
    expect(packets).toContain('"actual":{"faults":[],"packets":{"SENT":1}}');
  });

  redpackTest('expectNoFindings names rule, calls and remedy', async ({ redpack }) => {
    redpack.expectNoFindings('note');
    // Whoever takes a new number after SYSTEMERROR pays twice.
    await redpack.useScenario({
      title: 'paid, and not said',
      merchants: [MERCHANT],
      rules: [{ when: { nth: 1 }, then: { code: 'SYSTEMERROR', money: 'moved' } }],
    });
    expect(await send(redpack)).toBeUnknown('system-error');
    expect(await send(redpack, { mch_billno: `${NUMBER.slice(0, -1)}2` })).toBeSent();
    const said = await failure(() => redpack.expectNoFindings());
    expect(said).toContain('did wrong');
    expect(said).toMatch(/money: new-number-after-systemerror: .*\(calls \d+/);
    expect(redpack.findings()[0]).toMatchObject({ lostFen: 100 });
  });

  redpackTest('a finding below what is asked for is let pass', async ({ redpack }) => {
    const { url, merchant, ca } = redpack;
    const { cert, key } = merchant.certificates;
    const dispatcher = new Agent({ connect: { cert, key, ca } });
    const body = writeXml([...sampleRequest('current', 'gethbinfo', merchant)]);
    const path = '/mmpaymkttransfers/gethbinfo';
    await (await request(`${url}${path}`, { method: 'POST', body, dispatcher })).body.dump();
    await dispatcher.close();
    const grave = redpack.findings().map(({ severity }) => severity);
    expect(grave).not.toContain('money');
    redpack.expectNoFindings('money');
  });
});

describe('the matchers', () => {
  const refused = {
    kind: 'refused',
    by: 'wechat',
    code: 'NOTENOUGH',
    message: '帐户余额不足',
    advice: 'same',
    mch_billno: NUMBER,
  };
  const unknown = {
    kind: 'unknown',
    why: 'timeout',
    detail: 'no whole answer',
    mch_billno: NUMBER,
  };
  const sent = { kind: 'sent', by: 'reply', mch_billno: NUMBER };

  it('hold', () => {
    expect(sent).toBeSent();
    expect(refused).toBeRefusedWith('NOTENOUGH');
    expect(unknown).toBeUnknown();
    expect(unknown).toBeUnknown('timeout');
    expect(sent).not.toBeUnknown();
    expect(refused).not.toBeRefusedWith('SYSTEMERROR');
  });

  it('hold for what a promise comes to', async () => {
    await expect(Promise.resolve(sent)).resolves.toBeSent();
  });

  it.each<[string, () => void, string]>([
    [
      'a refusal',
      () => expect(refused).toBeSent(),
      `expected a packet that was sent, got refused by wechat: NOTENOUGH (帐户余额不足; advice: same; mch_billno ${NUMBER})`,
    ],
    [
      'another code',
      () => expect(refused).toBeRefusedWith('SYSTEMERROR'),
      'expected a refusal with SYSTEMERROR, got refused by wechat: NOTENOUGH',
    ],
    [
      'another reason',
      () => expect(unknown).toBeUnknown('cut'),
      'expected an unknown outcome (cut), got unknown: timeout (no whole answer; mch_billno',
    ],
    [
      'what should not be',
      () => expect(sent).not.toBeSent(),
      'expected anything but a packet that was sent, got sent by reply',
    ],
    [
      'a promise',
      () => expect(Promise.resolve(sent)).toBeSent(),
      'expected a packet that was sent, got a promise: await the call first',
    ],
    ['nothing', () => expect(undefined).toBeSent(), 'got undefined, which is no outcome'],
    ['null', () => expect(null).toBeUnknown(), 'got null, which is no outcome'],
  ])('say plainly what %s is', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

redpackTest('one server serves all tests of a worker', ({ redpackServer }) => {
  expect([...urls]).toEqual([redpackServer.url]);
});
