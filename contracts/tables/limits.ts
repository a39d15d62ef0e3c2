/**
 * Amounts, rates, quotas and windows, a row each with a column per edition; null where the edition has no such limit.
 * Source: domain facts §4. The edition 2015 is taken as of 2016-05, its last known state.
 */
import type { Edition, Provenance } from '../types.ts';
import type { CodeName } from './codes.ts';

export interface LimitRow extends Provenance {
  readonly title: string;
  readonly unit: 'fen' | 'calls' | 'packets' | 'hours' | 'days';
  /** The code that says it; null for a limit that shows in another way (a refund, a NOT_FOUND). */
  readonly code: CodeName | null;
  readonly value: Readonly<Record<Edition, number | null>>;
}

function every(value: number | null): LimitRow['value'] {
  return { '2014': value, '2015': value, current: value };
}

export const LIMITS = {
  amountFenMin: {
    title: 'smallest packet, inclusive',
    unit: 'fen',
    code: 'MONEY_LIMIT',
    value: every(100),
    source: 'seed 000, E34',
    certainty: 'observed',
  },
  amountFenMax: {
    title: 'largest packet, inclusive; can be raised to 499900 on request',
    unit: 'fen',
    code: 'MONEY_LIMIT',
    value: every(20_000),
    source: 'seed 000, E22',
    certainty: 'documented',
  },
  sceneFenMin: {
    title: 'smallest packet with an opened scene',
    unit: 'fen',
    code: 'MONEY_LIMIT',
    value: { '2014': null, '2015': null, current: 30 },
    source: 'E76',
    certainty: 'observed',
  },
  sceneFenMax: {
    title: 'largest packet with an opened scene',
    unit: 'fen',
    code: 'MONEY_LIMIT',
    value: { '2014': null, '2015': null, current: 499_900 },
    source: 'E27',
    certainty: 'documented',
  },
  callsPerSecond: {
    title: 'calls of a merchant in a second',
    unit: 'calls',
    code: 'FREQ_LIMIT',
    value: { '2014': null, '2015': null, current: 30 },
    source: 'E22',
    certainty: 'documented',
  },
  callsPerMinute: {
    title: 'calls of a merchant in a minute',
    unit: 'calls',
    code: 'FREQ_LIMIT',
    value: { '2014': null, '2015': null, current: 1_800 },
    source: '§4',
    certainty: 'documented',
  },
  queriesPerMinute: {
    title: 'calls of gethbinfo by a merchant in a minute',
    unit: 'calls',
    code: 'FREQ_LIMIT',
    value: { '2014': null, '2015': null, current: 1_800 },
    source: '§4 (community)',
    certainty: 'assumed',
  },
  packetsPerMinute: {
    title: 'packets of a merchant in a minute; could be raised to 5000 on request',
    unit: 'packets',
    code: 'SECOND_OVER_LIMITED',
    value: { '2014': 1_800, '2015': 1_800, current: null },
    source: 'seed 000, E19',
    certainty: 'documented',
  },
  packetsPerDay: {
    title: 'packets of a merchant in a day',
    unit: 'packets',
    code: 'DAY_OVER_LIMITED',
    value: { '2014': null, '2015': 10_000, current: null },
    source: 'E2, E4',
    certainty: 'documented',
  },
  fenPerDay: {
    title: 'amount that a merchant sends in a day',
    unit: 'fen',
    code: 'SENDAMOUNT_LIMIT',
    value: { '2014': null, '2015': null, current: 100_000_000 },
    source: '§4',
    certainty: 'documented',
  },
  userPacketsPerMinute: {
    title: 'packets from one merchant to one user in a minute',
    unit: 'packets',
    code: 'FREQ_LIMIT',
    value: { '2014': null, '2015': 1, current: null },
    source: 'E20; the code is assumed',
    certainty: 'documented',
  },
  userPacketsPerDay: {
    title: 'packets from one merchant to one user in a day, set in the merchant platform',
    unit: 'packets',
    code: 'SENDNUM_LIMIT',
    value: { '2014': null, '2015': null, current: 10 },
    source: '§4',
    certainty: 'documented',
  },
  userFenPerDay: {
    title: 'amount from one merchant to one user in a day',
    unit: 'fen',
    code: 'RCVDAMOUNT_LIMIT',
    value: { '2014': null, '2015': null, current: 100_000 },
    source: '§4',
    certainty: 'documented',
  },
  closedFromHour: {
    title: 'first Beijing hour of the day in which nothing is sent',
    unit: 'hours',
    code: 'TIME_LIMITED',
    value: { '2014': 0, '2015': null, current: null },
    source: 'seed 000; gone for ordinary packets by 2016-05 (E20)',
    certainty: 'documented',
  },
  closedToHour: {
    title: 'first Beijing hour in which sending opens again',
    unit: 'hours',
    code: 'TIME_LIMITED',
    value: { '2014': 8, '2015': null, current: null },
    source: 'seed 000; gone for ordinary packets by 2016-05 (E20)',
    certainty: 'documented',
  },
  refundAfterHours: {
    title: 'hours after which an unclaimed packet goes back to the balance',
    unit: 'hours',
    code: null,
    value: { '2014': 24, '2015': 72, current: 24 },
    source: 'E20 (72 h), §4 (24 h, measured in E5); not stated in 2014',
    certainty: 'observed',
  },
  failAfterHours: {
    title: 'hours after which an order that could not be paid has FAILED',
    unit: 'hours',
    code: 'SEND_FAILED',
    value: every(24),
    source: 'E24, E40, E41 ("after about a day")',
    certainty: 'observed',
  },
  historyDays: {
    title: 'days that gethbinfo looks back',
    unit: 'days',
    code: 'NOT_FOUND',
    value: every(30),
    source: '§4',
    certainty: 'documented',
  },
} as const satisfies Readonly<Record<string, LimitRow>>;

export type LimitName = keyof typeof LIMITS;
/** A merchant's limits: null is no limit. Amounts in fen. */
export type Limits = Readonly<Record<LimitName, number | null>>;

export const LIMIT_NAMES = Object.keys(LIMITS) as readonly LimitName[];

/** The limits of an edition, with a merchant's own where it has some. */
export function limitsOf(edition: Edition, own: Partial<Limits> = {}): Limits {
  const limits = {} as Record<LimitName, number | null>;
  for (const name of LIMIT_NAMES) {
    const ownValue = own[name];
    limits[name] = ownValue === undefined ? LIMITS[name].value[edition] : ownValue;
  }
  return limits;
}
