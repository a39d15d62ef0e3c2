/** Every code that the mock can answer × what a client does with it, over real mutual TLS; the mock's own ledger says what was paid. */
import { describe, expect, it } from 'vitest';
import { createRedpackClient } from '../../client/index.ts';
import { type CodeName, codesOf } from '../../contracts/index.ts';
import { OTHER_OPENID } from '../support/in-process.ts';
import { useLab } from '../support/server.ts';
import { type Rules, said, standOf } from './stand.ts';
import { BILLNO, ORDER } from './support.ts';

const lab = useLab();
const stand = standOf(lab);
const MINUTE_MS = 60_000;

interface Row {
  readonly code: CodeName;
  readonly wording?: string;
  readonly money?: 'moved';
  /** What one send says. */
  readonly send: string;
  /** What settle says, and how many packets are paid then. */
  readonly settle: string;
  readonly paid: 0 | 1;
  /** What settle says when it is called again half an hour later; one packet is paid by then. */
  readonly again?: string;
}

/** A request to be mended: the number is free, and the same one pays once the cause is gone. */
function mended(code: CodeName, wording?: string): Row {
  const send = `refused ${code}, fix, number free`;
  return { code, ...(wording && { wording }), send, settle: send, paid: 0, again: 'sent' };
}
/** A limit that is not over in two minutes: the order waits unpaid. */
function waiting(code: CodeName, advice: 'same' | 'query', asked = advice): Row {
  const send = `refused ${code}, ${advice}, number kept`;
  const settle = `refused ${code}, ${asked}, number kept`;
  return { code, send, settle, paid: 0, again: 'sent' };
}

/** The code answers the first call, what follows is answered as it is. */
const ROWS: readonly Row[] = [
  mended('XML_ERROR'),
  mended('PARAM_ERROR'),
  mended('PARAM_ERROR', 'no-merchant'),
  mended('PARAM_ERROR', 'scene-not-opened'),
  mended('CA_ERROR'),
  mended('CA_ERROR', 'expired'),
  mended('SIGN_ERROR'),
  mended('ILLEGAL_APPID'),
  mended('OPENID_ERROR'),
  mended('MSGAPPID_ERROR'),
  mended('ACCEPTMODE_ERROR'),
  mended('NO_CONSUME_COMPETENCE'),
  mended('NOAUTH'),
  mended('PRODUCT_AUTHORITY_UNOPEN'),
  mended('API_METHOD_CLOSED'),
  mended('PAYER_ACCOUNT_ABNORMAL'),
  mended('MONEY_LIMIT'),
  mended('NO_AUTH', 'ip'),
  mended('NO_AUTH', 'no-permission'),
  {
    code: 'FREQ_LIMIT',
    send: 'refused FREQ_LIMIT, same, number free',
    settle: 'sent',
    paid: 1,
  },
  {
    code: 'FATAL_ERROR',
    send: 'refused FATAL_ERROR, new, number kept',
    settle: 'refused FATAL_ERROR, new, number kept',
    paid: 0,
  },
  waiting('TIME_LIMITED', 'same'),
  waiting('DAY_OVER_LIMITED', 'same'),
  waiting('SENDAMOUNT_LIMIT', 'same'),
  waiting('NOTENOUGH', 'same'),
  waiting('SENDNUM_LIMIT', 'query', 'same'),
  waiting('RCVDAMOUNT_LIMIT', 'query', 'same'),
  waiting('NO_AUTH', 'query', 'same'),
  {
    code: 'SECOND_OVER_LIMITED',
    send: 'refused SECOND_OVER_LIMITED, same, number kept',
    settle: 'sent',
    paid: 1,
  },
  {
    code: 'SEND_FAILED',
    send: 'refused SEND_FAILED, new, number kept',
    settle: 'sent',
    paid: 1,
  },
  { code: 'SYSTEMERROR', send: 'unknown, system-error', settle: 'sent', paid: 1 },
  { code: 'SYSTEMERROR', money: 'moved', send: 'unknown, system-error', settle: 'sent', paid: 1 },
  {
    code: 'PROCESSING',
    send: 'unknown, processing',
    settle: 'unknown, in-progress',
    paid: 0,
    again: 'sent',
  },
  {
    code: 'PROCESSING',
    money: 'moved',
    send: 'unknown, processing',
    settle: 'unknown, in-progress',
    paid: 1,
    again: 'sent',
  },
];

