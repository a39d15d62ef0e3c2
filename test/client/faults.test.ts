/** Every fault that the mock can make × what a client says of it; the mock's own ledger counts the packets. Over real mutual TLS. */
import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../mock-server/index.ts';
import { fault as schema } from '../../mock-server/scenario/fault-schema.ts';
import { useLab } from '../support/server.ts';
import { type Rules, said, standOf } from './stand.ts';
import { BILLNO, ORDER } from './support.ts';

const lab = useLab();
const stand = standOf(lab);
/** For answers that come too late; all others have the client's own time, so that a busy machine makes none late. */
const TIMEOUT_MS = 600;

type Then = Rules[number]['then'];
type Fault = NonNullable<Then['fault']>;

interface Row {
  readonly fault: Fault;
  readonly switches?: ScenarioInput['switches'];
  /** What one send says; after the fault it is paid, whatever it says. */
  readonly says: string;
}

const SENT = 'sent';
const LATE = 'unknown, timeout';
const CUT = 'unknown, cut';
const UNREADABLE = 'unknown, unreadable';
const OTHER = 'unknown, other-order';

const ROWS: readonly Row[] = [
  { fault: { kind: 'delay', ms: 50 }, says: SENT },
  { fault: { kind: 'delay', ms: 3 * TIMEOUT_MS }, says: LATE },
  { fault: { kind: 'never-answer' }, says: LATE },
  { fault: { kind: 'never-answer', at: 'mid-body' }, says: LATE },
  { fault: { kind: 'drop' }, says: CUT },
  { fault: { kind: 'drop', at: 'mid-body' }, says: CUT },
  { fault: { kind: 'drop', at: 'mid-body', keptBytes: 0 }, says: CUT },
  { fault: { kind: 'drip', bytesPerSecond: 100_000 }, says: SENT },
  { fault: { kind: 'drip', bytesPerSecond: 50 }, says: LATE },
  { fault: { kind: 'content-type', value: 'application/json' }, says: SENT },
  { fault: { kind: 'gzip' }, says: SENT },
  { fault: { kind: 'gzip', as: 'unlabelled' }, says: UNREADABLE },
  { fault: { kind: 'gzip', as: 'mislabelled' }, says: SENT },
  { fault: { kind: 'chunked' }, says: SENT },
  { fault: { kind: 'page', status: 400 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 403 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 404 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 413 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 500 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 502 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 503 }, says: UNREADABLE },
  { fault: { kind: 'page', status: 504 }, says: UNREADABLE },
  { fault: { kind: 'redirect', status: 302 }, says: UNREADABLE },
  { fault: { kind: 'redirect', status: 307 }, says: UNREADABLE },
  { fault: { kind: 'redirect', status: 308 }, says: UNREADABLE },
  { fault: { kind: 'truncate' }, says: UNREADABLE },
  { fault: { kind: 'truncate', keptBytes: 0 }, says: UNREADABLE },
  { fault: { kind: 'malformed' }, says: UNREADABLE },
  { fault: { kind: 'malformed', as: 'unclosed' }, says: UNREADABLE },
  { fault: { kind: 'malformed', as: 'crossed' }, says: UNREADABLE },
  { fault: { kind: 'malformed', as: 'control-character' }, says: UNREADABLE },
  { fault: { kind: 'malformed', as: 'trailing' }, says: UNREADABLE },
  { fault: { kind: 'encoding', as: 'gbk' }, says: UNREADABLE },
  { fault: { kind: 'encoding', as: 'gbk-declared' }, says: UNREADABLE },
  { fault: { kind: 'encoding', as: 'bom' }, says: SENT },
  { fault: { kind: 'encoding', as: 'declaration' }, says: SENT },
  { fault: { kind: 'huge' }, says: UNREADABLE },
  { fault: { kind: 'external-entity' }, says: UNREADABLE },
  { fault: { kind: 'external-entity', as: 'parameter' }, says: UNREADABLE },
  { fault: { kind: 'external-entity', as: 'dtd' }, says: UNREADABLE },
  { fault: { kind: 'entity-bomb' }, says: UNREADABLE },
  { fault: { kind: 'sign', as: 'added' }, says: SENT },
  {
    fault: { kind: 'sign', as: 'missing' },
    switches: { replySigned: 'always' },
    says: SENT,
  },
  { fault: { kind: 'sign', as: 'wrong' }, says: 'unknown, forged' },
  { fault: { kind: 'other-order' }, says: OTHER },
  { fault: { kind: 'wrong-echo', fields: { total_amount: '999' } }, says: OTHER },
  { fault: { kind: 'wrong-echo', fields: { re_openid: 'other' } }, says: OTHER },
  { fault: { kind: 'wrong-echo', fields: { mch_billno: null } }, says: OTHER },
  { fault: { kind: 'wrong-echo', fields: { result_code: null } }, says: 'unknown, contradiction' },
  { fault: { kind: 'err-code', value: '268458547' }, says: 'unknown, unknown-code' },
  { fault: { kind: 'unknown-fields' }, says: SENT },
  { fault: { kind: 'reordered' }, says: SENT },
  {
    fault: [{ kind: 'reordered' }, { kind: 'gzip' }, { kind: 'drop', at: 'mid-body' }],
    says: CUT,
  },
];

