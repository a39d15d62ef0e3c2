import { describe, expect, it } from 'vitest';
import type { Decision, Situation } from '../../../mock-server/engine/case.ts';
import { drawInjection, type Injection } from '../../../mock-server/engine/inject.ts';
import { delayMsOf, holdBack, strike } from '../../../mock-server/engine/strike.ts';
import { chance } from '../../../mock-server/random.ts';
import { inProcess } from '../../support/in-process.ts';

const range = [{ kind: 'delay', ms: { min: 20, max: 24 } }] as const;
const draws = (seed: number): number[] =>
  Array.from({ length: 200 }, (_, call) =>
    delayMsOf(range, (purpose) => chance(seed, `rule/0#${call}/${purpose}`)),
  );

describe('a delay of a range', () => {
  it('takes every value in it, bounds included, and no other', () => {
    expect([...new Set(draws(1))].sort()).toEqual([20, 21, 22, 23, 24]);
  });

  it('repeats exactly with its seed, and not with another', () => {
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
  });
});

describe('a fault that strikes before', () => {
  const fault = { kind: 'err-code', value: 'ODD' } as const;

  it('keeps the count of calls, and nothing else of what was decided', async () => {
    const { mock, send } = inProcess({
      merchant: { limits: { callsPerMinute: 2 } },
      rules: [{ when: { first: 2 }, then: { strikes: 'before', fault } }],
    });
    const codes: (string | undefined)[] = [];
    for (let call = 0; call < 4; call++) codes.push((await send({ mch_billno: 'N1' })).err_code);
    // Neither of the first two is counted as a call of the merchant's: two more go through.
    expect(codes).toEqual(['ODD', 'ODD', 'SUCCESS', 'SUCCESS']);
    const { paidPackets, balanceFen } = await mock.ledger('10000098');
    expect([paidPackets, balanceFen]).toEqual([1, 99_900]);
  });

  it('leaves an order alone that was paid before it, and says so', async () => {
    const { mock, send } = inProcess({
      rules: [{ when: { nth: 2 }, then: { strikes: 'before', fault } }],
    });
    await send({ mch_billno: 'N1' });
    expect((await send({ mch_billno: 'N1' })).err_code).toBe('ODD');
    expect(mock.journal.entries()[1]).toMatchObject({ verdict: 'repeated', paid: true });
    expect(await mock.order('10000098', 'N1')).toMatchObject({ paid: true, state: 'SENT' });
  });
});

describe('a fault of one call', () => {
  const spoilt = { kind: 'err-code', value: 'ODD' } as const;
  const wait = { kind: 'delay', ms: 20 } as const;

  it('that strikes after leaves the money moved, and says so', async () => {
    const { mock, send } = inProcess({ rules: [{ when: { nth: 1 }, then: { fault: spoilt } }] });
    expect((await send({ mch_billno: 'N1' })).err_code).toBe('ODD');
    expect(mock.journal.entries()[0]).toMatchObject({ verdict: 'sent', paid: true });
    expect(await mock.order('10000098', 'N1')).toMatchObject({ paid: true });
  });

  it('that strikes before an order is paid says that it is not', async () => {
    const { mock, send } = inProcess({
      rules: [{ when: { nth: 1 }, then: { strikes: 'before', fault: spoilt } }],
    });
    await send({ mch_billno: 'N1' });
    expect(mock.journal.entries()[0]).toMatchObject({ paid: false });
    expect(await mock.order('10000098', 'N1')).toBeUndefined();
  });

  it('that is a delay before holds the call back once, and what is decided then stands', async () => {
    const { mock, send } = inProcess({
      rules: [{ when: { nth: 1 }, then: { strikes: 'before', fault: wait } }],
    });
    const startedMs = performance.now();
    expect((await send({ mch_billno: 'N1' })).result_code).toBe('SUCCESS');
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(15);
    expect(mock.journal.entries()[0]).toMatchObject({ verdict: 'sent', paid: true });
    expect(await mock.order('10000098', 'N1')).toMatchObject({ paid: true });
  });

  it('may be several at once: with one that spoils, the delay does not save the order', async () => {
    const { mock, send } = inProcess({
      rules: [{ when: { nth: 1 }, then: { strikes: 'before', fault: [wait, spoilt] } }],
    });
    expect((await send({ mch_billno: 'N1' })).err_code).toBe('ODD');
    expect(await mock.order('10000098', 'N1')).toBeUndefined();
  });
});

describe('what befalls an answer', () => {
  const injectionOf = (then: Partial<Injection['effect']>, purpose = 'rule/0#1'): Injection => ({
    number: 1,
    effect: then as Injection['effect'],
    purpose,
  });
  const blowOf = (injection: Injection, seed = 1) => {
    const situation = { tenant: { seed } } as Situation;
    const decided = { kind: 'sent', order: { paid: true }, why: '' } as unknown as Decision;
    return strike(situation, injection, { result: decided, writes: [] }, []).result.blow;
  };
  const wait = { kind: 'delay', ms: { min: 100, max: 1_000_000 } } as const;

  it('comes after the money unless the rule says before, and then its wait is over', () => {
    expect(blowOf(injectionOf({ fault: wait }))).toMatchObject({
      faults: [wait],
      strikes: 'after',
      hasWaited: false,
    });
    expect(blowOf(injectionOf({ fault: [wait], strikes: 'before' }))).toMatchObject({
      faults: [wait],
      strikes: 'before',
      hasWaited: true,
    });
  });

  it('draws by seed, call and purpose, the same each time', () => {
    const drawn = [
      blowOf(injectionOf({ fault: wait }))?.draw('a'),
      blowOf(injectionOf({ fault: wait }))?.draw('b'),
      blowOf(injectionOf({ fault: wait }, 'rule/0#2'))?.draw('a'),
      blowOf(injectionOf({ fault: wait }), 2)?.draw('a'),
    ];
    expect(new Set(drawn).size).toBe(4);
    for (const number of drawn) expect(number).toSatisfy((at: number) => at >= 0 && at < 1);
    expect(blowOf(injectionOf({ fault: wait }))?.draw('a')).toBe(drawn[0]);
  });

  it('is drawn anew for every call of a rule', () => {
    const rule = { when: { nth: undefined }, then: { fault: wait } };
    const candidate = { index: 0, rule, name: 'rule/0', key: 'k' } as unknown as Parameters<
      typeof drawInjection
    >[0][number];
    const nthWait = (count: number) => {
      const { injection } = drawInjection([candidate], () => ({ count: count - 1 }), 1);
      const before = injection && { ...injection, effect: { ...rule.then, strikes: 'before' } };
      return holdBack(before as Injection, 1)?.waitMs;
    };
    const waits = [1, 2, 3, 4].map(nthWait);
    expect(new Set(waits).size).toBe(4);
    expect(waits).toEqual([1, 2, 3, 4].map(nthWait));
    for (const ms of waits) expect(ms).toBeGreaterThanOrEqual(100);
  });

  it('holds no call back that is not to wait', () => {
    const none = injectionOf({ fault: { kind: 'delay', ms: 0 }, strikes: 'before' });
    expect(holdBack(none, 1)).toBeUndefined();
    expect(holdBack(injectionOf({ fault: wait, strikes: 'after' }), 1)).toBeUndefined();
  });
});
