/** The rules of what to do next, each with its source, and what must hold for any history. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  type Found,
  firstStep,
  learn,
  nextStep,
  type Outcome,
  type QueryOutcome,
  RETRY_POLICY,
  type Refused,
  type Step,
  type Unknown,
  type UnknownReason,
} from '../../client/index.ts';
import { CODES, type CodeRow, ORDER_STATES } from '../../contracts/index.ts';
import { SEED } from '../support/seed.ts';
import { BILLNO } from './support.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Noon in Beijing. */
const NOW_MS = Date.parse('2026-01-31T12:00:00+08:00');

const FRESH: Attempt = {
  mch_billno: BILLNO,
  amountFen: 100,
  lastCall: undefined,
  calls: 0,
  doubtful: false,
  lostAtMs: undefined,
  sendFailures: 0,
  refusal: undefined,
  processingAtMs: undefined,
  openedAtMs: NOW_MS,
  renumbered: 0,
  deadlineAtMs: NOW_MS + 10 * DAY_MS,
  retry: RETRY_POLICY,
  jitter: 0,
};

function refused(code: string, more: Partial<Refused> = {}): Refused {
  const row: CodeRow | undefined = CODES.find((each) => each.code === code);
  return {
    kind: 'refused',
    mch_billno: BILLNO,
    by: 'wechat',
    code,
    message: 'a message',
    advice: row?.advice ?? 'fix',
    ...(row?.retryAfter === undefined ? {} : { retryAfter: row.retryAfter }),
    numberFree: row?.numberAfter === 'free',
    ...more,
  };
}
const unsent = (code: string, advice: 'same' | 'fix'): Refused =>
  refused(code, { by: 'connection', advice, numberFree: true });
const unknown = (why: UnknownReason): Unknown => ({
  kind: 'unknown',
  mch_billno: BILLNO,
  why,
  detail: 'a detail',
});
const found = (status: Found['status'], more: Partial<Found> = {}): Found => ({
  kind: 'found',
  mch_billno: BILLNO,
  status,
  detail_id: '1000041701202601310000000001',
  amountFen: 100,
  totalNum: 1,
  reason: undefined,
  send_time: undefined,
  refund_time: undefined,
  refundFen: undefined,
  receivers: [],
  ...more,
});
const NOT_FOUND: QueryOutcome = { kind: 'not-found', mch_billno: BILLNO };
const SENT: Outcome = {
  kind: 'sent',
  mch_billno: BILLNO,
  send_listid: '1',
  amountFen: 100,
  by: 'reply',
};

type Call = readonly ['send' | 'query', Outcome | QueryOutcome];

/** What is to be done after these calls, each a second after the other. */
function stepAfter(calls: readonly Call[], from: Partial<Attempt> = {}): Step {
  let attempt: Attempt = { ...FRESH, ...from };
  let step: Step = firstStep(attempt, NOW_MS);
  calls.forEach(([call, outcome], index) => {
    const nowMs = NOW_MS + index * 1_000;
    attempt = learn(attempt, call, outcome, nowMs);
    step = nextStep(outcome, attempt, nowMs);
  });
  return step;
}

/** `send`, `query`, `new-number`, `sent`, `refused CODE`, `unknown reason`. */
function said(step: Step): string {
  if (step.do !== 'stop') return step.do;
  const { outcome } = step;
  if (outcome.kind === 'refused') return `refused ${outcome.code}`;
  return outcome.kind === 'unknown' ? `unknown ${outcome.why}` : 'sent';
}

interface Rule {
  readonly rule: string;
  readonly source: string;
  readonly calls: readonly Call[];
  readonly from?: Partial<Attempt>;
  readonly then: string;
}

const OPEN: Partial<Attempt> = { doubtful: true, lostAtMs: NOW_MS };

