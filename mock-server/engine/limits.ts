/** Amount, windows, quotas, risk and balance. The order among them is unknown: a table, in the order of the switch `limitOrder`. */
import {
  beijingHour,
  type LimitCheck,
  type Limits,
  type Refusal,
  type RefusalContext,
  refuse,
  toYuan,
} from '../../contracts/index.ts';
import type { Tenant } from '../tenant.ts';
import { type Account, amountFenOf, type Read, readTally, type Windows } from './facts.ts';

export interface LimitCase {
  readonly context: RefusalContext;
  readonly tenant: Tenant;
  readonly fields: ReadonlyMap<string, string>;
  readonly account: Account;
  readonly windows: Windows;
  readonly read: Read;
  readonly nowMs: number;
}

export function refusedByLimits(limitCase: LimitCase): Refusal | undefined {
  for (const check of limitCase.tenant.switches.limitOrder) {
    const refusal = CHECKS[check](limitCase);
    if (refusal) return refusal;
  }
  return undefined;
}

const CHECKS: Readonly<Record<LimitCheck, (limitCase: LimitCase) => Refusal | undefined>> = {
  amount: refusedByAmount,

  'closed-hours': ({ context, tenant: { limits }, nowMs }) => {
    const { closedFromHour: from, closedToHour: to } = limits;
    if (from === null || to === null) return undefined;
    const hour = beijingHour(nowMs);
    const closed = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
    if (!closed) return undefined;
    return refuse(context, 'TIME_LIMITED', {
      clause: 'quota/closed-hours',
      why: `it is ${hour} o'clock in Beijing; nothing is sent from ${from}:00 to ${to}:00`,
    });
  },

  'packets-per-minute': ({ context, tenant: { limits, switches }, windows, read }) => {
    if (!reached(limits.packetsPerMinute, readTally(read, windows.minute).count)) return undefined;
    const byEdition = context.edition === 'current' ? 'FREQ_LIMIT' : 'SECOND_OVER_LIMITED';
    const code = switches.rateLimitCode === 'edition' ? byEdition : switches.rateLimitCode;
    return refuse(context, code, {
      clause: 'quota/packets-per-minute',
      why: `the merchant has sent ${limits.packetsPerMinute} packets in this minute`,
    });
  },

  'user-per-minute': ({ context, tenant: { limits }, windows, read }) => {
    const { count } = readTally(read, windows.userMinute);
    if (!reached(limits.userPacketsPerMinute, count)) return undefined;
    return refuse(context, 'FREQ_LIMIT', {
      clause: 'quota/user-packets-per-minute',
      why: `the user has had ${count} packets from this merchant in this minute`,
    });
  },

  'packets-per-day': ({ context, tenant: { limits }, windows, read }) => {
    if (!reached(limits.packetsPerDay, readTally(read, windows.day).count)) return undefined;
    return refuse(context, 'DAY_OVER_LIMITED', {
      clause: 'quota/packets-per-day',
      why: `the merchant has sent ${limits.packetsPerDay} packets today (Beijing)`,
    });
  },

  'fen-per-day': ({ context, tenant: { limits }, windows, read, fields }) => {
    const { fen } = readTally(read, windows.day);
    if (!exceeded(limits.fenPerDay, fen + amountFenOf(fields))) return undefined;
    return refuse(context, 'SENDAMOUNT_LIMIT', {
      clause: 'quota/fen-per-day',
      why: `the merchant has sent ${fen} fen today (Beijing), of at most ${limits.fenPerDay}`,
    });
  },

  'user-packets-per-day': ({ context, tenant: { limits }, windows, read }) => {
    const { count } = readTally(read, windows.userDay);
    if (!reached(limits.userPacketsPerDay, count)) return undefined;
    return refuse(context, 'SENDNUM_LIMIT', {
      clause: 'quota/user-packets-per-day',
      why: `the user has had ${count} packets from this merchant today (Beijing)`,
    });
  },

  'user-fen-per-day': ({ context, tenant: { limits }, windows, read, fields }) => {
    const { fen } = readTally(read, windows.userDay);
    if (!exceeded(limits.userFenPerDay, fen + amountFenOf(fields))) return undefined;
    return refuse(context, 'RCVDAMOUNT_LIMIT', {
      clause: 'quota/user-fen-per-day',
      why: `the user has had ${fen} fen from this merchant today (Beijing), of at most ${limits.userFenPerDay}`,
    });
  },

  risk: ({ context, tenant: { merchant }, fields }) => {
    const openid = fields.get('re_openid') ?? '';
    if (!merchant.riskyOpenids.includes(openid)) return undefined;
    return refuse(context, context.edition === '2014' ? 'NOAUTH' : 'NO_AUTH', {
      clause: 'risk/user',
      why: `the scenario lets risk control stop ${openid}`,
    });
  },

  balance: ({ context, account, fields }) => {
    if (account.balanceFen >= amountFenOf(fields)) return undefined;
    return refuse(context, 'NOTENOUGH', {
      clause: 'balance/operating-account',
      why: `the balance is ${account.balanceFen} fen, the packet ${amountFenOf(fields)}`,
    });
  },
};

/** The range without a scene; with an opened one its own, which is never narrower (domain facts §4). */
function refusedByAmount({ context, tenant, fields }: LimitCase): Refusal | undefined {
  const { limits, switches, merchant, table } = tenant;
  const hasScenes = table.request.sendredpack.some((row) => row.name === 'scene_id');
  const scene = (hasScenes && fields.get('scene_id')) || undefined;
  const opened = scene !== undefined && merchant.scenes.includes(scene);
  if (scene !== undefined && !opened && switches.sceneNotOpened === 'PARAM_ERROR') {
    return refuse(context, 'PARAM_ERROR', {
      wording: 'scene-not-opened',
      clause: 'amount/scene-opened',
      why: `the merchant has not opened ${scene} (opened: ${merchant.scenes.join(', ') || 'none'})`,
    });
  }
  const { minFen, maxFen } = opened ? sceneRange(limits) : ordinaryRange(limits);
  const amountFen = amountFenOf(fields);
  const inside =
    switches.amountBounds === 'inclusive'
      ? amountFen >= minFen && amountFen <= maxFen
      : amountFen > minFen && amountFen < maxFen;
  if (inside) return undefined;
  return refuse(context, 'MONEY_LIMIT', {
    clause: 'amount/range',
    figures: { min: toYuan(minFen), max: toYuan(maxFen) },
    why: `${amountFen} fen is not between ${minFen} and ${maxFen} (${switches.amountBounds})`,
  });
}

export interface Range {
  readonly minFen: number;
  readonly maxFen: number;
}

export function ordinaryRange({ amountFenMin, amountFenMax }: Limits): Range {
  return { minFen: amountFenMin ?? 1, maxFen: amountFenMax ?? Number.MAX_SAFE_INTEGER };
}

function sceneRange(limits: Limits): Range {
  const { minFen, maxFen } = ordinaryRange(limits);
  return {
    minFen: Math.min(minFen, limits.sceneFenMin ?? minFen),
    maxFen: Math.max(maxFen, limits.sceneFenMax ?? maxFen),
  };
}

function reached(limit: number | null, count: number): boolean {
  return limit !== null && count >= limit;
}

function exceeded(limit: number | null, fen: number): boolean {
  return limit !== null && fen > limit;
}
