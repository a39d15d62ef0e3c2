import { describe, expect, it } from 'vitest';
import {
  type AuditContext,
  type AuditEntry,
  audit,
  CLIENT_RULES,
  isAtLeast,
  SEVERITIES,
} from '../../../contracts/index.ts';
import type { JournalEntry } from '../../../mock-server/index.ts';
import { canary, found, NOON_MS, OTHER_OPENID, paid, query, refused, runOf, send } from './runs.ts';

const rulesOf = (entries: readonly AuditEntry[], context?: AuditContext) =>
  audit(entries, context).map(({ rule }) => rule);

const SYSTEMERROR = refused('SYSTEMERROR');
const SYSTEMERROR_PAID = refused('SYSTEMERROR', '', true);
const page = { ...paid, httpStatus: 502, reply: '<html>', faults: ['page'] } as const;
const at = (realAtMs: number) => ({ realAtMs, atMs: realAtMs });

/** What shows each rule its fault, and no other rule a fault of its own. */
const SHOWN: Readonly<Record<string, readonly [AuditEntry[], AuditContext?]>> = {
  'new-number-after-systemerror': [runOf(send('A', SYSTEMERROR_PAID), send('B'))],
  'processing-taken-as-failure': [runOf(send('A', refused('PROCESSING', '', true)), send('B'))],
  'not-found-taken-as-failure': [
    runOf(send('A', SYSTEMERROR_PAID), query('A', refused('NOT_FOUND')), send('B')),
  ],
  'new-number-after-no-answer': [runOf(send('A', { ...paid, faults: ['drop'] }), send('B'))],
  'new-number-after-odd-answer': [runOf(send('A', { ...paid, faults: ['delay'] }), send('B'))],
  'new-number-after-page': [runOf(send('A', page), send('B'))],
  'new-number-after-unknown-code': [runOf(send('A', refused('BRAND_NEW', '', true)), send('B'))],
  'sending-taken-as-failure': [
    runOf(send('A', SYSTEMERROR_PAID), query('A', found('SENDING')), send('B')),
  ],
  'new-number-while-stored': [runOf(send('A', refused('NOTENOUGH')), send('B'))],
  'page-taken-as-end': [runOf(send('A', page))],
  'outcome-never-learned': [runOf(send('A', SYSTEMERROR))],
  'retry-within-a-second': [runOf(send('A', SYSTEMERROR), send('A', at(NOON_MS + 300)))],
  'send-failed-same-number': [
    runOf(send('A', refused('SEND_FAILED')), send('A', SYSTEMERROR), query('A', found('SENT'))),
  ],
  'number-for-two-orders': [
    runOf(
      send('A'),
      send('A', { ...refused('FATAL_ERROR'), request: { re_openid: OTHER_OPENID } }),
    ),
  ],
  'success-sent-again': [runOf(send('A'), send('A', { verdict: 'repeated', paid: true }))],
  'hopeless-repeat': [runOf(...[1, 2, 3, 4].map(() => send('A', refused('ILLEGAL_APPID'))))],
  'processing-pressed': [runOf(send('A', refused('PROCESSING')), send('A'))],
  'quota-pressed': [runOf(send('A', refused('SENDNUM_LIMIT')), send('A'))],
  'throttle-pressed': [
    runOf(
      ...['A', 'B', 'C', 'D'].map((number, index) =>
        send(number, { ...refused('FREQ_LIMIT'), ...at(NOON_MS + index * 100) }),
      ),
    ),
  ],
  burst: [
    runOf(
      ...Array.from({ length: 31 }, (_, index) =>
        send(`N${index}`, { ...paid, ...at(NOON_MS + index) }),
      ),
    ),
  ],
  'connection-storm': [
    runOf(
      ...Array.from({ length: 10 }, (_, index) =>
        send(`N${index}`, { ...paid, ...at(NOON_MS + index), connection: index }),
      ),
    ),
  ],
  'key-in-body': [runOf(send('A', { ...paid, keyInBody: true }))],
  'doctype-expanded': [runOf(send('A'), canary)],
  'no-client-certificate': [runOf(send('A', { ...refused('CA_ERROR'), peer: { kind: 'none' } }))],
  'wrong-client-certificate': [
    runOf(
      send('A', {
        verdict: 'front',
        paid: false,
        httpStatus: 400,
        peer: { kind: 'untrusted', reason: 'x' },
      }),
    ),
  ],
  'amount-not-an-integer': [
    runOf(send('A', { ...refused('SIGN_ERROR'), request: { total_amount: '10.00' } })),
  ],
  'length-in-characters': [
    runOf(
      send('A', { ...refused('PARAM_ERROR'), request: { act_name: '二零一七年度四季度微信抽奖' } }),
    ),
  ],
  'length-at-edge': [runOf(send('A', { ...paid, request: { act_name: 'a'.repeat(32) } }))],
  'undocumented-field': [
    runOf(send('A', { ...refused('SIGN_ERROR'), request: { amt_type: 'ALL_RAND' } })),
  ],
  'sign-type-sent': [runOf(send('A', { ...refused('SIGN_ERROR'), request: { sign_type: 'MD5' } }))],
  'empty-field': [runOf(send('A', { ...paid, request: { scene_id: '' } }))],
  'nonce-reused': [
    runOf(...['A', 'B'].map((number) => send(number, { ...paid, request: { nonce_str: 'same' } }))),
  ],
  'signature-wrong': [
    runOf(send('A', { ...refused('SIGN_ERROR'), clause: 'sendredpack/signature/md5' })),
  ],
  'not-utf8': [
    runOf(send('A', { ...refused('SIGN_ERROR'), clause: 'sendredpack/signature/utf-8' })),
  ],
  'malformed-xml': [
    runOf(send('A', { ...refused('XML_ERROR'), clause: 'sendredpack/xml/malformed' })),
  ],
  'doctype-sent': [
    runOf(send('A', { ...refused('XML_ERROR'), clause: 'sendredpack/xml/doctype' })),
  ],
  'risk-info-not-encoded': [
    runOf(send('A', { ...paid, request: { risk_info: 'posttime=1&deviceid=2' } })),
  ],
  'id-with-space': [runOf(send('A', { ...paid, request: { re_openid: ' o1 ' } }))],
  'number-with-day-of-utc': [
    runOf(
      send('10000098202601300000000001', {
        ...paid,
        ...at(Date.parse('2026-01-31T07:00:00+08:00')),
      }),
    ),
  ],
};