const RULES: readonly Rule[] = [
  // Beginnings
  { rule: 'a new number is sent', source: '§1', calls: [], then: 'send' },
  {
    rule: 'a number that an earlier run left open is asked about before it is sent again',
    source: '§2.1, E22: never change the number',
    calls: [],
    from: OPEN,
    then: 'query',
  },
  {
    rule: 'a number that gethbinfo no longer remembers is left to a person',
    source: '§4: orders of 30 days',
    calls: [],
    from: { ...OPEN, openedAtMs: NOW_MS - 30 * DAY_MS },
    then: 'unknown too-old',
  },
  // Certain answers
  { rule: 'a success ends it', source: '§1.4', calls: [['send', SENT]], then: 'sent' },
  {
    rule: 'a request to be mended ends it',
    source: '§2.1, FIX',
    calls: [['send', refused('PARAM_ERROR')]],
    then: 'refused PARAM_ERROR',
  },
  {
    rule: 'an order that breaks the contract is not dialled again',
    source: 'E22',
    calls: [['send', refused('ORDER_INVALID', { by: 'checks' })]],
    then: 'refused ORDER_INVALID',
  },
  {
    rule: 'an empty balance ends it: only a top-up helps',
    source: '§2.1, E40',
    calls: [['send', refused('NOTENOUGH')]],
    then: 'refused NOTENOUGH',
  },
  {
    rule: 'a number that stands for another payment ends it',
    source: '§3, E5',
    calls: [['send', refused('FATAL_ERROR')]],
    then: 'refused FATAL_ERROR',
  },
  // Waiting
  {
    rule: 'a throttled call left no record: the same number again',
    source: '§2.1, E47',
    calls: [['send', refused('FREQ_LIMIT')]],
    then: 'send',
  },
  {
    rule: 'a throttled query is asked again',
    source: '§2.1, E47',
    calls: [
      ['send', unknown('timeout')],
      ['query', refused('FREQ_LIMIT')],
    ],
    then: 'query',
  },
  {
    rule: 'a limit per minute is waited for',
    source: '§2.1, seed 000',
    calls: [['send', refused('SECOND_OVER_LIMITED')]],
    then: 'send',
  },
  {
    rule: 'closed hours are waited for',
    source: '§2.1, seed 000',
    calls: [['send', refused('TIME_LIMITED')]],
    then: 'send',
  },
  {
    rule: 'a limit of the user is asked about',
    source: '§2.1, E40: QUERY',
    calls: [['send', refused('SENDNUM_LIMIT')]],
    then: 'query',
  },
  {
    rule: 'an order that risk control stopped is asked about',
    source: '§2.1, E38',
    calls: [['send', refused('NO_AUTH')]],
    then: 'query',
  },
  {
    rule: 'a refusal stands when gethbinfo has no such order',
    source: '§7.2',
    calls: [
      ['send', refused('SENDNUM_LIMIT')],
      ['query', NOT_FOUND],
    ],
    then: 'refused SENDNUM_LIMIT',
  },
  {
    rule: 'an order that is SENDING with a reason waits unpaid',
    source: '§3, E24',
    calls: [
      ['send', refused('RCVDAMOUNT_LIMIT')],
      ['query', found('SENDING', { reason: 'a reason of no code' })],
    ],
    then: 'refused SENDING',
  },
  // Doubt
  {
    rule: 'a system error keeps the number',
    source: '§2.1, E22',
    calls: [['send', unknown('system-error')]],
    then: 'send',
  },
  {
    rule: 'a lost answer keeps the number',
    source: '§8 no. 1',
    calls: [['send', unknown('timeout')]],
    then: 'send',
  },
  {
    rule: 'an unreadable answer keeps the number',
    source: 'E22',
    calls: [['send', unknown('unreadable')]],
    then: 'send',
  },
  {
    rule: 'a forged answer keeps the number',
    source: '§5',
    calls: [['send', unknown('forged')]],
    then: 'send',
  },
  {
    rule: 'PROCESSING is asked about',
    source: '§2.1, E23',
    calls: [['send', unknown('processing')]],
    then: 'query',
  },
  {
    rule: 'a code of no edition is asked about, and never changes the number',
    source: '§8 no. 26, E22',
    calls: [['send', unknown('unknown-code')]],
    then: 'query',
  },
  {
    rule: 'an answer about another order is asked about',
    source: 'the echo, §1.4',
    calls: [['send', unknown('other-order')]],
    then: 'query',
  },
  {
    rule: 'a page about the certificate ends it, repeating will not help',
    source: '§3, E66',
    calls: [['send', unknown('certificate-page')]],
    then: 'unknown certificate-page',
  },
  {
    rule: 'a caller who gives up is left with the number',
    source: 'the signal',
    calls: [['send', unknown('aborted')]],
    then: 'unknown aborted',
  },
  {
    rule: 'NOT_FOUND is never taken for failed: the same number again',
    source: '§7.2, E91',
    calls: [
      ['send', unknown('cut')],
      ['query', NOT_FOUND],
    ],
    then: 'send',
  },
  {
    rule: 'a refusal does not settle an earlier try',
    source: '§3.1: checks come before the number is looked up',
    calls: [
      ['send', unknown('cut')],
      ['send', refused('SIGN_ERROR')],
    ],
    then: 'query',
  },
  {
    rule: 'a connection that cannot be made does not settle an earlier try',
    source: 'the doubt',
    calls: [
      ['send', unknown('cut')],
      ['send', unsent('ECONNREFUSED', 'same')],
    ],
    then: 'send',
  },
  {
    rule: 'a gethbinfo that is not allowed leaves the same number',
    source: '§7.2, NO_AUTH',
    calls: [
      ['send', unknown('cut')],
      ['query', refused('NO_AUTH')],
    ],
    then: 'send',
  },
  {
    rule: 'gethbinfo that does not tell is asked again',
    source: 'E22',
    calls: [
      ['send', unknown('processing')],
      ['query', unknown('system-error')],
    ],
    then: 'query',
  },
  {
    rule: 'an order that is SENT was sent',
    source: '§7.2',
    calls: [
      ['send', unknown('cut')],
      ['query', found('SENT')],
    ],
    then: 'sent',
  },
  {
    rule: 'an order that came back was sent too',
    source: '§4: 24 h',
    calls: [
      ['send', unknown('cut')],
      ['query', found('REFUND')],
    ],
    then: 'sent',
  },
  {
    rule: 'an order that is SENDING is asked about again',
    source: '§8 no. 2',
    calls: [
      ['send', unknown('processing')],
      ['query', found('SENDING')],
    ],
    then: 'query',
  },
  {
    rule: 'an order that still is SENDING after twenty minutes is sent again',
    source: '§2.1, E28',
    calls: [['query', found('SENDING')]],
    from: { ...OPEN, openedAtMs: NOW_MS - 21 * MINUTE_MS },
    then: 'send',
  },
  {
    rule: 'a waiting order is no refusal while a lost send may still arrive',
    source: 'the doubt',
    calls: [
      ['send', unknown('timeout')],
      ['query', found('SENDING', { reason: 'a reason of no code' })],
    ],
    then: 'query',
  },
  {
    rule: 'a waiting order is a refusal when a lost send cannot arrive any more',
    source: '§3, E24',
    calls: [['query', found('SENDING', { reason: '帐号余额不足，请到商户平台充值后再重试' })]],
    from: { doubtful: true, lostAtMs: NOW_MS - 2 * MINUTE_MS },
    then: 'refused NOTENOUGH',
  },
  {
    rule: 'another amount under the number is nobody’s to settle',
    source: '§3, FATAL_ERROR',
    calls: [['query', found('SENT', { amountFen: 999 })]],
    from: OPEN,
    then: 'unknown other-order',
  },
  // A dead number
  {
    rule: 'SEND_FAILED is confirmed before another number is taken',
    source: '§2.1; a repeat of a paid number may be answered so, E70',
    calls: [['send', refused('SEND_FAILED')]],
    then: 'query',
  },
  {
    rule: 'SEND_FAILED and FAILED: another number',
    source: '§2.1, E41',
    calls: [
      ['send', refused('SEND_FAILED')],
      ['query', found('FAILED')],
    ],
    then: 'new-number',
  },
  {
    rule: 'FAILED alone does not: the same number will say SEND_FAILED',
    source: '§2.1, E41',
    calls: [
      ['send', unknown('processing')],
      ['query', found('FAILED')],
    ],
    then: 'send',
  },
  {
    rule: 'SEND_FAILED of a number that was sent is no failure',
    source: 'E70',
    calls: [
      ['send', refused('SEND_FAILED')],
      ['query', found('RECEIVED')],
    ],
    then: 'sent',
  },
  {
    rule: 'SEND_FAILED twice and NOT_FOUND is not enough for another number',
    source: '§7.2, E91: NOT_FOUND is not failed',
    calls: [
      ['send', refused('SEND_FAILED')],
      ['query', NOT_FOUND],
      ['send', refused('SEND_FAILED')],
      ['query', NOT_FOUND],
    ],
    then: 'query',
  },
  {
    rule: 'after three dead numbers it ends',
    source: 'assumed',
    calls: [
      ['send', refused('SEND_FAILED')],
      ['query', found('FAILED')],
    ],
    from: { renumbered: 3 },
    then: 'refused SEND_FAILED',
  },
  // No connection
  {
    rule: 'a server that cannot be reached is tried again',
    source: '§8 no. 14',
    calls: [['send', unsent('ECONNREFUSED', 'same')]],
    then: 'send',
  },
  {
    rule: 'four times at most, when nothing hangs on it',
    source: 'assumed',
    calls: Array<Call>(4).fill(['send', unsent('ECONNREFUSED', 'same')]),
    then: 'refused ECONNREFUSED',
  },
  {
    rule: 'a certificate that one side does not take ends it',
    source: '§8 no. 14',
    calls: [['send', unsent('CERT_HAS_EXPIRED', 'fix')]],
    then: 'refused CERT_HAS_EXPIRED',
  },
  // The end
  {
    rule: 'a doubt at the deadline stays one',
    source: 'E22',
    calls: [['send', unknown('cut')]],
    from: { deadlineAtMs: NOW_MS },
    then: 'unknown cut',
  },
  {
    rule: 'an unconfirmed SEND_FAILED at the deadline is a doubt',
    source: 'E70',
    calls: [['send', refused('SEND_FAILED')]],
    from: { deadlineAtMs: NOW_MS },
    then: 'unknown deadline',
  },
  {
    rule: 'a throttled send at the deadline is refused',
    source: 'E47: no record',
    calls: [['send', refused('FREQ_LIMIT')]],
    from: { deadlineAtMs: NOW_MS },
    then: 'refused FREQ_LIMIT',
  },
  {
    rule: 'a refused order that gethbinfo has as SENDING without a reason is none any more',
    source: '§8 no. 2',
    calls: [
      ['send', refused('SENDNUM_LIMIT')],
      ['query', found('SENDING')],
    ],
    from: { deadlineAtMs: NOW_MS + 1_500 },
    then: 'unknown in-progress',
  },
];