const CASES = ROWS.map((row) => ({
  ...row,
  title: [row.code, row.wording, row.money && 'with the money moved'].filter(Boolean).join(', '),
}));

it('has a row for every code that sendredpack has', () => {
  const answered = codesOf('current').filter(({ endpoints }) => endpoints.includes('sendredpack'));
  expect(new Set(ROWS.map(({ code }): string => code))).toEqual(
    new Set(answered.map(({ code }) => code)),
  );
});

describe('an answer to sendredpack', () => {
  it.each(CASES)('$title', async ({ code, wording, money, send, settle, paid, again }) => {
    const then = { code, ...(wording && { wording }), ...(money && { money }) };
    // The first call for each of the two users.
    const rules: Rules = [ORDER.re_openid, OTHER_OPENID].map((re_openid) => ({
      when: { nth: 1, fields: { re_openid } },
      then,
    }));
    const { client, server, close, ...books } = await stand(rules);

    expect(said(await client.send({ ...ORDER, mch_billno: BILLNO }))).toBe(send);
    expect(await books.paid()).toBe(money ? 1 : 0);

    const order = { ...ORDER, re_openid: OTHER_OPENID };
    const before = await books.paid();
    const first = await client.settle(order, { id: 'invoice 1' });
    expect(said(first)).toBe(settle);
    expect((await books.paid()) - before).toBe(paid);
    expect(first.formerNumbers).toHaveLength(code === 'SEND_FAILED' ? 1 : 0);

    if (again) {
      server.clock.advance(30 * MINUTE_MS);
      const second = await client.settle(order, { id: 'invoice 1' });
      expect(said(second)).toBe(again);
      expect(second.mch_billno).toBe(first.mch_billno);
    }
    const last = await client.settle(order, { id: 'invoice 1' });
    expect((await books.paid()) - before).toBe(last.kind === 'sent' ? 1 : 0);
    if (last.kind === 'sent') {
      const stored = await server.order('10000098', last.mch_billno);
      expect(stored).toMatchObject({ paid: true, sendListid: last.send_listid });
    }
    await close();
  });
});

describe('an answer to gethbinfo', () => {
  const QUERIES: readonly { code: CodeName; wording?: string; query: string }[] = [
    { code: 'XML_ERROR', query: 'refused XML_ERROR, fix, number free' },
    { code: 'PARAM_ERROR', query: 'refused PARAM_ERROR, fix, number free' },
    { code: 'CA_ERROR', query: 'refused CA_ERROR, fix, number free' },
    { code: 'SIGN_ERROR', query: 'refused SIGN_ERROR, fix, number free' },
    { code: 'FREQ_LIMIT', query: 'refused FREQ_LIMIT, same, number free' },
    { code: 'NO_AUTH', wording: 'no-permission', query: 'refused NO_AUTH, fix, number free' },
    { code: 'NOT_FOUND', query: 'not-found' },
    { code: 'SYSTEMERROR', query: 'unknown, system-error' },
  ];

  it('has a row for every code that gethbinfo has', () => {
    const answered = codesOf('current').filter(({ endpoints }) => endpoints.includes('gethbinfo'));
    expect(new Set(QUERIES.map(({ code }): string => code))).toEqual(
      new Set(answered.map(({ code }) => code)),
    );
  });

  it.each(QUERIES)('$code settles nothing by itself', async ({ code, wording, query }) => {
    const then = { code, ...(wording && { wording }) };
    // The send is paid, and answered with what only gethbinfo can resolve.
    const { client, paid, close } = await stand([
      { when: { nth: 1 }, then: { code: 'PROCESSING', money: 'moved', state: 'SENT' } },
      { when: { endpoint: 'gethbinfo', fields: { mch_billno: BILLNO } }, then },
      { when: { endpoint: 'gethbinfo', first: 2 }, then },
    ]);
    const settled = await client.settle(ORDER, { id: 'invoice 1' });
    expect(settled).toMatchObject({ kind: 'sent', formerNumbers: [] });
    expect(await paid()).toBe(1);
    await client.send({ ...ORDER, mch_billno: BILLNO });
    expect(said(await client.query(BILLNO))).toBe(query);
    await close();
  });
});

