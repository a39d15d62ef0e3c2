/** Which orders an audit takes for one that was paid twice, and which for another payment. */
import { describe, expect, it } from 'vitest';
import { type AuditEntry, audit } from '../../../contracts/index.ts';
import {
  found,
  NOON_MS,
  OTHER_OPENID,
  paid,
  query,
  refused,
  runOf,
  send,
  without,
} from './runs.ts';

const SYSTEMERROR = refused('SYSTEMERROR');
const SYSTEMERROR_PAID = refused('SYSTEMERROR', '', true);
const at = (realAtMs: number) => ({ realAtMs, atMs: realAtMs });

const rulesOf = (entries: readonly AuditEntry[]) => audit(entries).map(({ rule }) => rule);
/** Which number stands in the place of which. */
const replacedIn = (entries: readonly AuditEntry[]) =>
  audit(entries)
    .filter(({ rule }) => /^new-number|taken-as-failure$/.test(rule))
    .map(({ what }) => /^(\w+) was open when (\w+)/.exec(what)?.slice(1).join(' -> '));

describe('an order stays in doubt', () => {
  const abroad = { ...paid, verdict: 'undecided' } as const;

  it.each([
    ['whose client left before anything was decided', [send('A', abroad)], 'no-answer'],
    [
      'that was asked about before it was sent',
      [query('A', refused('NOT_FOUND')), send('A', SYSTEMERROR)],
      'systemerror',
    ],
    [
      'when the query about it fails too',
      [send('A', SYSTEMERROR), query('A', SYSTEMERROR)],
      'systemerror',
    ],
    [
      'when a repeat of it is refused for a reason of its own',
      [send('A', SYSTEMERROR), send('A', refused('SIGN_ERROR'))],
      'systemerror',
    ],
    [
      'when a later answer puts it in doubt again',
      [send('A', refused('SIGN_ERROR')), send('A', SYSTEMERROR)],
      'systemerror',
    ],
  ] as const)('%s', (_, calls, doubt) => {
    expect(rulesOf(runOf(...calls, send('B')))).toEqual([`new-number-after-${doubt}`]);
  });

  it('for half an hour, to the millisecond', () => {
    const laterBy = (ms: number) =>
      replacedIn(runOf(send('A', SYSTEMERROR), send('B', { ...paid, ...at(NOON_MS + ms) })));
    expect(laterBy(30 * 60_000)).toEqual(['A -> B']);
    expect(laterBy(30 * 60_000 + 1)).toEqual([]);
  });
});

describe('an order is in doubt no more', () => {
  it.each([
    ['when a repeat fails for good', [send('A', SYSTEMERROR), send('A', refused('SEND_FAILED'))]],
    ['when gethbinfo has found it', [send('A', SYSTEMERROR), query('A', found('RECEIVED'))]],
    [
      'and a NOT_FOUND after a success does not put it in doubt',
      [send('A'), query('A', refused('NOT_FOUND'))],
    ],
    [
      'and never was after a page of the front server',
      [send('A', { verdict: 'front', paid: false, httpStatus: 400 })],
    ],
    [
      'and never was when NO_AUTH says that a permission is missing',
      [send('A', refused('NO_AUTH', '没有权限'))],
    ],
  ] as const)('%s', (_, calls) => {
    expect(rulesOf(runOf(...calls, send('B')))).toEqual([]);
  });
});

