/** Cases about rates, quotas and windows: each limit of the edition is used up to its end, crossed, and waited out. */
import { type CodeName, codeRow } from '../tables/codes.ts';
import { LIMITS, type LimitName, limitsOf } from '../tables/limits.ts';
import type { Edition } from '../types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../wire/beijing-time.ts';
import {
  type Acceptable,
  type CallStep,
  type CaseDraft,
  found,
  type Needs,
  NOON,
  NOT_FOUND,
  query,
  SENT,
  send,
} from './server-case.ts';
import { messagesOf, refusedWith } from './wordings.ts';

export function quotaCases(edition: Edition): CaseDraft[] {
  const quotas = QUOTAS.filter(({ limit }) => limitsOf(edition)[limit] !== null);
  return [
    ...quotas.flatMap((quota) => windowCases(edition, quota)),
    ...defaultCases(edition),
    ...(limitsOf(edition).closedFromHour === null ? openAllNight() : closedHours(edition)),
    ...(edition === 'current' ? rateCases() : []),
  ];
}

/** Nothing but the limit that a case is about. */
export const LIFTED: Readonly<Partial<Record<LimitName, null>>> = {
  callsPerSecond: null,
  callsPerMinute: null,
  queriesPerMinute: null,
  packetsPerMinute: null,
  packetsPerDay: null,
  fenPerDay: null,
  userPacketsPerMinute: null,
  userPacketsPerDay: null,
  userFenPerDay: null,
  closedFromHour: null,
  closedToHour: null,
};

interface Quota {
  readonly limit: LimitName;
  readonly name: string;
  readonly per: 'minute' | 'day';
  /** Of one user, so that another is free? */
  readonly ofUser: boolean;
  /** What the limit is set to, and what uses it up exactly. */
  readonly set: number;
  readonly fill: readonly CallStep[];
  readonly codes: readonly CodeName[];
}

const counted = (times: number, user: string): CallStep[] => [
  send({ number: 'fill', times, user }, SENT),
];

const amounts = (user: string, ...fens: number[]): CallStep[] =>
  fens.map((fen, index) =>
    send({ number: `fill${index}`, user, fields: { total_amount: String(fen) } }, SENT),
  );

const QUOTAS: readonly Quota[] = [
  {
    limit: 'packetsPerMinute',
    name: 'packets-per-minute',
    per: 'minute',
    ofUser: false,
    set: 3,
    fill: counted(3, 'each'),
    codes: ['SECOND_OVER_LIMITED', 'FREQ_LIMIT'],
  },
  {
    limit: 'packetsPerDay',
    name: 'packets-per-day',
    per: 'day',
    ofUser: false,
    set: 3,
    fill: counted(3, 'each'),
    codes: ['DAY_OVER_LIMITED'],
  },
  {
    limit: 'fenPerDay',
    name: 'fen-per-day',
    per: 'day',
    ofUser: false,
    set: 350,
    fill: amounts('each', 101, 249),
    codes: ['SENDAMOUNT_LIMIT'],
  },
  {
    limit: 'userPacketsPerMinute',
    name: 'user-packets-per-minute',
    per: 'minute',
    ofUser: true,
    set: 1,
    fill: counted(1, 'a'),
    codes: ['FREQ_LIMIT'],
  },
  {
    limit: 'userPacketsPerDay',
    name: 'user-packets-per-day',
    per: 'day',
    ofUser: true,
    set: 2,
    fill: counted(2, 'a'),
    codes: ['SENDNUM_LIMIT'],
  },
  {
    limit: 'userFenPerDay',
    name: 'user-fen-per-day',
    per: 'day',
    ofUser: true,
    set: 350,
    fill: amounts('a', 101, 249),
    codes: ['RCVDAMOUNT_LIMIT'],
  },
];

/** Turns of the day: Beijing's counts, UTC's (eight in the morning in Beijing) does not. */
const BEFORE_MIDNIGHT = '2026-01-31T23:59:00+08:00';
const BEFORE_EIGHT = '2026-01-31T07:59:00+08:00';
const BEFORE_THE_MINUTE = '2026-01-31T12:00:59+08:00';