describe('the next step', () => {
  it.each(RULES)('$rule ($source)', ({ calls, from, then }) => {
    expect(said(stepAfter(calls, from))).toBe(then);
  });

  it('keeps an order that waits, and its number, out of reach of changes', () => {
    const reason = '帐号余额不足，请到商户平台充值后再重试';
    const step = stepAfter([['query', found('SENDING', { reason })]], { refusal: undefined });
    expect(step).toMatchObject({ outcome: { advice: 'same', numberFree: false, message: reason } });
  });
});

describe('waiting', () => {
  const waits = (code: string, atText: string): number => {
    const nowMs = Date.parse(atText);
    const outcome = refused(code);
    const attempt = learn({ ...FRESH, deadlineAtMs: nowMs + 2 * DAY_MS }, 'send', outcome, nowMs);
    const step = nextStep(outcome, attempt, nowMs);
    return step.do === 'stop' ? Number.NaN : step.atMs - nowMs;
  };

  it('goes by the turn of the Beijing minute', () => {
    expect(waits('SECOND_OVER_LIMITED', '2026-01-31T12:00:30+08:00')).toBe(31_000);
  });
  it('goes by the turn of the Beijing day, wherever the host is', () => {
    expect(waits('DAY_OVER_LIMITED', '2026-01-31T23:59:00+08:00')).toBe(61_000);
    expect(waits('DAY_OVER_LIMITED', '2026-01-31T15:59:00Z')).toBe(61_000);
    expect(waits('SENDAMOUNT_LIMIT', '2026-02-01T00:00:00+08:00')).toBe(DAY_MS + 1_000);
  });
  it('goes by eight in the morning, of the same day or the next', () => {
    expect(waits('TIME_LIMITED', '2026-01-31T07:59:00+08:00')).toBe(61_000);
    expect(waits('TIME_LIMITED', '2026-01-31T08:00:00+08:00')).toBe(DAY_MS + 1_000);
  });
  it('doubles from a second to a minute, and a quarter more by chance', () => {
    const delays = [1, 2, 3, 7, 30].map((calls) => {
      const step = nextStep(unknown('cut'), { ...FRESH, calls, lastCall: 'send' }, NOW_MS);
      return step.do === 'stop' ? Number.NaN : step.atMs - NOW_MS;
    });
    expect(delays).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
    const jittered = { ...FRESH, calls: 1, lastCall: 'send', jitter: 1 } as const;
    expect(nextStep(unknown('cut'), jittered, NOW_MS)).toMatchObject({ atMs: NOW_MS + 1_250 });
  });
});

