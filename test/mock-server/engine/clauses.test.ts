import { describe, expect, it } from 'vitest';
import { inProcess, OTHER_OPENID } from '../../support/in-process.ts';

type Lab = ReturnType<typeof inProcess>;
type Changes = NonNullable<Parameters<typeof inProcess>[0]>;

/** What the journal says of the last call: why it was decided as it was. */
const told = ({ mock }: Lab) => {
  const { clause, why } = mock.journal.entries().at(-1) ?? {};
  return { clause: clause?.replace(/^\w+\//, ''), why };
};

const merchant = (changes: Changes['merchant']): Changes => ({ merchant: changes ?? {} });
const limits = (changes: Readonly<Record<string, number>>): Changes =>
  merchant({ limits: changes });
const NUMBER = '1000009820260131000000000001';
const twice = async (lab: Lab): Promise<void> => {
  await lab.send();
  await lab.send();
};
const once = async (lab: Lab): Promise<void> => void (await lab.send());
const provider: Changes['merchant'] = {
  role: 'provider',
  subMerchants: ['1900000109'],
  msgappids: [],
};
const PROVIDER_CALL = { sub_mch_id: '1900000109', msgappid: 'wx28b16568a629bb33' };

it.each<[string, RegExp, Changes, (lab: Lab) => Promise<void>]>([
  [
    'frequency/calls-per-second',
    /more than 1 calls in this second/,
    limits({ callsPerSecond: 1 }),
    twice,
  ],
  [
    'frequency/calls-per-minute',
    /more than 1 calls in this minute/,
    limits({ callsPerMinute: 1 }),
    twice,
  ],
  [
    'identity/wxappid/bound',
    /is not bound to merchant 10000098/,
    merchant({ appids: ['wx1'] }),
    (lab) => lab.send({ wxappid: 'wx2' }).then(() => undefined),
  ],
  [
    'identity/wxappid/official-account',
    /is the appid of a mobile app/,
    merchant({ mobileAppids: ['wx2'] }),
    (lab) => lab.send({ wxappid: 'wx2' }).then(() => undefined),
  ],
  [
    'identity/sub_mch_id/relation',
    /1900000110 is no sub-merchant/,
    merchant(provider),
    (lab) => lab.send({ ...PROVIDER_CALL, sub_mch_id: '1900000110' }).then(() => undefined),
  ],
  [
    'identity/msgappid/bound',
    /is bound neither/,
    merchant(provider),
    (lab) => lab.send(PROVIDER_CALL).then(() => undefined),
  ],
  [
    'identity/re_openid/of-wxappid',
    /is no user of wx8888888888888888$/,
    merchant({ openids: {} }),
    once,
  ],
  [
    'identity/consume_mch_id/authorised',
    /has not authorised/,
    {},
    (lab) => lab.send({ consume_mch_id: '10000099' }).then(() => undefined),
  ],
  ['product/opened', /are not opened/, merchant({ productOpened: false }), once],
  ['product/api-sending', /switched off/, merchant({ apiSending: 'closed' }), once],
  ['product/account', /is frozen/, merchant({ account: 'frozen' }), once],
  ['address/allowed', /not on the IP white list \(empty\)/, merchant({ allowedIps: [] }), once],
  [
    'address/allowed',
    /white list \(10\.0\.0\.1, 10\.0\.0\.2\)/,
    merchant({ allowedIps: ['10.0.0.1', '10.0.0.2'] }),
    once,
  ],
  ['order/exists', /there is no order 1/, {}, (lab) => lab.query(NUMBER).then(() => undefined)],
  [
    'order/exists',
    /is older than the days that are kept/,
    limits({ historyDays: 0 }),
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      lab.mock.clock.advance?.(1_000);
      await lab.query(NUMBER);
    },
  ],
  [
    'order/same-openid',
    /was first used for oxTWIuGaIt6gTKsQRLau2M0yL16E/,
    {},
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER, re_openid: OTHER_OPENID });
    },
  ],
  [
    'order/same-amount',
    /was first used for 100 fen/,
    {},
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER, total_amount: '200' });
    },
  ],
  [
    'order/repeated',
    /was paid before; the switch/,
    { switches: { repeatedNumber: 'SEND_FAILED' } },
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER });
    },
  ],
  ['amount/range', /./, {}, (lab) => lab.send({ total_amount: '99' }).then(() => undefined)],
  [
    'amount/scene-opened',
    /has not opened PRODUCT_2 \(opened: none\)/,
    merchant({ scenes: [] }),
    (lab) => lab.send({ scene_id: 'PRODUCT_2', total_amount: '50' }).then(() => undefined),
  ],
  ['quota/packets-per-minute', /./, limits({ packetsPerMinute: 1 }), twice],
  ['quota/user-packets-per-minute', /./, limits({ userPacketsPerMinute: 1 }), twice],
  ['quota/packets-per-day', /./, limits({ packetsPerDay: 1 }), twice],
  ['quota/fen-per-day', /./, limits({ fenPerDay: 150 }), twice],
  ['quota/user-packets-per-day', /./, limits({ userPacketsPerDay: 1 }), twice],
  ['quota/user-fen-per-day', /./, limits({ userFenPerDay: 150 }), twice],
  ['risk/user', /./, merchant({ riskyOpenids: ['oxTWIuGaIt6gTKsQRLau2M0yL16E'] }), once],
  ['balance/operating-account', /./, merchant({ balanceFen: 0 }), once],
  [
    'quota/closed-hours',
    /^it is 3 o'clock in Beijing; nothing is sent from 0:00 to 8:00$/,
    { edition: '2014', clock: { mode: 'frozen', at: '2014-12-02T03:00:00+08:00' } },
    once,
  ],
  [
    'order/same-amount',
    /was first used for 100 fen/,
    { switches: { changedAmount: 'PARAM_ERROR' } },
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER, total_amount: '200' });
    },
  ],
  [
    'order/failed-before',
    /^1000009820260131000000000001 has FAILED \(红包发放失败.*\); it needs a new number$/,
    { rules: [{ when: { nth: 1 }, then: { code: 'SEND_FAILED' } }] },
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER });
    },
  ],
  [
    'order/failed-before',
    /^1000009820260131000000000001 has FAILED; it needs a new number$/,
    { rules: [{ when: { nth: 1 }, then: { state: 'FAILED' } }] },
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER });
    },
  ],
  [
    'order/repeated',
    /was paid before and is still SENDING/,
    { rules: [{ when: { nth: 1 }, then: { code: 'PROCESSING', money: 'moved' } }] },
    async (lab) => {
      await lab.send({ mch_billno: NUMBER });
      await lab.send({ mch_billno: NUMBER });
    },
  ],
])('a refusal by %s says so, and %s', async (clause, why, changes, act) => {
  const lab = inProcess(changes);
  await act(lab);
  expect(told(lab)).toEqual({ clause, why: expect.stringMatching(why) });
});

