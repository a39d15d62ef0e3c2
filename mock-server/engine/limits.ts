/** Amount, windows, quotas, risk and balance. The order among them is unknown: a table, in the order of the switch `limitOrder`. */
import {
  beijingHour,
  type LimitCheck,
  type Limits,
  type Refusal,
  refuse,
  toYuan,
} from '../../contracts/core.ts';
import type { Situation } from './case.ts';
import { amountFenOf, readTally } from './facts.ts';

export function refusedByLimits(situation: Situation): Refusal | undefined {
  for (const check of situation.switches.limitOrder) {
    const refusal = CHECKS[check](situation);
    if (refusal) return refusal;
  }
  return undefined;
}

const CHECKS: Readonly<Record<LimitCheck, (situation: Situation) => Refusal | undefined>> = {
  amount: refusedByAmount,

  'closed-hours': (situation) => {
    const {
      tenant: { limits },
      nowMs,
    } = situation;
    const { closedFromHour: from, closedToHour: to } = limits;
    if (from === null || to === null) return undefined;
    const hour = beijingHour(nowMs);
    const closed = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
    if (!closed) return undefined;
    return refuse(situation, 'TIME_LIMITED', {
      clause: 'quota/closed-hours',
      why: `it is ${hour} o'clock in Beijing; nothing is sent from ${from}:00 to ${to}:00`,
    });
  },

  'packets-per-minute': (situation) => {
    const {
      tenant: { limits, switches },
      windows,
      read,
    } = situation;
    if (!reached(limits.packetsPerMinute, readTally(read, windows.minute).count)) return undefined;
    const byEdition = situation.edition === 'current' ? 'FREQ_LIMIT' : 'SECOND_OVER_LIMITED';
    const code = switches.rateLimitCode === 'edition' ? byEdition : switches.rateLimitCode;
    return refuse(situation, code, {
      stage: 'quota',
      clause: 'quota/packets-per-minute',
      why: `the merchant has sent ${limits.packetsPerMinute} packets in this minute`,
    });
  },

  'user-per-minute': (situation) => {
    const {
      tenant: { limits },
      windows,
      read,
    } = situation;
    const { count } = readTally(read, windows.userMinute);
    if (!reached(limits.userPacketsPerMinute, count)) return undefined;
    return refuse(situation, 'FREQ_LIMIT', {
      stage: 'quota',
      clause: 'quota/user-packets-per-minute',
      why: `the user has had ${count} packets from this merchant in this minute`,
    });
  },

  'packets-per-day': (situation) => {
    const {
      tenant: { limits },
      windows,
      read,
    } = situation;
    if (!reached(limits.packetsPerDay, readTally(read, windows.day).count)) return undefined;
    return refuse(situation, 'DAY_OVER_LIMITED', {
      clause: 'quota/packets-per-day',
      why: `the merchant has sent ${limits.packetsPerDay} packets today (Beijing)`,
    });
  },

  'fen-per-day': (situation) => {
    const {
      tenant: { limits },
      windows,
      read,
      fields,
    } = situation;
    const { fen } = readTally(read, windows.day);
    if (!exceeded(limits.fenPerDay, fen + amountFenOf(fields))) return undefined;
    return refuse(situation, 'SENDAMOUNT_LIMIT', {
      clause: 'quota/fen-per-day',
      why: `the merchant has sent ${fen} fen today (Beijing), of at most ${limits.fenPerDay}`,
    });
  },

  'user-packets-per-day': (situation) => {
    const {
      tenant: { limits },
      windows,
      read,
    } = situation;
    const { count } = readTally(read, windows.userDay);
    if (!reached(limits.userPacketsPerDay, count)) return undefined;
    return refuse(situation, 'SENDNUM_LIMIT', {
      clause: 'quota/user-packets-per-day',
      why: `the user has had ${count} packets from this merchant today (Beijing)`,
    });
  },

  'user-fen-per-day': (situation) => {
    const {
      tenant: { limits },
      windows,
      read,
      fields,
    } = situation;
    const { fen } = readTally(read, windows.userDay);
    if (!exceeded(limits.userFenPerDay, fen + amountFenOf(fields))) return undefined;
    return refuse(situation, 'RCVDAMOUNT_LIMIT', {
      clause: 'quota/user-fen-per-day',
      why: `the user has had ${fen} fen from this merchant today (Beijing), of at most ${limits.userFenPerDay}`,
    });
  },

  risk: (situation) => {
    const {
      tenant: { merchant },
      fields,
    } = situation;
    const openid = fields.get('re_openid') ?? '';
    if (!merchant.riskyOpenids.includes(openid)) return undefined;
    return refuse(situation, situation.edition === '2014' ? 'NOAUTH' : 'NO_AUTH', {
      clause: 'risk/user',
      why: `the scenario lets risk control stop ${openid}`,
    });
  },

  balance: (situation) => {
    const { account, fields } = situation;
    if (account.balanceFen >= amountFenOf(fields)) return undefined;
    return refuse(situation, 'NOTENOUGH', {
      clause: 'balance/operating-account',
      why: `the balance is ${account.balanceFen} fen, the packet ${amountFenOf(fields)}`,
    });
  },
};

/** The range without a scene; with an opened one its own, which is never narrower (domain facts §4). */
function refusedByAmount(situation: Situation): Refusal | undefined {
  const { fields, switches, tenant } = situation;
  const { limits, merchant, table } = tenant;
  const hasScenes = table.request.sendredpack.some((row) => row.name === 'scene_id');
  const scene = (hasScenes && fields.get('scene_id')) || undefined;
  const opened = scene !== undefined && merchant.scenes.includes(scene);
  if (scene !== undefined && !opened && switches.sceneNotOpened === 'PARAM_ERROR') {
    return refuse(situation, 'PARAM_ERROR', {
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
  return refuse(situation, 'MONEY_LIMIT', {
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