const codes = CODES.map(({ code }) => code);
const sendOutcome: fc.Arbitrary<Call> = fc
  .oneof(
    fc.constantFrom(...codes).map((code) => refused(code)),
    // Else a number would hardly ever die.
    fc.constant(refused('SEND_FAILED')),
    fc
      .constantFrom<UnknownReason>(
        'system-error',
        'processing',
        'unknown-code',
        'timeout',
        'cut',
        'unreadable',
        'certificate-page',
        'forged',
        'other-order',
        'contradiction',
        'aborted',
      )
      .map(unknown),
    fc.constantFrom('ECONNREFUSED', 'ABORTED').map((code) => unsent(code, 'same')),
    fc.constant(SENT),
  )
  .map((outcome) => ['send', outcome]);
const queryOutcome: fc.Arbitrary<Call> = fc
  .oneof(
    fc
      .record({
        status: fc.constantFrom(...ORDER_STATES.map(({ state }) => state)),
        reason: fc.constantFrom(undefined, 'a reason'),
        amountFen: fc.constantFrom(100, 100, 100, 7),
      })
      .map(({ status, ...more }) => found(status, more)),
    fc.constantFrom(NOT_FOUND, found('FAILED')),
    fc.constantFrom('FREQ_LIMIT', 'NO_AUTH', 'SIGN_ERROR').map((code) => refused(code)),
    fc.constantFrom<UnknownReason>('system-error', 'cut', 'forged', 'aborted').map(unknown),
    fc.constant(unsent('ECONNREFUSED', 'same')),
  )
  .map((outcome) => ['query', outcome]);