describe('the rules for clients', () => {
  it('are at least eighteen, each with a name of its own', () => {
    const ids = CLIENT_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(18);
  });

  it.each(CLIENT_RULES.map((rule) => [rule.id, rule] as const))(
    '%s says in two languages what is wrong, what to do, and where that comes from',
    (_, { title, title_zh, remedy, source }) => {
      expect(title_zh).toMatch(/\p{Script=Han}/u);
      for (const text of [title, remedy, source]) expect(text.trim()).not.toBe('');
    },
  );

  it.each(CLIENT_RULES.map(({ id }) => id))('%s alone is found in a run that breaks it', (id) => {
    const [entries, context] = SHOWN[id] ?? [[]];
    expect(rulesOf(entries, context)).toEqual([id]);
  });

  it('find nothing in the run of a careful client', () => {
    const run = runOf(
      send('A', SYSTEMERROR_PAID),
      query('A', refused('NOT_FOUND')),
      query('A', found('SENDING')),
      send('A'),
      send('B', refused('SEND_FAILED')),
      send('C'),
      send('D', { ...page, paid: false }),
      send('D'),
    );
    expect(audit(run)).toEqual([]);
  });
});

describe('a new number for an order in doubt', () => {
  it('names both numbers and the fen that were lost', () => {
    const [finding] = audit(runOf(send('A1', SYSTEMERROR_PAID), send('B2')));
    expect(finding).toMatchObject({ severity: 'money', lostFen: 1_000, evidence: [1, 2] });
    expect(finding?.what).toMatch(/A1 .*B2 .*1000 fen \(10\.00 yuan\) lost/);
  });

  it('is an error, and says what it would have cost, when one of the two was not paid', () => {
    const [finding] = audit(runOf(send('A', SYSTEMERROR), send('B')));
    expect(finding).toMatchObject({ severity: 'error' });
    expect(finding).not.toHaveProperty('lostFen');
    expect(finding?.what).toContain('would have been lost');
  });

  it('is a second packet when a query, or a repeat, has settled the first', () => {
    const queried = runOf(send('A', SYSTEMERROR_PAID), query('A', found('SENT')), send('B'));
    const repeated = runOf(send('A', SYSTEMERROR_PAID), send('A'), send('B'));
    expect([audit(queried), audit(repeated)]).toEqual([[], []]);
  });

  it('is a second packet when the first number is sent again afterwards', () => {
    expect(audit(runOf(send('A', SYSTEMERROR_PAID), send('B'), send('A')))).toEqual([]);
  });

  it('is what FAILED wants', () => {
    const run = runOf(send('A', refused('NOTENOUGH')), query('A', found('FAILED')), send('B'));
    expect(audit(run)).toEqual([]);
  });

  it('is another matter for another user, another amount, another merchant, or much later', () => {
    const others = [
      { request: { re_openid: OTHER_OPENID } },
      { request: { total_amount: '1001' } },
      { request: { mch_id: '888' }, peer: { kind: 'merchant', mchId: '888', serial: '02' } },
      at(NOON_MS + 31 * 60_000),
    ] as const;
    for (const other of others) {
      const run = runOf(send('A', SYSTEMERROR), send('B', { ...paid, ...other }));
      expect(rulesOf(run)).toEqual(['outcome-never-learned']);
    }
  });

  it('is named once for each step of a chain', () => {
    const run = runOf(send('A', SYSTEMERROR_PAID), send('B', SYSTEMERROR_PAID), send('C'));
    expect(audit(run).map(({ what }) => what.match(/\b[ABC]\b/g))).toEqual([
      ['A', 'B'],
      ['B', 'C'],
    ]);
  });

  it('is lost money too when the number that was paid is further back', () => {
    const between = [SYSTEMERROR, refused('SIGN_ERROR'), refused('SEND_FAILED')];
    for (const unpaid of between) {
      const findings = audit(runOf(send('A', SYSTEMERROR_PAID), send('B', unpaid), send('C')));
      const [{ what, lostFen } = { what: '' }, ...rest] = findings.filter(
        ({ severity }) => severity === 'money',
      );
      expect([lostFen, rest]).toEqual([1_000, []]);
      expect(what).toMatch(/A.*C/);
    }
  });

  it('is fine after a refusal that leaves the number free', () => {
    expect(audit(runOf(send('A', refused('SIGN_ERROR')), send('B')))).toEqual([]);
  });

  it('is fine when NO_AUTH was about the address, and not when risk control keeps the order', () => {
    const address = refused('NO_AUTH', 'IP地址非你在商户平台设置的可用IP地址');
    const risk = refused('NO_AUTH', '发放失败，此请求可能存在风险，已被微信拦截');
    expect(rulesOf(runOf(send('A', address), send('B')))).toEqual([]);
    expect(rulesOf(runOf(send('A', risk), send('B')))).toEqual(['new-number-while-stored']);
  });
});

