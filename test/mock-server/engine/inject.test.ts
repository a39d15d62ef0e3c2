import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../../mock-server/scenario/schema.ts';
import { inProcess, MERCHANT, OPENID, OTHER_OPENID } from '../../support/in-process.ts';

const MCH = '10000098';
type Rule = NonNullable<ScenarioInput['rules']>[number];

/** One letter per call: S for a success, E for the injected SYSTEMERROR. */
async function pattern(when: Rule['when'], calls: number, seed = 1): Promise<string> {
  const { send } = inProcess({
    seed,
    merchant: { limits: { callsPerSecond: null, userPacketsPerDay: null } },
    rules: [{ when, then: { code: 'SYSTEMERROR' } }],
  });
  let letters = '';
  for (let index = 0; index < calls; index++) {
    letters += (await send()).err_code === 'SYSTEMERROR' ? 'E' : 'S';
  }
  return letters;
}

describe('a rule', () => {
  it('strikes the nth call, every nth, or the first n', async () => {
    expect(await pattern({ nth: 3 }, 6)).toBe('SSESSS');
    expect(await pattern({ everyNth: 2 }, 6)).toBe('SESESE');
    expect(await pattern({ first: 2 }, 6)).toBe('EESSSS');
    expect(await pattern({}, 3)).toBe('EEE');
  });

  it('draws its probability from the seed: the same run each time, another with another seed', async () => {
    const run = await pattern({ probability: 0.3 }, 200, 7);
    expect(await pattern({ probability: 0.3 }, 200, 7)).toBe(run);
    expect(await pattern({ probability: 0.3 }, 200, 8)).not.toBe(run);
    const struck = [...run].filter((letter) => letter === 'E').length;
    expect(struck).toBeGreaterThan(35);
    expect(struck).toBeLessThan(85);
  });

  it('draws for one merchant what it does not for another', async () => {
    const { send } = inProcess({
      merchants: [MERCHANT, { ...MERCHANT, mch_id: '888' }].map((each) => ({
        ...each,
        limits: { callsPerSecond: null, userPacketsPerDay: null },
      })),
      rules: [{ when: { probability: 0.5 }, then: { code: 'SYSTEMERROR' } }],
    });
    const patternOf = async (mchId: string) => {
      let letters = '';
      for (let index = 0; index < 40; index++) {
        letters += (await send({}, { mchId })).err_code === 'SYSTEMERROR' ? 'E' : 'S';
      }
      return letters;
    };
    expect(await patternOf(MCH)).not.toBe(await patternOf('888'));
  });

  it.each(['merchant', 'global'] as const)('counts its own calls, per %s', async (per) => {
    const { send, query } = inProcess({
      rules: [
        { when: { endpoint: 'gethbinfo', nth: 2, per }, then: { code: 'SYSTEMERROR' } },
        { when: { nth: 2, per }, then: { code: 'SYSTEMERROR' } },
      ],
    });
    expect(await send({ mch_billno: 'n' })).toMatchObject({ err_code: 'SUCCESS' });
    expect(await query('n')).toMatchObject({ status: 'SENT' });
    expect(await send()).toMatchObject({ err_code: 'SYSTEMERROR' });
    expect(await query('n')).toMatchObject({ err_code: 'SYSTEMERROR' });
  });

  it('counts per order, per merchant, or over all', async () => {
    const counted = async (per: 'order' | 'merchant' | 'global') => {
      const { send } = inProcess({
        merchants: [MERCHANT, { ...MERCHANT, mch_id: '888' }],
        rules: [{ when: { nth: 2, per }, then: { code: 'SYSTEMERROR' } }],
      });
      const calls = [
        ['10000098', 'a'],
        ['888', 'b'],
        ['10000098', 'a'],
        ['10000098', 'c'],
        ['888', 'd'],
      ] as const;
      let letters = '';
      for (const [mchId, mch_billno] of calls) {
        const answer = await send({ mch_billno }, { mchId });
        letters += answer.err_code === 'SYSTEMERROR' ? 'E' : 'S';
      }
      return letters;
    };
    expect(await counted('order')).toBe('SSESS');
    expect(await counted('merchant')).toBe('SSESE');
    expect(await counted('global')).toBe('SESSS');
  });

  it('asks for fields: a value, a text in it, bounds of an integer', async () => {
    const struck = async (
      fields: NonNullable<Rule['when']>['fields'],
      sent: Record<string, string>,
    ) => {
      const { send } = inProcess({ rules: [{ when: { fields }, then: { code: 'SYSTEMERROR' } }] });
      return (await send(sent)).err_code === 'SYSTEMERROR';
    };
    expect(await struck({ re_openid: OPENID }, { re_openid: OPENID })).toBe(true);
    expect(await struck({ re_openid: OPENID }, { re_openid: OTHER_OPENID })).toBe(false);
    expect(await struck({ wishing: { startsWith: '恭喜' } }, { wishing: '恭喜发财' })).toBe(true);
    expect(await struck({ wishing: { startsWith: '恭喜' } }, { wishing: '发财恭喜' })).toBe(false);
    expect(await struck({ wishing: { contains: '发' } }, { wishing: '恭喜发财' })).toBe(true);
    expect(await struck({ wishing: { contains: '发' } }, { wishing: '恭喜' })).toBe(false);
    const range = { total_amount: { atLeast: 200, atMost: 300 } };
    expect(await struck(range, { total_amount: '200' })).toBe(true);
    expect(await struck(range, { total_amount: '301' })).toBe(false);
    expect(await struck(range, { total_amount: '199' })).toBe(false);
    expect(await struck(range, { total_amount: '300' })).toBe(true);
    const upTo = { total_amount: { atMost: 200 } };
    expect(await struck(upTo, { total_amount: '200' })).toBe(true);
    expect(await struck(upTo, { total_amount: '201' })).toBe(false);
    const from = { total_amount: { atLeast: 200 } };
    expect(await struck(from, { total_amount: '200' })).toBe(true);
    expect(await struck(from, { total_amount: '199' })).toBe(false);
    const both = { ...range, re_openid: OPENID };
    expect(await struck(both, { total_amount: '200', re_openid: OTHER_OPENID })).toBe(false);
  });

  it('never hides a fault of an earlier stage, and comes before one of a later', async () => {
    const { send } = inProcess({
      merchant: { balanceFen: 0 },
      rules: [{ when: {}, then: { code: 'MONEY_LIMIT' } }],
    });
    expect(await send({ sign: 'wrong' })).toMatchObject({ err_code: 'SIGN_ERROR' });
    expect(await send()).toMatchObject({
      err_code: 'MONEY_LIMIT',
      err_code_des: '每个红包的平均金额必须在1.00元到200.00元之间.',
    });
  });

  it('of the payment waits for the quotas, one of a quota comes with them', async () => {
    const one = { packetsPerMinute: null, userPacketsPerMinute: null };
    for (const limits of [
      { ...one, packetsPerMinute: 1 },
      { ...one, userPacketsPerMinute: 1 },
    ]) {
      for (const [code, answered] of [
        ['SYSTEMERROR', 'FREQ_LIMIT'],
        ['SENDNUM_LIMIT', 'SENDNUM_LIMIT'],
      ] as const) {
        const { send } = inProcess({
          merchant: { limits },
          rules: [{ when: { nth: 2 }, then: { code } }],
        });
        await send();
        expect(await send()).toMatchObject({ err_code: answered });
      }
    }
  });

  it('whose money moves comes last, whatever its code', async () => {
    const { send, mock } = inProcess({
      merchant: { limits: { packetsPerMinute: 1 } },
      rules: [{ when: { nth: 2 }, then: { code: 'SIGN_ERROR', money: 'moved' } }],
    });
    await send();
    expect(await send()).toMatchObject({ err_code: 'FREQ_LIMIT' });
    expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: 1 });
  });

  it('answers for a number that was paid before, if its stage is not behind the number', async () => {
    const again = async (code: 'SIGN_ERROR' | 'FREQ_LIMIT' | 'NOTENOUGH' | 'SYSTEMERROR') => {
      const { send } = inProcess({ rules: [{ when: { nth: 2 }, then: { code } }] });
      await send({ mch_billno: 'n' });
      return (await send({ mch_billno: 'n' })).err_code;
    };
    expect(await again('SIGN_ERROR')).toBe('SIGN_ERROR');
    expect(await again('SYSTEMERROR')).toBe('SYSTEMERROR');
    expect(await again('NOTENOUGH')).toBe('SUCCESS');
  });

  it('is named in the journal by its place in the scenario, and whether the money moved', async () => {
    const { send, mock } = inProcess({
      rules: [
        { when: { nth: 1 }, then: { code: 'PROCESSING' } },
        { when: { nth: 2 }, then: { code: 'SYSTEMERROR', money: 'moved' } },
      ],
    });
    await send();
    await send();
    expect(mock.journal.entries()).toMatchObject([
      { clause: 'sendredpack/scenario/rule-1', why: 'rule 1 of the scenario', paid: false },
      {
        clause: 'sendredpack/scenario/rule-2',
        why: 'rule 2 of the scenario, the money moved',
        paid: true,
      },
    ]);
  });

  it('may strike before the fields are looked at', async () => {
    const { send } = inProcess({ rules: [{ when: {}, then: { code: 'XML_ERROR' } }] });
    expect(await send({ act_name: '' })).toMatchObject({ err_code: 'XML_ERROR' });
  });

  it('may speak in a wording of the code by name, or in words of its own', async () => {
    const named = inProcess({
      rules: [{ when: {}, then: { code: 'CA_ERROR', wording: 'expired' } }],
    });
    const own = inProcess({ rules: [{ when: {}, then: { code: 'CA_ERROR', message: '随便' } }] });
    expect(await named.send()).toMatchObject({ err_code_des: '证书已过期' });
    expect(await own.send()).toMatchObject({ err_code_des: '随便', return_msg: '随便' });
  });

  it.each(['SYSTEMERROR', 'PROCESSING', 'NOTENOUGH', 'SEND_FAILED'] as const)(
    'answers %s with the money moved once, however often the number comes',
    async (code) => {
      const { send, mock } = inProcess({
        rules: [{ when: { first: 3, per: 'order' }, then: { code, money: 'moved' } }],
      });
      for (let index = 0; index < 3; index++) await send({ mch_billno: 'n' });
      mock.clock.advance(3_600_000);
      expect(await send({ mch_billno: 'n' })).toMatchObject({ result_code: 'SUCCESS' });
      expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: 1, heldFen: 100, faults: [] });
    },
  );

  it('cannot move money that is not there', async () => {
    const { send, mock } = inProcess({
      merchant: { balanceFen: 99 },
      rules: [{ when: {}, then: { code: 'SYSTEMERROR', money: 'moved' } }],
    });
    expect(await send()).toMatchObject({ err_code: 'NOTENOUGH' });
    expect(await mock.ledger(MCH)).toMatchObject({ paidPackets: 0, faults: [] });
  });

  it('leaves a SYSTEMERROR without money as SENDING without a reason; the same number then pays', async () => {
    const { send, query, mock } = inProcess({
      rules: [{ when: { nth: 1 }, then: { code: 'SYSTEMERROR' } }],
    });
    await send({ mch_billno: 'n' });
    const found = await query('n');
    expect(found).toMatchObject({ status: 'SENDING' });
    expect(found).not.toHaveProperty('reason');
    expect(await send({ mch_billno: 'n' })).toMatchObject({ err_code: 'SUCCESS' });
    expect((await mock.ledger(MCH)).paidPackets).toBe(1);
  });

  it('closes a number with SEND_FAILED for good', async () => {
    const { send, query } = inProcess({
      rules: [{ when: { nth: 1 }, then: { code: 'SEND_FAILED' } }],
    });
    const failed = { err_code: 'SEND_FAILED', err_code_des: '红包发放失败,请更换单号再重试' };
    expect(await send({ mch_billno: 'n' })).toMatchObject(failed);
    expect(await query('n')).toMatchObject({ status: 'FAILED' });
    expect(await send({ mch_billno: 'n' })).toMatchObject(failed);
  });

  it('leaves the number as it says, where it strikes, and nowhere else', async () => {
    const { send, query } = inProcess({
      rules: [{ when: {}, then: { code: 'NOTENOUGH', state: 'FAILED' } }],
    });
    expect(await send({ mch_billno: 'n' })).toMatchObject({ err_code: 'NOTENOUGH' });
    expect(await query('n')).toMatchObject({ status: 'FAILED' });
    expect(await send({ mch_billno: 'm', sign: 'wrong' })).toMatchObject({
      err_code: 'SIGN_ERROR',
    });
    expect(await query('m')).toMatchObject({ err_code: 'NOT_FOUND' });
  });

  it('opens no number again that has FAILED', async () => {
    const { send, query } = inProcess({
      rules: [
        { when: { nth: 1 }, then: { code: 'SEND_FAILED' } },
        { when: { nth: 2 }, then: { code: 'SIGN_ERROR', state: 'SENDING' } },
      ],
    });
    await send({ mch_billno: 'n' });
    expect(await send({ mch_billno: 'n' })).toMatchObject({ err_code: 'SIGN_ERROR' });
    expect(await query('n')).toMatchObject({ status: 'FAILED' });
  });

  it('may answer a query: with an error, or with another state than the order has', async () => {
    const { send, query, mock } = inProcess({
      rules: [
        { when: { endpoint: 'gethbinfo', nth: 1 }, then: { code: 'NOT_FOUND' } },
        { when: { endpoint: 'gethbinfo', nth: 2 }, then: { state: 'SENDING' } },
      ],
    });
    await send({ mch_billno: 'n' });
    expect(await query('n')).toMatchObject({ err_code: 'NOT_FOUND' });
    expect(await query('n')).toMatchObject({ status: 'SENDING' });
    expect(await query('n')).toMatchObject({ status: 'SENT' });
    expect((await mock.ledger(MCH)).faults).toEqual([]);
  });
});
