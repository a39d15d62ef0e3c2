/** The cases as data: each named once, each saying where it comes from, and no row of the tables without one. */
import { describe, expect, it } from 'vitest';
import type { ServerCase } from '../../../contracts/checks/server-case.ts';
import { serverCases } from '../../../contracts/checks/server-cases.ts';
import {
  codesOf,
  EDITION_TABLES,
  EDITIONS,
  LIMIT_NAMES,
  type LimitName,
  limitsOf,
} from '../../../contracts/index.ts';

/** Which case is about a limit, by its id. */
const OF_LIMIT: Readonly<Record<LimitName, string>> = {
  amountFenMin: 'sendredpack/amount/minimum',
  amountFenMax: 'sendredpack/amount/maximum',
  sceneFenMin: 'sendredpack/amount/scene/minimum',
  sceneFenMax: 'sendredpack/amount/scene/maximum',
  callsPerSecond: 'frequency/calls-per-second',
  callsPerMinute: 'frequency/calls-per-minute',
  queriesPerMinute: 'frequency/queries-per-minute',
  packetsPerMinute: 'quota/packets-per-minute',
  packetsPerDay: 'quota/packets-per-day',
  fenPerDay: 'quota/fen-per-day',
  userPacketsPerMinute: 'quota/user-packets-per-minute',
  userPacketsPerDay: 'quota/user-packets-per-day',
  userFenPerDay: 'quota/user-fen-per-day',
  closedFromHour: 'quota/closed-hours/midnight',
  closedToHour: 'quota/closed-hours/eight',
  refundAfterHours: 'lifecycle/refund',
  failAfterHours: 'lifecycle/fails-after-a-day',
  historyDays: 'gethbinfo/order/history-days',
};

const accepts = (each: ServerCase, code: string): boolean =>
  each.steps.some(
    (step) =>
      'call' in step &&
      step.accept.some((answer) => answer.answer === 'refused' && answer.code === code),
  );

describe.each(EDITIONS)('the cases of edition %s', (edition) => {
  const cases = () => serverCases(edition);
  const ids = () => cases().map(({ id }) => id);

  it('are more than 150', () => {
    expect(cases().length).toBeGreaterThan(150);
  });

  it('have an id each', () => {
    const all = ids();
    expect(all.filter((id, index) => all.indexOf(id) !== index)).toEqual([]);
  });

  it('say where they come from, what they do, and what is acceptable', () => {
    for (const { source, title, steps } of cases()) {
      expect(source).not.toBe('');
      expect(title).not.toBe('');
      for (const step of steps) if ('call' in step) expect(step.accept).not.toEqual([]);
    }
  });

  it('are data: nothing is lost in JSON', () => {
    expect(JSON.parse(JSON.stringify(cases()))).toEqual(cases());
  });

  it('move money exactly where a packet may be sent', () => {
    for (const each of cases()) {
      const text = JSON.stringify(each.steps);
      const mayPay = text.includes('"answer":"sent"') || each.needs.fault?.money === 'moved';
      expect(each.movesMoney, each.id).toBe(mayPay);
    }
  });

  it.each(['sendredpack', 'gethbinfo'] as const)('cover every field of %s', (endpoint) => {
    const all = ids();
    for (const { name } of EDITION_TABLES[edition].request[endpoint]) {
      // A wrong signature is no wrong field.
      const about = name === 'sign' ? `${endpoint}/signature/` : `${endpoint}/fields/${name}/`;
      expect(all.filter((id) => id.startsWith(about)).length, name).toBeGreaterThan(0);
    }
  });

  it('refuse every required field when it is missing, and every length when it is passed', () => {
    const all = ids();
    for (const row of EDITION_TABLES[edition].request.sendredpack) {
      if (row.name === 'sign') continue;
      const clause = `sendredpack/fields/${row.name}`;
      if (row.required !== 'optional') expect(all).toContain(`${clause}/required`);
      if (row.bytesMax !== undefined) expect(all).toContain(`${clause}/max-bytes`);
      if (row.pattern) expect(all).toContain(`${clause}/pattern`);
    }
  });

  it('cover every code', () => {
    const all = cases();
    for (const { code } of codesOf(edition)) {
      const about = all.filter((each) => accepts(each, code));
      expect(about.length, code).toBeGreaterThan(0);
    }
  });

  it('cover every limit that the edition has', () => {
    const all = ids();
    for (const name of LIMIT_NAMES.filter((each) => limitsOf(edition)[each] !== null)) {
      expect(all).toContain(OF_LIMIT[name]);
    }
  });
});
