/** What is counted for one merchant, user or instant is not counted for another. */
import { describe, expect, it } from 'vitest';
import { DAY_MS, limitsOf, MINUTE_MS } from '../../../contracts/index.ts';
import { type Windows, windowsOfQuery, windowsOfSend } from '../../../mock-server/engine/facts.ts';
import { sendListid, serialOffset } from '../../../mock-server/engine/ids.ts';
import { inProcess, MERCHANT, OTHER_OPENID } from '../../support/in-process.ts';

const OTHER = '10000099';
const of = (mchId: string) => ({ mchId });

describe('what one merchant has used up is not used up for another:', () => {
  it.each([
    [{ callsPerSecond: 1 }, 'FREQ_LIMIT'],
    [{ callsPerMinute: 1 }, 'FREQ_LIMIT'],
    [{ packetsPerMinute: 1 }, 'FREQ_LIMIT'],
    [{ userPacketsPerMinute: 1 }, 'FREQ_LIMIT'],
    [{ packetsPerDay: 1 }, 'DAY_OVER_LIMITED'],
    [{ fenPerDay: 100 }, 'SENDAMOUNT_LIMIT'],
    [{ userPacketsPerDay: 1 }, 'SENDNUM_LIMIT'],
    [{ userFenPerDay: 100 }, 'RCVDAMOUNT_LIMIT'],
  ])('%j', async (limits, code) => {
    const { send } = inProcess({
      merchants: [
        { ...MERCHANT, limits },
        { ...MERCHANT, mch_id: OTHER, limits },
      ],
    });
    expect(await send()).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({}, of(OTHER))).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send()).toMatchObject({ err_code: code });
    expect(await send({}, of(OTHER))).toMatchObject({ err_code: code });
  });

  it('queries of a minute', async () => {
    const limits = { queriesPerMinute: 1 };
    const { query } = inProcess({
      merchants: [
        { ...MERCHANT, limits },
        { ...MERCHANT, mch_id: OTHER, limits },
      ],
    });
    expect(await query('x')).toMatchObject({ err_code: 'NOT_FOUND' });
    expect(await query('x', of(OTHER))).toMatchObject({ err_code: 'NOT_FOUND' });
    expect(await query('x')).toMatchObject({ err_code: 'FREQ_LIMIT' });
  });

  it('the calls that a rule counts', async () => {
    const { send } = inProcess({
      merchants: [MERCHANT, { ...MERCHANT, mch_id: OTHER }],
      rules: [{ when: { nth: 1 }, then: { code: 'SYSTEMERROR' } }],
    });
    expect(await send()).toMatchObject({ err_code: 'SYSTEMERROR' });
    expect(await send({}, of(OTHER))).toMatchObject({ err_code: 'SYSTEMERROR' });
    expect(await send()).toMatchObject({ err_code: 'SUCCESS' });
  });

  it('and a rule for one of them leaves the other alone', async () => {
    const { send } = inProcess({
      merchants: [MERCHANT, { ...MERCHANT, mch_id: OTHER }],
      rules: [{ when: { mch_id: OTHER }, then: { code: 'SYSTEMERROR' } }],
    });
    expect(await send()).toMatchObject({ err_code: 'SUCCESS' });
    expect(await send({}, of(OTHER))).toMatchObject({ err_code: 'SYSTEMERROR' });
  });
});

describe('a window', () => {
  const limits = {
    ...limitsOf('current'),
    callsPerSecond: 1,
    callsPerMinute: 1,
    packetsPerMinute: 1,
    packetsPerDay: 1,
    userPacketsPerMinute: 1,
    userPacketsPerDay: 1,
    queriesPerMinute: 1,
  };
  const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
  const LENGTHS = {
    callsSecond: 1_000,
    callsMinute: MINUTE_MS,
    minute: MINUTE_MS,
    userMinute: MINUTE_MS,
    day: DAY_MS,
    userDay: DAY_MS,
  };
  const NAMES = Object.keys(LENGTHS) as (keyof Windows)[];
  const windowsAt = (nowMs: number, openid = 'a'): Windows =>
    windowsOfSend('10000098', openid, limits, nowMs);

  it('counts the calls of one second, and not those of the next', async () => {
    const { send, mock } = inProcess({ merchant: { limits: { callsPerSecond: 1 } } });
    await send();
    mock.clock.advance(999);
    expect(await send()).toMatchObject({ err_code: 'FREQ_LIMIT' });
    mock.clock.advance(1);
    expect(await send()).toMatchObject({ err_code: 'SUCCESS' });
  });

  it.each(NAMES)(
    'named %s is one for its length, has a key of its own, and is forgotten',
    (name) => {
      const lengthMs = LENGTHS[name];
      const window = windowsAt(NOON_MS)[name];
      // Noon begins a second and a minute; a day has twelve hours left.
      const lastMs = NOON_MS + (lengthMs === DAY_MS ? DAY_MS / 2 : lengthMs) - 1;
      expect(windowsAt(lastMs)[name]?.key).toBe(window?.key);
      expect(windowsAt(lastMs + 1)[name]?.key).not.toBe(window?.key);
      expect(window?.expiresAtMs).toBeGreaterThan(lastMs);
      expect(window?.expiresAtMs).toBeLessThanOrEqual(NOON_MS + 2 * lengthMs);
      const keys = [...Object.values(windowsAt(NOON_MS)), ...queries()].map(({ key }) => key);
      expect(new Set(keys).size).toBe(7);
    },
  );

  const queries = () => Object.values(windowsOfQuery('10000098', limits, NOON_MS));

  it('of a user is his alone', () => {
    const [one, other] = [windowsAt(NOON_MS), windowsAt(NOON_MS, OTHER_OPENID)];
    expect(NAMES.filter((name) => one[name]?.key !== other[name]?.key)).toEqual([
      'userMinute',
      'userDay',
    ]);
  });
});

describe('a send_listid', () => {
  const SHAPE = {
    prefix: '10000',
    serialDigits: 18,
    source: 'this test',
    certainty: 'assumed',
  } as const;
  const nowMs = Date.parse('2026-01-31T12:00:00+08:00');
  const listids = (offset: bigint): string[] =>
    Array.from({ length: 500 }, (_, sequence) => sendListid(SHAPE, { offset, sequence, nowMs }));

  it('is one of its kind, over merchants and seeds', () => {
    const offsets = [
      serialOffset(1, '10000098'),
      serialOffset(1, '10000099'),
      serialOffset(2, '10000098'),
    ];
    const all = [0n, ...offsets].flatMap(listids);
    expect(new Set(all).size).toBe(2_000);
    for (const listid of all) expect(listid).toMatch(/^1000020260131\d{18}$/);
    expect(offsets).toEqual([
      serialOffset(1, '10000098'),
      serialOffset(1, '10000099'),
      serialOffset(2, '10000098'),
    ]);
  });
});