function windowCases(edition: Edition, quota: Quota): CaseDraft[] {
  const { limit, name, per, ofUser, set, fill } = quota;
  const { source, certainty } = LIMITS[limit];
  const refused = codesIn(edition, quota).map((code) => refusedWith(edition, code));
  const after = codesIn(edition, quota).flatMap((code) => keptAfter(edition, code));
  const over = (number: string): CallStep => send({ number }, ...refused);
  const base = { source, certainty };
  const needs = (at: string): Needs => ({
    at,
    merchant: { limits: { ...LIFTED, [limit]: set } },
  });
  const cases: CaseDraft[] = [
    {
      ...base,
      id: `quota/${name}`,
      title: `allows exactly as much as ${name} says`,
      needs: needs(NOON),
      steps: [...fill, over('x'), ...(ofUser ? [send({ number: 'y', user: 'b' }, SENT)] : [])],
    },
    {
      ...base,
      id: `quota/${name}/repeats`,
      title: `counts no repeat in ${name}`,
      certainty: 'assumed',
      needs: needs(NOON),
      steps: [...fill.flatMap((step) => [step, step]), over('x')],
    },
    {
      ...base,
      id: `quota/${name}/number-after`,
      title: `keeps what ${name} refuses SENDING with its reason, or not at all after FREQ_LIMIT`,
      source: 'E24, E40, E47',
      certainty: 'observed',
      needs: needs(NOON),
      steps: [...fill, over('x'), query({ number: 'x' }, ...after)],
    },
  ];
  const turn = (
    id: string,
    title: string,
    at: string,
    waitMs: number,
    open: boolean,
  ): CaseDraft => ({
    ...base,
    id: `quota/${name}/${id}`,
    title: `${title} (${name})`,
    needs: needs(at),
    steps: [
      ...fill,
      over('x'),
      { advanceMs: waitMs },
      open ? send({ number: 'x' }, SENT) : over('x'),
    ],
  });
  return per === 'minute'
    ? [...cases, turn('turns', 'turns with the minute', BEFORE_THE_MINUTE, 1_000, true)]
    : [
        ...cases,
        turn('turns-in-Beijing', 'turns at midnight in Beijing', BEFORE_MIDNIGHT, MINUTE_MS, true),
        turn('not-in-UTC', 'does not turn at midnight in UTC', BEFORE_EIGHT, MINUTE_MS, false),
      ];
}

/** What gethbinfo says of a number that a quota refused. */
function keptAfter(edition: Edition, code: CodeName): Acceptable[] {
  if (codeRow(code).numberAfter === 'free') return [NOT_FOUND];
  return messagesOf(edition, code).map((reason) => found('SENDING', { reason }));
}

/** The minute is refused with the edition's own code, the other being its successor (§9 no. 5). */
function codesIn(edition: Edition, { limit, codes }: Quota): readonly CodeName[] {
  return limit === 'packetsPerMinute' && edition === '2014' ? ['SECOND_OVER_LIMITED'] : codes;
}

/** The figures themselves, where a case can reach them in a few hundred packets. */
function defaultCases(edition: Edition): CaseDraft[] {
  const limits = limitsOf(edition);
  const cases: CaseDraft[] = [];
  const figure = (limit: LimitName, name: string, fill: CallStep[], code: CodeName): void => {
    if (limits[limit] === null) return;
    const { source, certainty } = LIMITS[limit];
    cases.push({
      id: `quota/${name}/figure`,
      title: `has ${limits[limit]} as its ${name}`,
      source,
      certainty,
      needs: {
        at: NOON,
        merchant: { scenes: ['PRODUCT_2'], limits: { ...LIFTED, [limit]: limits[limit] } },
      },
      steps: [...fill, send({ number: 'x' }, refusedWith(edition, code))],
    });
  };
  figure('userPacketsPerDay', 'user-packets-per-day', counted(10, 'a'), 'SENDNUM_LIMIT');
  const five = send({ number: 'fill', times: 5, fields: { total_amount: '20000' } }, SENT);
  figure('userFenPerDay', 'user-fen-per-day', [five], 'RCVDAMOUNT_LIMIT');
  const scene = { scene_id: 'PRODUCT_2' };
  const million = [
    send(
      { number: 'fill', times: 200, user: 'each', fields: { ...scene, total_amount: '499900' } },
      SENT,
    ),
    send({ number: 'last', user: 'b', fields: { total_amount: '20000' } }, SENT),
  ];
  figure('fenPerDay', 'fen-per-day', million, 'SENDAMOUNT_LIMIT');
  const minute = [
    send({ number: 'fill', times: limits.packetsPerMinute ?? 0, user: 'each' }, SENT),
  ];
  figure('packetsPerMinute', 'packets-per-minute', minute, 'SECOND_OVER_LIMITED');
  return cases;
}