describe('a number in the place of another', () => {
  it('settles it once it is paid: what comes then is another packet', () => {
    const run = [send('A', SYSTEMERROR_PAID), send('B')];
    expect(replacedIn(runOf(...run, send('C')))).toEqual(['A -> B']);
    const asked = [send('A', SYSTEMERROR_PAID), send('B', SYSTEMERROR), query('B', found('SENT'))];
    expect(replacedIn(runOf(...asked, send('C')))).toEqual(['A -> B']);
  });

  it('settles nothing when it came to nothing itself', () => {
    const failed = [send('A', SYSTEMERROR), send('B', SYSTEMERROR), query('B', found('FAILED'))];
    expect(replacedIn(runOf(...failed, send('C')))).toEqual(['A -> C']);
    const [first, second, end] = failed;
    const slow = [first, second, query('B', found('SENDING')), end].flatMap((call) => call ?? []);
    expect(replacedIn(runOf(...slow, send('C')))).toEqual(['A -> C']);
  });

  it('is itself in doubt, and the next one stands in its place, whichever was asked about last', () => {
    const sending = [
      send('A', SYSTEMERROR),
      send('B', SYSTEMERROR),
      query('B', found('SENDING')),
      query('A', refused('NOT_FOUND')),
    ];
    expect(replacedIn(runOf(...sending, send('C')))).toEqual(['A -> B', 'B -> C']);
  });

  it('is named also when the first is asked about afterwards', () => {
    const [finding] = audit(
      runOf(send('A', SYSTEMERROR_PAID), send('B'), query('A', found('SENT'))),
    );
    expect(finding).toMatchObject({ severity: 'money', lostFen: 1_000 });
  });

  it('costs money too when the first was paid only by a repeat', () => {
    const run = runOf(send('A', SYSTEMERROR), send('A', SYSTEMERROR_PAID), send('B'));
    expect(audit(run)).toMatchObject([{ severity: 'money', lostFen: 1_000, evidence: [1, 2, 3] }]);
  });

  it('tells which two were paid when there is one in between', () => {
    const run = runOf(send('A', SYSTEMERROR_PAID), send('B', SYSTEMERROR), send('C'));
    expect(audit(run).map(({ what }) => what)).toEqual([
      'B was open when C was sent for the same user: A and C were paid, 1000 fen (10.00 yuan) lost.',
      expect.stringMatching(
        /^A was open .*: had both been paid, 1000 fen .* would have been lost\.$/,
      ),
    ]);
    const [direct] = audit(runOf(send('A', SYSTEMERROR_PAID), send('B')));
    expect(direct?.what).toMatch(/: both were paid, 1000 fen/);
  });

  it('may be a second packet after an answer in an unusual form, and says so', () => {
    const odd = runOf(send('A', { ...paid, faults: ['delay'] }), send('B'));
    const [finding] = audit(odd);
    expect(finding).toMatchObject({ severity: 'warning', evidence: [1, 2] });
    expect(finding).not.toHaveProperty('lostFen');
    expect(finding?.what).toMatch(/if that answer was not read, 1000 fen .* are lost/);
  });
});

describe('an order is given up', () => {
  it('when nothing was asked about it, and whether it was paid is told', () => {
    const [unpaid, ...rest] = audit(runOf(send('B'), send('A', SYSTEMERROR)));
    expect([unpaid?.rule, unpaid?.evidence, rest]).toEqual(['outcome-never-learned', [2], []]);
    expect(unpaid?.what).toMatch(/ A .* 1000 fen were not paid/);
    const [paidAnyway] = audit(runOf(send('A', SYSTEMERROR_PAID)));
    expect(paidAnyway?.what).toMatch(/1000 fen were paid/);
  });

  it.each([
    ['it was asked about, whatever the answer', [send('A', SYSTEMERROR), query('A', SYSTEMERROR)]],
    [
      'it was repeated, whatever the answer',
      [send('A', SYSTEMERROR), send('A', SYSTEMERROR), send('A', SYSTEMERROR)],
    ],
    ['it waits for money', [send('A', refused('NOTENOUGH'))]],
  ] as const)('but not when %s', (_, calls) => {
    expect(rulesOf(runOf(...calls))).toEqual([]);
  });

  it('again, when a follow-up was before the doubt and none after it', () => {
    const run = runOf(send('A', refused('SIGN_ERROR')), query('A', refused('NOT_FOUND')));
    expect(rulesOf([...run, ...runOf(send('A', SYSTEMERROR)).map(later)])).toEqual([
      'outcome-never-learned',
    ]);
  });
});

/** Ten sequences and a minute later. */
function later(entry: AuditEntry): AuditEntry {
  const atMs = entry.atMs + 60_000;
  return { ...entry, sequence: entry.sequence + 10, atMs, realAtMs: atMs };
}

describe('a call belongs to', () => {
  const lost = { ...paid, faults: ['drop'] };

  it('no order when it has no number', () => {
    const nameless = without(send('A', lost), 'mch_billno');
    expect(rulesOf(runOf(nameless, nameless, send('B')))).toEqual([]);
    const unread = without(send('A', refused('XML_ERROR')), 'mch_billno', 'mch_id', 're_openid');
    expect(rulesOf(runOf(unread, unread, unread, unread))).toEqual([]);
    const other = without(
      send('A', { ...lost, request: { re_openid: OTHER_OPENID } }),
      'mch_billno',
    );
    expect(rulesOf(runOf(nameless, other))).toEqual([]);
  });

  it('an order of its own merchant: two may use the same number', () => {
    const elsewhere = {
      request: { mch_id: '888', re_openid: OTHER_OPENID },
      peer: { kind: 'merchant', mchId: '888', serial: '02' },
    } as const;
    expect(rulesOf(runOf(send('A'), send('A', { ...paid, ...elsewhere })))).toEqual([]);
    expect(rulesOf(runOf(without(send('A'), 'mch_id'), send('A')))).toEqual([]);
  });
});