describe('an answer that is no refusal', () => {
  const whys = ({ mock }: Lab) => mock.journal.entries().map(({ why, paid }) => ({ why, paid }));

  it('says that it was sent, that it came again, and what a query found', async () => {
    const lab = inProcess();
    await lab.send({ mch_billno: NUMBER });
    await lab.send({ mch_billno: NUMBER });
    await lab.query(NUMBER);
    expect(whys(lab)).toEqual([
      { why: 'sent', paid: true },
      { why: `${NUMBER} was paid before: the same answer, no second payment`, paid: true },
      { why: 'SENT', paid: true },
    ]);
  });

  it('says that the number had been waiting, and why', async () => {
    const lab = inProcess(merchant({ balanceFen: 0 }));
    await lab.send({ mch_billno: NUMBER });
    await lab.query(NUMBER);
    await lab.mock.topUp('10000098', 100);
    await lab.send({ mch_billno: NUMBER });
    expect(whys(lab).slice(1)).toEqual([
      { why: expect.stringMatching(/^SENDING \(.+\)$/), paid: false },
      { why: 'sent now, the number was waiting', paid: true },
    ]);
  });

  it('says where a rule left the order, and a repeat that it is paid all the same', async () => {
    const lab = inProcess({
      rules: [
        { when: { nth: 1 }, then: { state: 'RECEIVED' } },
        { when: { nth: 2 }, then: { code: 'PROCESSING', money: 'moved' } },
      ],
    });
    await lab.send();
    await lab.send({ mch_billno: NUMBER });
    await lab.send({ mch_billno: NUMBER });
    expect(whys(lab)).toMatchObject([
      { why: 'a rule of the scenario leaves it RECEIVED', paid: true },
      { paid: true },
      { why: `${NUMBER} was paid before and is still SENDING`, paid: true },
    ]);
  });

  it('is found unpaid where there is no such order', async () => {
    const lab = inProcess();
    await lab.query(NUMBER);
    expect(whys(lab)).toEqual([{ why: `there is no order ${NUMBER}`, paid: false }]);
  });
});
