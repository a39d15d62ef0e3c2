/** The ways in which a request can be wrong: each by no more than it must, and in the place where the checks meet it. */
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../contracts/checks/fault.ts';
import { faultsOf } from '../../../contracts/checks/faults.ts';
import { binds, caseOf, SENT, send, weaker } from '../../../contracts/checks/server-case.ts';
import { messagesOf } from '../../../contracts/checks/wordings.ts';
import {
  EDITION_TABLES,
  EDITIONS,
  type Edition,
  ENDPOINTS,
  utf8Bytes,
} from '../../../contracts/index.ts';

const both = EDITIONS.flatMap((edition) =>
  ENDPOINTS.map((endpoint) => [edition, endpoint] as const),
);
const valuesOf = ({ variants, subject }: Fault) =>
  variants.map(({ fields }) => fields?.[subject]).filter((value) => typeof value === 'string');
const faultOf = (edition: Edition, clause: string) =>
  faultsOf(edition, 'sendredpack').find((fault) => fault.clause === `sendredpack/${clause}`);

describe.each(both)('the faults of edition %s at %s', (edition, endpoint) => {
  const faults = () => faultsOf(edition, endpoint);
  const rowOf = ({ subject }: Fault) =>
    EDITION_TABLES[edition].request[endpoint].find(({ name }) => name === subject);

  it('come in the order of checks: fields as the table has them, certificate, signature, identity, amount', () => {
    const places = faults().map(({ at }) => at);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const fault of faults().filter(({ clause }) => clause.includes('/fields/'))) {
      expect(EDITION_TABLES[edition].request[endpoint][fault.at]?.name).toBe(fault.subject);
    }
  });

  it('are too long by a byte, or by bytes alone', () => {
    for (const fault of faults()) {
      const bytesMax = rowOf(fault)?.bytesMax ?? Number.POSITIVE_INFINITY;
      for (const value of valuesOf(fault)) {
        if (fault.clause.endsWith('/max-bytes')) expect(utf8Bytes(value)).toBe(bytesMax + 1);
        if (!fault.clause.endsWith('-not-characters')) continue;
        expect(utf8Bytes(value)).toBeGreaterThan(bytesMax);
        expect([...value].length).toBeLessThan(bytesMax);
        expect([...value].some((char) => utf8Bytes(char) >= 3)).toBe(true);
      }
    }
  });

  it('are of the wrong form, and of no wrong length', () => {
    for (const fault of faults().filter(({ clause }) => clause.endsWith('/pattern'))) {
      const row = rowOf(fault);
      expect(valuesOf(fault).length).toBeGreaterThan(0);
      for (const value of valuesOf(fault)) {
        expect(row?.pattern?.test(value), fault.clause).toBe(false);
        expect(utf8Bytes(value)).toBeLessThanOrEqual(row?.bytesMax ?? 0);
        expect(value).not.toBe('');
      }
    }
  });

  it('are each other than the next', () => {
    for (const { variants, clause } of faults()) {
      const texts = variants.map((variant) => JSON.stringify(variant));
      expect(new Set(texts).size, clause).toBe(texts.length);
    }
  });

  it('miss a field, or send it empty', () => {
    for (const fault of faults().filter(({ clause }) => clause.endsWith('/required'))) {
      expect(fault.variants.map(({ fields }) => fields?.[fault.subject])).toEqual([null, '']);
    }
  });
});

it('a query is signed wrongly in every way but over url-encoded values, which change nothing there', () => {
  const signings = (endpoint: 'sendredpack' | 'gethbinfo') =>
    faultsOf('current', endpoint)
      .filter(({ subject }) => subject === 'sign')
      .map(({ variants: [{ sign }] }) => sign);
  expect(signings('sendredpack')).toContain('url-encoded');
  expect(signings('gethbinfo')).toEqual(
    signings('sendredpack').filter((signing) => signing !== 'url-encoded'),
  );
});

it('amounts are wrong from the first fen on either side', () => {
  const values = (rule: string) =>
    faultOf('current', `amount/${rule}`)?.variants.map((each) => each.fields?.total_amount);
  expect(values('minimum')).toContain('99');
  expect(values('maximum')).toContain('20001');
  for (const fen of values('minimum') ?? []) expect(Number(fen)).toBeLessThan(100);
  for (const fen of values('maximum') ?? []) expect(Number(fen)).toBeGreaterThan(20_000);
});

it('what no page of 2014 says is only assumed of 2014', () => {
  expect(faultOf('2014', 'signature/missing')?.certainty).toBe('assumed');
  expect(faultOf('2015', 'signature/missing')?.certainty).toBe('documented');
});

describe('how sure a rule is', () => {
  const SURENESS = ['documented', 'observed', 'assumed'] as const;

  it('is as sure as the weakest thing that it stands on', () => {
    for (const [at, one] of SURENESS.entries()) {
      for (const [index, other] of SURENESS.entries()) {
        expect(weaker(one, other)).toBe(SURENESS[Math.max(at, index)]);
        expect(binds(one, other)).toBe(at <= index);
      }
    }
  });
});

it('a wording is told once, with the figures of the edition', () => {
  expect(messagesOf('current', 'MONEY_LIMIT')).toEqual([
    '每个红包的平均金额必须在1.00元到200.00元之间.',
    '红包金额发放限制',
  ]);
  expect(messagesOf('current', 'PROCESSING')).toEqual(['请求已受理，请稍后使用原单号查询发放结果']);
});

describe('a case moves money', () => {
  const draft = { id: 'a', title: 'b', source: 'c', certainty: 'observed' } as const;
  const refused = { answer: 'refused', code: 'SYSTEMERROR' } as const;
  const fault = { endpoint: 'sendredpack', code: 'SYSTEMERROR', times: 1 } as const;

  it.each([
    [true, { steps: [send({}, refused, SENT)] }],
    [false, { steps: [send({}, refused), { advanceMs: 1 }] }],
    [true, { steps: [send({}, refused)], needs: { fault: { ...fault, money: 'moved' } } }],
    [false, { steps: [send({}, refused)], needs: { fault: { ...fault, money: 'not-moved' } } }],
  ] as const)('%j: %j', (moves, more) => {
    expect(caseOf('current', { ...draft, ...more }).movesMoney).toBe(moves);
  });
});