describe('what the mock decides by itself', () => {
  it('a balance that is empty, topped up, and empty again', async () => {
    const { client, server, paid, close } = await stand([], { balanceFen: 0 });
    const settle = (id: string) => client.settle(ORDER, { id });
    const empty = await settle('invoice 1');
    expect(said(empty)).toBe('refused NOTENOUGH, same, number kept');
    await server.topUp('10000098', 100);
    expect(await settle('invoice 1')).toMatchObject({ kind: 'sent', mch_billno: empty.mch_billno });
    // One packet per user per minute is not this edition's; the balance is.
    expect(said(await settle('invoice 2'))).toBe('refused NOTENOUGH, same, number kept');
    expect(await paid()).toBe(1);
    await close();
  });

  it('a wrong key, and a certificate of another merchant', async () => {
    const { client, server, paid, close } = await stand(
      [],
      {},
      { key: '192006250b4c09247ec02edce69f6a2e' },
    );
    expect(said(await client.settle(ORDER, { id: '1' }))).toMatch(/^refused SIGN_ERROR, fix/);
    const { appid, mchId, key } = server.merchant;
    const other = createRedpackClient({
      mchId: '888',
      key,
      appid,
      baseUrl: server.url,
      certificate: { dir: server.merchant.certificates.dir },
    });
    const stranger = await other.send({ ...ORDER, mch_billno: BILLNO });
    expect(stranger).toMatchObject({ kind: 'refused', code: 'PARAM_ERROR' });
    expect(mchId).toBe('10000098');
    expect(await paid()).toBe(0);
    await Promise.all([close(), other.close()]);
  });

  it('a number that stands for another payment pays nobody twice', async () => {
    const { client, paid, close } = await stand([]);
    const order = { ...ORDER, mch_billno: BILLNO };
    expect((await client.send(order)).kind).toBe('sent');
    expect((await client.send(order)).kind).toBe('sent');
    const other = await client.send({ ...order, re_openid: OTHER_OPENID });
    expect(said(other)).toBe('refused FATAL_ERROR, new, number kept');
    const dearer = await client.send({ ...order, total_amount: 200 });
    expect(said(dearer)).toBe('refused FATAL_ERROR, new, number kept');
    expect(await paid()).toBe(1);
    await close();
  });

  it.each(['2014', '2015', 'current'] as const)('edition %s sends and asks', async (edition) => {
    const server = await lab.start({ edition });
    const { mchId, key, appid, certificates } = server.merchant;
    const client = createRedpackClient({
      mchId,
      key,
      appid,
      edition,
      baseUrl: server.url,
      certificate: { dir: certificates.dir },
      numbersDir: lab.certDir,
    });
    const order = edition === '2014' ? { ...ORDER, nick_name: '天虹百货' } : ORDER;
    const outcome = await client.send(order as never);
    // In 2014 nothing was sent before eight o'clock.
    if (outcome.kind !== 'sent') expect(outcome).toMatchObject({ code: 'TIME_LIMITED' });
    const found = await client.query(outcome.mch_billno ?? '');
    expect(found).toMatchObject({ kind: 'found', amountFen: 100 });
    await client.close();
  });

  it('a user whose numbers all fail gets three more, and the caller all four', async () => {
    const { client, paid, calls, close } = await stand([
      { when: {}, then: { code: 'SEND_FAILED' } },
    ]);
    const settled = await client.settle(ORDER, { id: 'invoice 1' });
    expect(said(settled)).toBe('refused SEND_FAILED, new, number kept');
    expect(new Set([settled.mch_billno, ...settled.formerNumbers]).size).toBe(4);
    expect([calls('sendredpack'), calls('gethbinfo'), await paid()]).toEqual([4, 4, 0]);
    await close();
  });

  it('a user who opened the packet is told of', async () => {
    const { client, server, close } = await stand([]);
    await client.send({ ...ORDER, mch_billno: BILLNO });
    await server.claim('10000098', BILLNO);
    expect(await client.query(BILLNO)).toMatchObject({
      status: 'RECEIVED',
      receivers: [{ openid: ORDER.re_openid, amountFen: 100 }],
    });
    await close();
  });
});
