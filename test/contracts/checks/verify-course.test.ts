/** What happens in the course of a case, and what is said of all answers after the last one. */
import { describe, expect, it } from 'vitest';
import { found, query, SENT, send } from '../../../contracts/checks/server-case.ts';
import type { ServerTarget } from '../../../contracts/checks/server-target.ts';
import type { Fields } from '../../../contracts/index.ts';
import {
  ANY_WORDS,
  caseFor,
  echoOf,
  elements,
  LIST_ID,
  NOT_ENOUGH,
  NOTHING,
  refuses,
  resultOf,
  resultsOf,
  type Says,
  says,
  sent,
  serverThat,
  shows,
} from './saying.ts';

describe('what happens between calls', () => {
  const steps = [{ advanceMs: 5 }, { topUpFen: 7 }, send({}, ANY_WORDS), { claim: 'a' }] as const;

  it('is done in its order, with the figures and the number of the case', async () => {
    const done: unknown[] = [];
    const server = serverThat(refuses('NOTENOUGH'));
    const target: ServerTarget = {
      ...server.target,
      advance: async (ms) => void done.push(['advance', ms]),
      topUp: async (fen) => void done.push(['topUp', fen]),
      claim: async (number) => void done.push(['claim', number]),
    };
    expect(await resultOf({ target }, { steps })).toMatchObject({ verdict: 'held' });
    const number = server.asked[0]?.get('mch_billno');
    expect(done).toEqual([
      ['advance', 5],
      ['topUp', 7],
      ['claim', number],
    ]);
  });

  it.each([
    ['that the clock moves by 5 ms', { advanceMs: 5 }],
    ['that 7 fen can be added', { topUpFen: 7 }],
    ['that the packet can be opened', { claim: 'a' }],
  ])('is expected: %s, and what comes after it is not tried', async (expected, step) => {
    const server = serverThat(refuses('NOTENOUGH'));
    const fails = async () => {
      throw new Error('there is no such packet');
    };
    const target = { ...server.target, advance: fails, topUp: fails, claim: fails };
    const result = await resultOf({ target }, { steps: [step, send({}, ANY_WORDS)] });
    expect(result.findings).toEqual([
      {
        clause: 'a/case',
        source: '§1',
        certainty: 'documented',
        expected,
        got: 'there is no such packet',
      },
    ]);
    expect(server.asked).toEqual([]);
  });
});

describe('the packet of an order', () => {
  const OTHER = '1000009801202601310000000000002';
  const again = [send({}, SENT), send({}, SENT)];

  it('stays the same, in repeats and in queries', async () => {
    const held = await resultOf(serverThat(sent(), sent(), shows('SENT')), {
      steps: [...again, query({}, found('SENT'))],
    });
    expect(held.findings).toEqual([]);
    const other = await resultOf(serverThat(sent(), sent(OTHER)), { steps: again });
    expect(other.findings).toMatchObject([
      { expected: `send_listid ${LIST_ID}, as before`, got: `send_listid ${OTHER}` },
    ]);
    const queried = await resultOf(serverThat(sent(OTHER), shows('SENT')), {
      steps: [send({}, SENT), query({}, found('SENT'))],
    });
    expect(queried.findings).toMatchObject([
      { expected: `detail_id ${OTHER}, as before`, got: `detail_id ${LIST_ID}` },
    ]);
  });

  it('is its own: two orders cannot have one', async () => {
    const server = serverThat(sent());
    const result = await resultOf(server, { steps: [send({}, SENT), send({ number: 'b' }, SENT)] });
    const owner = server.asked[0]?.get('mch_billno');
    expect(result.findings).toEqual([
      {
        clause: 'a/case',
        source: '§1',
        certainty: 'documented',
        expected: 'a send_listid of its own',
        got: `${LIST_ID}, which is that of ${owner}`,
      },
    ]);
  });

  it('is not there in a refusal', async () => {
    const leaky: Says = (fields) =>
      elements({ ...says('NOTENOUGH', 'x'), ...echoOf(fields), detail_id: LIST_ID });
    const steps = [send({}, ANY_WORDS), send({ number: 'b' }, ANY_WORDS)];
    expect((await resultOf(serverThat(leaky), { steps })).findings).toEqual([]);
  });
});

describe('the rules of replies', () => {
  it('follow the cases: held, or without an answer of their kind', async () => {
    const server = serverThat(sent());
    const [, ...rules] = await resultsOf(server.target, [
      caseFor({ steps: [send({}, SENT), send({}, SENT), send({}, SENT)] }),
    ]);
    const byId = (id: string) => rules.find((rule) => rule.id === `sendredpack/reply/${id}`);
    expect(byId('http-200')).toMatchObject({ verdict: 'held', answers: 3, edition: 'current' });
    expect(byId('page')).toMatchObject({
      verdict: 'skipped',
      reason: 'no answer was of its kind',
      answers: 0,
    });
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  });

  it('that are broken show the first answer that breaks them', async () => {
    const signed: Says = (fields) => sentWith(fields, { sign: 'X' });
    const ids = [1, 2, 3].map((n) => `100000980120260131000000000000${n}`);
    const lines = [sent(ids[0]), signed, sent(ids[2])];
    const server = serverThat(...lines);
    const results = await resultsOf(server.target, [
      caseFor({ steps: [1, 2, 3].map((n) => send({ number: `n${n}` }, SENT)) }),
    ]);
    const unsigned = results.find(({ id }) => id === 'sendredpack/reply/unsigned');
    expect(unsigned).toMatchObject({ verdict: 'failed', answers: 3, certainty: 'observed' });
    expect(unsigned?.findings).toMatchObject([{ expected: 'no sign', got: 'sign "X"' }]);
    expect(unsigned?.history[0]?.fields).toEqual(server.asked[1]);
  });

  it('are not asked about when nothing was played', async () => {
    expect(await resultsOf(serverThat(NOTHING).target, [])).toEqual([]);
  });
});

function sentWith(fields: Fields, more: Readonly<Record<string, string>>): string {
  return elements({
    ...says('SUCCESS', '发放成功'),
    ...more,
    ...echoOf(fields),
    send_listid: '1000009801202601310000000000002',
  });
}

it('a case that found other words first, and then another code, has failed', async () => {
  const server = serverThat(refuses('NOTENOUGH', 'three'), refuses('SIGN_ERROR', 'one'));
  const steps = [send({}, NOT_ENOUGH), send({ number: 'b' }, NOT_ENOUGH)];
  const arranged = { ...server.target, arrange: async () => 'done' as const };
  const result = await resultOf({ target: arranged }, { steps }, { strict: 'documented' });
  expect([result.verdict, result.findings.length]).toEqual(['failed', 2]);
  const worded = serverThat(refuses('NOTENOUGH', 'three'));
  const other = { ...worded.target, arrange: async () => 'done' as const };
  expect(await resultOf({ target: other }, { steps }, { strict: 'documented' })).toMatchObject({
    verdict: 'differs',
  });
});
