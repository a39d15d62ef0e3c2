import { isMainThread } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  beijingDay,
  beijingDayNumber,
  beijingHour,
  compactTime,
  DAY_MS,
  dashedTime,
  HOUR_MS,
  MINUTE_MS,
  minuteNumber,
} from '../../../contracts/index.ts';

// [zone of the host, minutes that it is behind UTC on 2015-01-01]: the proof that the zone was really set.
const ZONES = [
  ['UTC', 0],
  ['Asia/Shanghai', -480],
  ['America/Los_Angeles', 480],
  ['Asia/Kathmandu', -345],
  ['Pacific/Kiritimati', -840],
] as const;

const at = (iso: string): number => Date.parse(iso);

describe.each(ZONES)('on a host in %s', (zone, behind) => {
  const before = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = zone;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  // Stryker runs tests in a thread, which cannot choose a zone of its own.
  it.runIf(isMainThread)('the host does live in that zone', () => {
    expect(new Date('2015-01-01T12:00:00Z').getTimezoneOffset()).toBe(behind);
  });

  it('writes the send_time of the documentation', () => {
    expect(compactTime(at('2015-05-20T10:26:02+08:00'))).toBe('20150520102602');
  });

  it('writes the times of gethbinfo as captured', () => {
    expect(dashedTime(at('2018-01-23T05:45:08.999Z'))).toBe('2018-01-23 13:45:08');
  });

  it.each([
    ['2019-12-12T15:59:59.999Z', '20191212', 23, '20191212235959', '2019-12-12 23:59:59'],
    ['2019-12-12T16:00:00.000Z', '20191213', 0, '20191213000000', '2019-12-13 00:00:00'],
    ['2019-12-12T23:59:59.999Z', '20191213', 7, '20191213075959', '2019-12-13 07:59:59'],
    ['2019-12-13T00:00:00.000Z', '20191213', 8, '20191213080000', '2019-12-13 08:00:00'],
    ['2016-02-28T16:00:00.000Z', '20160229', 0, '20160229000000', '2016-02-29 00:00:00'],
    ['2017-12-31T16:00:00.000Z', '20180101', 0, '20180101000000', '2018-01-01 00:00:00'],
    ['1970-01-01T00:00:00.000Z', '19700101', 8, '19700101080000', '1970-01-01 08:00:00'],
    ['1969-12-31T15:59:59.999Z', '19691231', 23, '19691231235959', '1969-12-31 23:59:59'],
  ])('%s is %s, hour %i', (iso, day, hour, compact, dashed) => {
    const ms = at(iso);
    expect([beijingDay(ms), beijingHour(ms), compactTime(ms), dashedTime(ms)]).toEqual([
      day,
      hour,
      compact,
      dashed,
    ]);
  });

  // China had summer time from 1986 to 1991; the API came later, and its clock must not know it.
  it('has no summer time', () => {
    expect(beijingHour(at('2015-07-01T00:00:00Z'))).toBe(8);
  });

  it('turns the day at 16:00 UTC, not before', () => {
    const turn = at('2019-12-12T16:00:00Z');
    expect(beijingDayNumber(turn) - beijingDayNumber(turn - 1)).toBe(1);
    expect(beijingDayNumber(turn + DAY_MS - 1)).toBe(beijingDayNumber(turn));
  });

  it('turns the minute at second 0, not before', () => {
    const turn = at('2019-12-12T16:01:00Z');
    expect(minuteNumber(turn) - minuteNumber(turn - 1)).toBe(1);
    expect(minuteNumber(turn + MINUTE_MS - 1)).toBe(minuteNumber(turn));
  });

  it('numbers days as it names them', () => {
    const begin = at('2016-02-27T16:00:00Z');
    const hours = Array.from({ length: 72 }, (_, hour) => begin + hour * HOUR_MS);
    const names = hours.map(beijingDay);
    const first = beijingDayNumber(begin);
    expect(
      hours.map((ms) => ['20160228', '20160229', '20160301'][beijingDayNumber(ms) - first]),
    ).toEqual(names);
  });
});
