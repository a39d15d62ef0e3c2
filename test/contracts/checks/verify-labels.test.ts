/** What the labels of a case stand for: numbers, users and nonces that nobody used before. */
import { describe, expect, it } from 'vitest';
import { type CaseDraft, query, send } from '../../../contracts/checks/server-case.ts';
import type { ServerTarget } from '../../../contracts/checks/server-target.ts';
import { ANY_WORDS, caseFor, NOTHING, refuses, resultOf, resultsOf, serverThat } from './saying.ts';

describe('the labels of a case', () => {
  const asked = async (draft: Partial<CaseDraft>, more: Partial<ServerTarget> = {}) => {
    const server = serverThat(refuses('NOTENOUGH'));
    await resultOf({ target: { ...server.target, ...more } }, draft);
    return server.asked.map((fields) => ({
      number: fields.get('mch_billno') ?? '',
      user: fields.get('re_openid'),
      nonce: fields.get('nonce_str'),
    }));
  };
  const distinct = (values: readonly unknown[]) => new Set(values).size;

  it('stand for one number and one user each, and every call has its own nonce', async () => {
    const calls = await asked({
      steps: [
        send({}, ANY_WORDS),
        send({ number: 'a', user: 'a' }, ANY_WORDS),
        send({ number: 'b', user: 'b' }, ANY_WORDS),
        query({ number: 'b' }, ANY_WORDS),
      ],
    });
    const [first, again, other, queried] = calls;
    expect(again).toMatchObject({ number: first?.number, user: first?.user });
    expect([other?.number === first?.number, other?.user === first?.user]).toEqual([false, false]);
    expect([queried?.number, queried?.user]).toEqual([other?.number, undefined]);
    expect(distinct(calls.map(({ nonce }) => nonce))).toBe(4);
    for (const { number, nonce } of calls) {
      expect(number).toMatch(/^vrun[0-9a-z]{6}$/);
      expect(nonce).toMatch(/^run[0-9a-z]{29}$/);
    }
  });

  it('stand for another number, and another user where asked for, in each repetition', async () => {
    const repeated = await asked({ steps: [send({ times: 3 }, ANY_WORDS)] });
    expect(distinct(repeated.map(({ number }) => number))).toBe(3);
    expect(distinct(repeated.map(({ user }) => user))).toBe(1);
    const each = await asked({ steps: [send({ times: 3, user: 'each' }, ANY_WORDS)] });
    expect(distinct(each.map(({ user }) => user))).toBe(3);
    const atOnce = await asked({ steps: [send({ atOnce: 3 }, ANY_WORDS)] });
    expect([atOnce.length, distinct(atOnce.map(({ number }) => number))]).toEqual([3, 1]);
  });

  it('are written as a case wants them', async () => {
    const [plain, upper, longest] = await asked({
      steps: [
        send({}, ANY_WORDS),
        send({ written: 'upper-case' }, ANY_WORDS),
        send({ written: 'longest' }, ANY_WORDS),
      ],
    });
    expect(upper?.number).toBe(plain?.number.toUpperCase());
    expect(longest?.number).toBe(plain?.number.padEnd(28, '0'));
  });

  it('are real users in turn, where there are only some', async () => {
    const users = await asked(
      { steps: [send({ user: 'x' }, ANY_WORDS), send({ user: 'y' }, ANY_WORDS)] },
      { openids: ['first', 'second', 'third'] },
    );
    expect(users.map(({ user }) => user)).toEqual(['first', 'second']);
    const [made] = await asked({ steps: [send({}, ANY_WORDS)] });
    expect(made?.user).toMatch(/^orun[0-9a-z]{6}x{18}$/);
  });

  it('are other ones in the next case', async () => {
    const server = serverThat(refuses('NOTENOUGH'));
    const one = caseFor({ steps: [send({}, ANY_WORDS)] });
    await resultsOf(server.target, [one, one]);
    expect(distinct(server.asked.map((fields) => fields.get('mch_billno')))).toBe(2);
  });

  it.each(['', 'UPPER', 'eleven-long', '12345678901', 'a b'])(
    'cannot be made of the run id %j',
    async (runId) => {
      const run = resultsOf(serverThat(NOTHING).target, [], { runId });
      await expect(run).rejects.toThrow(/1 to 10 of 0-9 a-z/);
    },
  );

  it('can be made of a run id of one to ten', async () => {
    expect(await resultsOf(serverThat(NOTHING).target, [], { runId: 'a' })).toEqual([]);
    expect(await resultsOf(serverThat(NOTHING).target, [], { runId: '0123456789' })).toEqual([]);
  });
});