describe('for any history', () => {
  const history = fc.record({
    sends: fc.array(sendOutcome, { minLength: 30, maxLength: 30 }),
    queries: fc.array(queryOutcome, { minLength: 30, maxLength: 30 }),
    open: fc.boolean(),
    deadlineMs: fc.constantFrom(0, 5_000, 120_000, 3_600_000),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('a new number needs SEND_FAILED and FAILED, a refusal no doubt, a wait a second, and all an end', () => {
    const ends: Record<string, number> = {};
    fc.assert(
      fc.property(history, ({ sends, queries, open, deadlineMs, jitter }) => {
        let nowMs = NOW_MS;
        const deadlineAtMs = nowMs + deadlineMs;
        let attempt: Attempt = { ...FRESH, ...(open ? OPEN : {}), deadlineAtMs, jitter };
        const heard: string[] = [];
        let inDoubt = open;
        let step: Step = firstStep(attempt, nowMs);
        while (step.do === 'send' || step.do === 'query') {
          expect(step.atMs).toBeLessThanOrEqual(deadlineAtMs);
          const next = (step.do === 'send' ? sends : queries)[heard.length % 30];
          if (!next) throw new Error('the history ran out');
          const [call, outcome] = next;
          nowMs = Math.max(nowMs, step.atMs);
          // What a person would note: a lost send is a doubt until gethbinfo has said what became of it.
          if (call === 'send' && outcome.kind === 'unknown') inDoubt = true;
          const waitsUnpaid = outcome.kind === 'found' && outcome.reason !== undefined;
          if (outcome.kind === 'found' && (outcome.status === 'FAILED' || waitsUnpaid)) {
            inDoubt = false;
          }
          const word = outcome.kind === 'refused' ? outcome.code : outcome.kind;
          heard.push(outcome.kind === 'found' ? outcome.status : word);
          attempt = learn(attempt, call, outcome, nowMs);
          step = nextStep(outcome, attempt, nowMs);
          if (step.do === 'send' || step.do === 'query') {
            expect(step.atMs - nowMs).toBeGreaterThanOrEqual(1_000);
          }
        }
        const end = step.do === 'stop' ? step.outcome.kind : step.do;
        ends[end] = (ends[end] ?? 0) + 1;
        if (step.do === 'new-number') {
          expect(heard).toContain('SEND_FAILED');
          expect(heard.at(-1)).toBe('FAILED');
        }
        if (step.do === 'stop' && step.outcome.kind === 'refused') expect(inDoubt).toBe(false);
        if (step.do === 'stop' && step.outcome.kind === 'sent') {
          expect(['sent', 'SENT', 'RECEIVED', 'RFUND_ING', 'REFUND']).toContain(heard.at(-1));
        }
      }),
      { seed: SEED, numRuns: 5_000 },
    );
    for (const end of ['sent', 'refused', 'unknown', 'new-number']) {
      expect(ends[end], end).toBeGreaterThan(50);
    }
  });
});
