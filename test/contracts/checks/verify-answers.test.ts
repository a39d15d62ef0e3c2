/** Which answers are acceptable, and how sure one must be of a rule for its breach to be a failure. */
import { describe, expect, it } from 'vitest';
import {
  type Acceptable,
  found,
  query,
  SENT,
  send,
} from '../../../contracts/checks/server-case.ts';
import {
  ANY_WORDS,
  LIST_ID,
  NONE,
  NOT_ENOUGH,
  NOTHING,
  PAGE,
  page,
  refuses,
  resultOf,
  type Says,
  sent,
  serverThat,
  shows,
} from './saying.ts';

describe('an answer is acceptable', () => {
  it.each<[string, Acceptable, Says]>([
    ['a packet', SENT, sent()],
    [
      'a packet with what it must say',
      { answer: 'sent', fields: { send_listid: LIST_ID, send_time: null } },
      sent(),
    ],
    ['a code in any words', ANY_WORDS, refuses('NOTENOUGH', 'whatever')],
    ['a code in one of its wordings', NOT_ENOUGH, refuses('NOTENOUGH', 'two')],
    ['a page', PAGE, page(400)],
    ['no connection', NONE, NOTHING],
  ])('%s', async (_, accept, line) => {
    const { verdict, findings, answers } = await resultOf(serverThat(line), {
      needs: {},
      steps: [send({}, accept)],
    });
    expect([verdict, findings, answers]).toEqual(['held', [], 1]);
  });

  it.each<[string, string, Acceptable, Says]>([
    ['a packet that was sent', 'SIGN_ERROR "no"', SENT, refuses('SIGN_ERROR', 'no')],
    ['a packet that was sent', 'no answer: the connection was refused', SENT, NOTHING],
    ['a packet that was sent', 'a page with HTTP 502', SENT, page(502)],
    ['a packet that was sent', 'no XML: {"return_code": 1}', SENT, () => '{"return_code":\n 1}'],
    [
      'a packet that was sent with send_time 1, no reason',
      'a packet that was sent with no send_time',
      { answer: 'sent', fields: { send_time: '1', reason: null } },
      sent(),
    ],
    [
      'a packet that was sent with no send_listid',
      `a packet that was sent with send_listid ${LIST_ID}`,
      { answer: 'sent', fields: { send_listid: null } },
      sent(),
    ],
    ['NOTENOUGH', 'a packet that was sent', ANY_WORDS, sent()],
    ['NOTENOUGH', 'FATAL_ERROR "x"', ANY_WORDS, refuses('FATAL_ERROR', 'x')],
    ['NOTENOUGH "one" or "two"', 'NOTENOUGH "three"', NOT_ENOUGH, refuses('NOTENOUGH', 'three')],
    ['a page with HTTP 400', 'a page with HTTP 502', PAGE, page(502)],
    ['a page with HTTP 400', 'SIGN_ERROR "no"', PAGE, refuses('SIGN_ERROR', 'no')],
    ['a refused connection', 'a page with HTTP 400', NONE, page(400)],
  ])('or else it was expected: %s, got %s', async (expected, got, accept, line) => {
    const { target } = serverThat(line);
    const arranged = { ...target, arrange: async () => 'done' as const };
    const result = await resultOf({ target: arranged }, { steps: [send({}, accept)] });
    expect(result.findings).toMatchObject([{ clause: 'a/case', source: '§1', expected, got }]);
  });

  it.each<[string, Acceptable, Says, readonly string[]]>([
    ['an order', found('SENT', { total_amount: '100' }), shows('SENT'), []],
    ['another state', found('SENT'), shows('SENDING'), ['an order that is SENDING']],
    [
      'another field',
      found('SENT', { reason: null }),
      shows('SENT', { reason: 'x' }),
      ['an order that is SENT with reason x'],
    ],
    ['a refusal', found('SENT'), refuses('NOT_FOUND', 'no'), ['NOT_FOUND "no"']],
  ])('of a query: %s', async (_, accept, line, wrong) => {
    const { findings } = await resultOf(serverThat(line), { steps: [query({}, accept)] });
    expect(findings.map(({ got }) => got)).toEqual(wrong);
  });

  it('when it is any of several, and else all are named with the nearest', async () => {
    const accept = [PAGE, NOT_ENOUGH];
    const held = await resultOf(serverThat(refuses('NOTENOUGH', 'one')), {
      steps: [send({}, ...accept)],
    });
    expect(held.verdict).toBe('held');
    const { target } = serverThat(refuses('NOTENOUGH', 'three'));
    const worded = await resultOf(
      { target: { ...target, arrange: async () => 'done' } },
      { steps: [send({}, ...accept)] },
    );
    expect(worded.findings).toMatchObject([
      {
        expected: 'a page with HTTP 400, or NOTENOUGH "one" or "two"',
        got: 'NOTENOUGH "three"',
        certainty: 'observed',
      },
    ]);
  });
});

describe('a rule that does not hold', () => {
  const broken = serverThat(refuses('SIGN_ERROR'));
  const steps = [send({}, SENT)];

  it.each([
    ['documented', 'documented', 'failed'],
    ['observed', 'documented', 'differs'],
    ['observed', undefined, 'failed'],
    ['assumed', undefined, 'differs'],
    ['assumed', 'assumed', 'failed'],
  ] as const)('%s, when one insists on %s: %s', async (certainty, strict, verdict) => {
    const options = strict ? { strict } : {};
    expect(await resultOf(broken, { certainty, steps }, options)).toMatchObject({ verdict });
  });

  it('is only observed when nothing but the words differ', async () => {
    const { target } = serverThat(refuses('NOTENOUGH', 'three'));
    const arranged = { target: { ...target, arrange: async () => 'done' as const } };
    const draft = { steps: [send({}, NOT_ENOUGH)] };
    const strict = await resultOf(arranged, draft, { strict: 'documented' });
    expect([strict.verdict, strict.findings[0]?.certainty]).toEqual(['differs', 'observed']);
    const assumed = await resultOf(arranged, { ...draft, certainty: 'assumed' });
    expect(assumed.findings[0]?.certainty).toBe('assumed');
  });

  it('ends its case, since what comes after builds on it', async () => {
    const server = serverThat(refuses('SIGN_ERROR'), sent());
    const twice = { steps: [send({}, SENT), send({ number: 'b' }, SENT)] };
    expect((await resultOf(server, twice)).history).toHaveLength(1);
    const lenient = await resultOf(
      serverThat(refuses('SIGN_ERROR'), sent()),
      { ...twice, certainty: 'assumed' },
      { strict: 'documented' },
    );
    expect([lenient.verdict, lenient.history.length]).toEqual(['differs', 2]);
  });
});
