/** What is not tried, and why; and what a server may have used up of its own. */
import { describe, expect, it } from 'vitest';
import {
  type Acceptable,
  type CaseDraft,
  SENT,
  send,
} from '../../../contracts/checks/server-case.ts';
import type { ServerTarget } from '../../../contracts/checks/server-target.ts';
import type { VerifyOptions } from '../../../contracts/checks/verify.ts';
import {
  ANY_WORDS,
  caseFor,
  NOTHING,
  refuses,
  resultOf,
  resultsOf,
  sent,
  serverThat,
} from './saying.ts';

describe('a case is skipped', () => {
  const sends = { steps: [send({}, SENT)] };
  const refusedOnly = { steps: [send({}, ANY_WORDS)] };
  const offers: Partial<ServerTarget> = {
    arrange: async () => 'done',
    advance: async () => undefined,
    topUp: async () => undefined,
    claim: async () => undefined,
  };

  it.each<[string, Partial<CaseDraft>, Partial<ServerTarget>, Partial<VerifyOptions>]>([
    ['it may send money, and that was not allowed', sends, {}, { money: 'refused' }],
    [
      'it needs a certificate that is not there: untrusted',
      { steps: [send({}, ANY_WORDS), send({ certificate: 'untrusted' }, ANY_WORDS)] },
      {},
      {},
    ],
    ['it needs a certificate that is not there: own', refusedOnly, { certificates: ['none'] }, {}],
    [
      'the server cannot be arranged (at, merchant)',
      { ...refusedOnly, needs: { merchant: {}, at: '2026-01-31T12:00:00+08:00' } },
      {},
      {},
    ],
    [
      'the clock of the server cannot be moved',
      { steps: [send({}, ANY_WORDS), { advanceMs: 1 }] },
      {},
      {},
    ],
    ['nobody can top up', { steps: [send({}, ANY_WORDS), { topUpFen: 1 }] }, {}, {}],
    ['nobody can open a packet', { steps: [send({}, ANY_WORDS), { claim: 'a' }] }, {}, {}],
    [
      'it needs 2 users',
      { steps: [send({}, ANY_WORDS), send({ user: 'b' }, ANY_WORDS), send({}, ANY_WORDS)] },
      { openids: ['only-one'] },
      {},
    ],
    ['it is full', refusedOnly, { arrange: async () => ({ skip: 'it is full' }) }, {}],
  ])('because %s', async (reason, draft, offered, options) => {
    const server = serverThat(refuses('NOTENOUGH'));
    const target = { ...server.target, ...offered };
    const result = await resultOf({ target }, draft, options);
    expect(result).toMatchObject({ verdict: 'skipped', reason, findings: [], answers: 0 });
    expect([server.asked.length, result.history]).toEqual([0, []]);
  });

  it.each<[string, Partial<CaseDraft>, Partial<ServerTarget>, Partial<VerifyOptions>]>([
    ['it sends nothing, and no money may be sent', refusedOnly, {}, { money: 'refused' }],
    ['the server can be arranged', { ...refusedOnly, needs: { merchant: {} } }, offers, {}],
    [
      'the server can do all that happens between calls',
      { steps: [{ advanceMs: 1 }, { topUpFen: 1 }, { claim: 'a' }, send({}, ANY_WORDS)] },
      offers,
      {},
    ],
    ['there are just enough users', refusedOnly, { openids: ['only-one'] }, {}],
    [
      'the first user is named, and the clock moves',
      { steps: [send({}, ANY_WORDS), { advanceMs: 1 }, send({ user: 'a' }, ANY_WORDS)] },
      { ...offers, openids: ['only-one'] },
      {},
    ],
    [
      'one user is enough, whoever it is, and the clock moves',
      { steps: [{ advanceMs: 1 }, send({ user: 'b' }, ANY_WORDS)] },
      { ...offers, openids: ['only-one'] },
      {},
    ],
    [
      'no certificate is shown between calls',
      { steps: [{ advanceMs: 1 }, send({ certificate: 'none' }, ANY_WORDS)] },
      { ...offers, certificates: ['none'] },
      {},
    ],
  ])('but not when %s', async (_, draft, offered, options) => {
    const target = { ...serverThat(refuses('NOTENOUGH')).target, ...offered };
    expect(await resultOf({ target }, draft, options)).toMatchObject({ verdict: 'held' });
  });

  it.each([
    ['2014', '00:00:00', 'skipped'],
    ['2014', '07:59:59', 'skipped'],
    ['2014', '08:00:00', 'held'],
    ['2014', '23:59:59', 'held'],
    ['current', '03:00:00', 'held'],
  ] as const)(
    'of edition %s at %s in Beijing, when it sends: %s',
    async (edition, time, verdict) => {
      const { target } = serverThat(sent());
      const nowMs = () => Date.parse(`2026-01-31T${time}+08:00`);
      const at = async (more: Partial<ServerTarget>, draft: Partial<CaseDraft>) =>
        (await resultsOf({ ...target, ...more, nowMs }, [caseFor(draft, edition)]))[0];
      expect(await at({}, sends)).toMatchObject({ verdict });
      // A server that can be arranged has a clock of its own.
      expect(await at(offers, sends)).toMatchObject({ verdict: 'held' });
      expect((await at({}, refusedOnly))?.verdict).not.toBe('skipped');
    },
  );

  it.each([
    ['NOTENOUGH', 'skipped'],
    ['SENDNUM_LIMIT', 'skipped'],
    ['SIGN_ERROR', 'failed'],
    ['NEVER_SEEN', 'failed'],
  ])(
    'when what the server has left stopped it, which nobody can arrange: %s',
    async (code, verdict) => {
      const result = await resultOf(serverThat(refuses(code)), sends);
      expect(result.verdict).toBe(verdict);
      if (verdict === 'skipped') expect(result.reason).toMatch(new RegExp(`own limits .*${code}`));
      const { target } = serverThat(refuses(code));
      const arranged = { ...target, ...offers };
      expect(await resultOf({ target: arranged }, sends)).toMatchObject({ verdict: 'failed' });
    },
  );

  it('not when the limit is what the case expects', async () => {
    const result = await resultOf(serverThat(refuses('NOTENOUGH')), refusedOnly);
    expect([result.verdict, result.history.length]).toEqual(['held', 1]);
  });
});

describe('a call that came too fast', () => {
  it('is made again after a second, a few times', async () => {
    const server = serverThat(refuses('FREQ_LIMIT'), refuses('FREQ_LIMIT'), sent());
    const result = await resultOf(server, { steps: [send({}, SENT)] });
    expect([result.verdict, server.asked.length, server.pausesMs]).toEqual([
      'held',
      3,
      [1_000, 1_000],
    ]);
    const endless = serverThat(refuses('FREQ_LIMIT'));
    await resultOf(endless, { steps: [send({}, SENT)] });
    expect([endless.asked.length, endless.pausesMs.length]).toEqual([5, 4]);
  });

  it('is not made again where that is what the case expects, or nothing came back', async () => {
    const expecting = serverThat(refuses('FREQ_LIMIT'));
    const accept: Acceptable = { answer: 'refused', code: 'FREQ_LIMIT' };
    expect(await resultOf(expecting, { steps: [send({}, SENT, accept)] })).toMatchObject({
      verdict: 'held',
    });
    const silent = serverThat(NOTHING);
    await resultOf(silent, { steps: [send({}, SENT)] });
    expect([expecting.asked.length, silent.asked.length]).toEqual([1, 1]);
  });
});