it('a wrong signature is told with the mistake that made it, once for each', () => {
  const mistaken = (why: string) =>
    send('A', { ...refused('SIGN_ERROR'), clause: 'sendredpack/signature/md5', why });
  const findings = audit(runOf(mistaken('unsorted'), mistaken('lower case'), mistaken('unsorted')));
  expect(findings.map(({ what }) => what)).toEqual([
    '2 calls met SIGN_ERROR: unsorted.',
    '1 call met SIGN_ERROR: lower case.',
  ]);
});

describe('a fault of the answer', () => {
  it('leaves what the worst of several leaves, and nothing when no table has it', () => {
    const rulesAfter = (...faults: string[]) =>
      rulesOf(runOf(send('A', { ...paid, faults }), send('B')));
    expect(rulesAfter('delay', 'drop')).toEqual(['new-number-after-no-answer']);
    expect(rulesAfter('chunked', 'page')).toEqual(['new-number-after-page']);
    expect(rulesAfter('reordered', 'err-code')).toEqual(['new-number-after-unknown-code']);
    expect(rulesAfter('brand-new')).toEqual(['new-number-after-no-answer']);
  });

  it('asks nothing more of a client that may have read its answer', () => {
    expect(audit(runOf(send('A', { ...paid, faults: ['chunked'] })))).toEqual([]);
    expect(rulesOf(runOf(send('A', { ...paid, faults: ['truncate'] })))).toEqual([
      'outcome-never-learned',
    ]);
  });
});

describe('an audit', () => {
  it('takes the entries of a journal, in any order', () => {
    const entries: readonly JournalEntry[] = [];
    expect(audit(entries)).toEqual([]);
    const run = runOf(send('A', SYSTEMERROR_PAID), send('B'));
    expect(audit([...run].reverse())).toEqual(audit(run));
  });

  it('measures a pause by whichever clock says more', () => {
    const frozen = { atMs: NOON_MS };
    const patient = runOf(
      send('A', { ...SYSTEMERROR, ...frozen }),
      send('A', { ...paid, ...frozen }),
    );
    const moved = runOf(
      send('A', { ...SYSTEMERROR, ...at(NOON_MS) }),
      send('A', { ...paid, realAtMs: NOON_MS + 5, atMs: NOON_MS + 20 * 60_000 }),
    );
    expect([audit(patient), audit(moved)]).toEqual([[], []]);
  });

  it('puts the gravest finding first, and names at most twenty calls in each', () => {
    const noisy = Array.from({ length: 30 }, (_, index) =>
      send(`N${index}`, { ...paid, request: { scene_id: '', total_amount: String(index) } }),
    );
    const findings = audit(runOf(...noisy, send('A', SYSTEMERROR_PAID), send('B')));
    expect(findings.map(({ severity }) => severity)).toEqual(['money', 'warning']);
    expect(findings[1]?.evidence).toHaveLength(20);
    expect(findings[1]?.what).toContain('30 calls');
  });

  it('orders severities from money to note', () => {
    expect(SEVERITIES.filter((severity) => isAtLeast(severity, 'error'))).toEqual([
      'money',
      'error',
    ]);
  });
});