function closedHours(edition: Edition): CaseDraft[] {
  const refused = refusedWith(edition, 'TIME_LIMITED');
  const { source, certainty } = LIMITS.closedFromHour;
  const at = (id: string, time: string, accept: Acceptable): CaseDraft => ({
    id: `quota/closed-hours/${id}`,
    title: `${accept === SENT ? 'sends' : 'sends nothing'} at ${time} in Beijing`,
    source,
    certainty,
    needs: { at: `2026-01-31T${time}+08:00` },
    steps: [send({}, accept)],
  });
  return [
    at('before-midnight', '23:59:59', SENT),
    at('midnight', '00:00:00', refused),
    at('before-eight', '07:59:59', refused),
    at('eight', '08:00:00', SENT),
    {
      id: 'quota/closed-hours/order-waits',
      title: 'sends at eight what came too early',
      source: '§2.1, E40',
      certainty: 'assumed',
      needs: { at: '2026-01-31T03:00:00+08:00' },
      steps: [
        send({}, refused),
        query({}, found('SENDING')),
        { advanceMs: 5 * HOUR_MS },
        send({}, SENT),
      ],
    },
  ];
}

function openAllNight(): CaseDraft[] {
  return [
    {
      id: 'quota/closed-hours/none',
      title: 'sends all night',
      source: LIMITS.closedFromHour.source,
      certainty: 'observed',
      needs: { at: '2026-01-31T03:00:00+08:00' },
      steps: [send({}, SENT), { advanceMs: DAY_MS }, send({ number: 'b' }, SENT)],
    },
  ];
}

function rateCases(): CaseDraft[] {
  const refused = refusedWith('current', 'FREQ_LIMIT');
  const limits = limitsOf('current');
  const perSecond = limits.callsPerSecond ?? 30;
  const rate = (
    limit: LimitName,
    id: string,
    title: string,
    set: number,
    steps: CaseDraft['steps'],
  ): CaseDraft => ({
    id: `frequency/${id}`,
    title,
    source: LIMITS[limit].source,
    certainty: LIMITS[limit].certainty,
    needs: { at: NOON, merchant: { limits: { ...LIFTED, [limit]: set } } },
    steps,
  });
  const fill = (times: number): CallStep => send({ number: 'fill', times, user: 'each' }, SENT);
  return [
    rate(
      'callsPerSecond',
      'calls-per-second',
      `takes ${perSecond} calls a second, not one more`,
      perSecond,
      [fill(perSecond), send({ number: 'x' }, refused)],
    ),
    rate('callsPerSecond', 'no-record', 'keeps nothing of a call that came too fast', 2, [
      fill(2),
      send({ number: 'x' }, refused),
      query({ number: 'x' }, NOT_FOUND),
      { advanceMs: 1_000 },
      send({ number: 'x', user: 'b', fields: { total_amount: '200' } }, SENT),
    ]),
    rate(
      'callsPerMinute',
      'calls-per-minute',
      'counts refused calls and repeats among the calls of a minute',
      4,
      [
        send({ number: 'fill0' }, SENT),
        send({ number: 'fill0' }, SENT),
        send(
          { number: 'fill1', user: 'b', fields: { total_amount: '99' } },
          {
            answer: 'refused',
            code: 'MONEY_LIMIT',
          },
        ),
        send({ number: 'fill2', user: 'b' }, SENT),
        send({ number: 'x' }, refused),
        { advanceMs: MINUTE_MS },
        send({ number: 'x', user: 'c' }, SENT),
      ],
    ),
    rate(
      'queriesPerMinute',
      'queries-per-minute',
      'counts queries by the minute, apart from sends',
      2,
      [
        query({}, NOT_FOUND),
        query({}, NOT_FOUND),
        query({}, refused),
        send({}, SENT),
        { advanceMs: MINUTE_MS },
        query({}, found('SENT')),
      ],
    ),
  ];
}