const CASES = ROWS.map((row) => {
  const words = [row.fault].flat().map(({ kind, ...rest }) => `${kind} ${JSON.stringify(rest)}`);
  return { ...row, title: words.join(', ') };
});
/** With nothing decided, a fault that leaves the answer whole tells of a payment that never was: no client can see that. */
const UNDECIDED = CASES.filter(({ says }) => says !== SENT);

it('has a row for every kind of fault', () => {
  const kinds = schema.def.options.map((each) => [...each.shape.kind.values][0]);
  const rows = new Set(ROWS.flatMap(({ fault }) => [fault].flat().map(({ kind }) => kind)));
  // hblist is gethbinfo's, below.
  expect([...rows, 'hblist'].sort()).toEqual([...new Set(kinds)].sort());
});

function standWith(says: string, rules: Rules, switches: ScenarioInput['switches'] = {}) {
  return stand({ rules, switches }, {}, says === LATE ? { timeoutMs: TIMEOUT_MS } : {});
}

describe.concurrent('a fault after the money', () => {
  it.each(CASES)('$title', async ({ fault, says, switches }) => {
    const rules: Rules = [{ when: { first: 2 }, then: { fault } }];
    const { client, paid, server, close } = await standWith(says, rules, switches);
    expect(said(await client.send({ ...ORDER, mch_billno: BILLNO }))).toBe(says);
    expect(await paid()).toBe(1);
    // The payment strikes once more on its first send; what follows finds it paid.
    const settled = await client.settle(ORDER, { id: 'invoice 1' });
    expect(settled).toMatchObject({ kind: 'sent', formerNumbers: [] });
    expect(await paid()).toBe(2);
    expect(await server.order('10000098', settled.mch_billno ?? '')).toMatchObject({ paid: true });
    await close();
  });
});

describe.concurrent('a fault before the money', () => {
  it.each(UNDECIDED)('$title', async ({ fault, says }) => {
    const { client, paid, close } = await standWith(says, [
      { when: { first: 2 }, then: { strikes: 'before', fault } },
    ]);
    expect(said(await client.send({ ...ORDER, mch_billno: BILLNO }))).toBe(says);
    expect(await paid()).toBe(0);
    const settled = await client.settle(ORDER, { id: 'invoice 1' });
    expect(settled).toMatchObject({ kind: 'sent', formerNumbers: [] });
    expect(await paid()).toBe(1);
    await close();
  });
});

describe.concurrent('a fault of gethbinfo', () => {
  it.each(UNDECIDED)('$title', async ({ fault, says }) => {
    const { client, paid, close } = await standWith(says, [
      { when: { nth: 1 }, then: { code: 'PROCESSING', money: 'moved', state: 'SENT' } },
      { when: { endpoint: 'gethbinfo', first: 1 }, then: { fault } },
    ]);
    const settle = () => client.settle(ORDER, { id: 'invoice 1' });
    const settled = await settle();
    if (settled.kind === 'unknown') {
      // An order of another amount is somebody else's, as far as one answer tells: that ends a run.
      expect([settled.why, 'fields' in fault]).toEqual(['other-order', true]);
      expect((await settle()).mch_billno).toBe(settled.mch_billno);
    }
    // With so little time an answer may be late on a busy machine, and the repeat of the send tells.
    const by = says === LATE ? {} : { by: 'query' };
    expect(await settle()).toMatchObject({ kind: 'sent', formerNumbers: [], ...by });
    expect(await paid()).toBe(1);
    await close();
  });

  it.each([0, 1, 3])('a list of %i receivers', async (length) => {
    const { client, server, close } = await standWith(SENT, [
      { when: { endpoint: 'gethbinfo' }, then: { fault: { kind: 'hblist', length } } },
    ]);
    await client.send({ ...ORDER, mch_billno: BILLNO });
    await server.claim('10000098', BILLNO);
    const found = await client.query(BILLNO);
    expect(found.kind === 'found' && found.receivers).toHaveLength(length);
    await close();
  });
});

describe.concurrent('a fault of the listener', () => {
  it.each([
    ['refuse-handshake', /refused ERR_SSL_[A-Z0-9_]+ALERT_HANDSHAKE_FAILURE, fix, number free/],
    ['expired-certificate', /refused CERT_HAS_EXPIRED, fix, number free/],
    ['wrong-host', /refused ERR_TLS_CERT_ALTNAME_INVALID, fix, number free/],
    ['foreign-ca', /refused [A-Z_]+, fix, number free/],
    ['tls-1.1-only', /refused [A-Z0-9_]+, (?:same|fix), number free/],
    ['no-close-notify', /sent/],
  ] as const)('%s', async (fault, says) => {
    const { client, paid, calls, close } = await stand(
      { tls: { fault } },
      {},
      { timeoutMs: 2_000 },
    );
    const settled = await client.settle(ORDER, { id: 'invoice 1' });
    expect(said(settled)).toMatch(says);
    expect(await paid()).toBe(settled.kind === 'sent' ? 1 : 0);
    expect(calls('sendredpack')).toBe(settled.kind === 'sent' ? 1 : 0);
    await close();
  });
});
