/** Between signature and order number: call rate, who belongs to whom, what is opened, from where it may be called. */
import {
  type CodeName,
  codeRow,
  type Edition,
  type Refusal,
  type RefusalContext,
  type RefusalDetail,
  refuse,
} from '../../contracts/core.ts';
import type { Write } from '../store/store.ts';
import type { Situation } from './case.ts';
import { type Read, readTally, type Window } from './facts.ts';

/** The rate of calls, sent or refused alike. Position unknown, put after the signature (domain facts §3.1). */
export function refusedByRate(situation: Situation): Refusal | undefined {
  const { windows, read } = situation;
  const { limits } = situation.tenant;
  const perMinute =
    situation.endpoint === 'gethbinfo' ? limits.queriesPerMinute : limits.callsPerMinute;
  const rates = [
    { window: windows.callsSecond, limit: limits.callsPerSecond, unit: 'second' },
    { window: windows.callsMinute, limit: perMinute, unit: 'minute' },
  ];
  for (const { window, limit, unit } of rates) {
    if (!window || limit === null || readTally(read, window).count < limit) continue;
    return refuse(situation, 'FREQ_LIMIT', {
      clause: `frequency/calls-per-${unit}`,
      why: `more than ${limit} calls in this ${unit}`,
    });
  }
  return undefined;
}

/** The call as counted, for every call that the rate let through. */
export function countCall({ windows, read }: Situation): Write[] {
  const writes: Write[] = [];
  for (const window of [windows.callsSecond, windows.callsMinute]) {
    if (window) writes.push(count(window, read, 0));
  }
  return writes;
}

/** One more in a window. */
export function count(window: Window, read: Read, fen: number): Write {
  const before = readTally(read, window);
  const value = { count: before.count + 1, fen: before.fen + fen };
  return { key: window.key, value, expiresAtMs: window.expiresAtMs };
}

/** Identity, then product, then address (domain facts §3.1 no. 5 and 6). */
export function refusedAdmission(situation: Situation): Refusal | undefined {
  return situation.endpoint === 'gethbinfo'
    ? (refusedAppid(situation, 'appid') ?? refusedByAddress(situation))
    : (refusedByIdentity(situation) ?? refusedByProduct(situation) ?? refusedByAddress(situation));
}

function refusedByIdentity(situation: Situation): Refusal | undefined {
  return (
    refusedAppid(situation, 'wxappid') ??
    refusedSubMerchant(situation) ??
    refusedOpenid(situation) ??
    refusedConsumer(situation)
  );
}

function refusedAppid(situation: Situation, name: 'wxappid' | 'appid'): Refusal | undefined {
  const { fields } = situation;
  const { merchant } = situation.tenant;
  const appid = fields.get(name) ?? '';
  if (merchant.appids.includes(appid)) return undefined;
  if (merchant.mobileAppids.includes(appid) && has(situation.edition, 'ILLEGAL_APPID')) {
    return refuse(situation, 'ILLEGAL_APPID', {
      clause: `identity/${name}/official-account`,
      why: `${appid} is the appid of a mobile app`,
    });
  }
  return refuse(situation, 'PARAM_ERROR', {
    wording: 'appid-mismatch',
    clause: `identity/${name}/bound`,
    why: `${appid} is not bound to merchant ${merchant.mch_id} (${merchant.appids.join(', ')})`,
  });
}

/** Service providers only: sub-merchant and msgappid must be theirs. */
function refusedSubMerchant(situation: Situation): Refusal | undefined {
  const { fields } = situation;
  const { merchant } = situation.tenant;
  if (merchant.role !== 'provider') return undefined;
  const sub = fields.get('sub_mch_id');
  if (sub && merchant.subMerchants && !merchant.subMerchants.includes(sub)) {
    return refuseKnown(situation, 'ACCEPTMODE_ERROR', {
      clause: 'identity/sub_mch_id/relation',
      why: `${sub} is no sub-merchant of ${merchant.mch_id}`,
    });
  }
  const msgappid = fields.get('msgappid');
  if (msgappid && merchant.msgappids && !merchant.msgappids.includes(msgappid)) {
    return refuseKnown(situation, 'MSGAPPID_ERROR', {
      clause: 'identity/msgappid/bound',
      why: `${msgappid} is bound neither to ${merchant.mch_id} nor to its sub-merchant`,
    });
  }
  return undefined;
}

function refusedOpenid(situation: Situation): Refusal | undefined {
  const { fields } = situation;
  const { openids, role } = situation.tenant.merchant;
  if (!openids) return undefined;
  const openid = fields.get('re_openid') ?? '';
  // A provider may address the user by msgappid (domain facts §1.1).
  const appids = [fields.get('wxappid'), role === 'provider' ? fields.get('msgappid') : ''];
  const known = appids.some((appid) => appid && openids[appid]?.includes(openid));
  if (known) return undefined;
  return refuse(situation, 'OPENID_ERROR', {
    clause: 'identity/re_openid/of-wxappid',
    why: `${openid} is no user of ${appids.filter(Boolean).join(' or ')}`,
  });
}

function refusedConsumer(situation: Situation): Refusal | undefined {
  const { fields } = situation;
  const { merchant } = situation.tenant;
  const consumer = fields.get('consume_mch_id');
  if (!consumer || merchant.consumeMerchants.includes(consumer)) return undefined;
  return refuseKnown(situation, 'NO_CONSUME_COMPETENCE', {
    clause: 'identity/consume_mch_id/authorised',
    why: `${consumer} has not authorised ${merchant.mch_id} to spend its money`,
  });
}

function refusedByProduct(situation: Situation): Refusal | undefined {
  const { merchant } = situation.tenant;
  if (!merchant.productOpened) {
    return refuseUnopened(
      situation,
      'product/opened',
      'red packets are not opened for the merchant',
    );
  }
  if (merchant.apiSending === 'closed') {
    return refuseKnown(situation, 'API_METHOD_CLOSED', {
      clause: 'product/api-sending',
      why: 'sending by API is switched off for the merchant',
    });
  }
  if (merchant.account === 'frozen') {
    return refuseKnown(situation, 'PAYER_ACCOUNT_ABNORMAL', {
      clause: 'product/account',
      why: 'the merchant is frozen',
    });
  }
  return undefined;
}

function refusedByAddress(situation: Situation): Refusal | undefined {
  const { callerIp } = situation;
  const { merchant } = situation.tenant;
  if (!merchant.allowedIps || merchant.allowedIps.includes(callerIp)) return undefined;
  const detail: RefusalDetail = {
    wording: 'ip',
    clause: 'address/allowed',
    why: `${callerIp} is not on the IP white list (${merchant.allowedIps.join(', ') || 'empty'})`,
  };
  return refuse(situation, has(situation.edition, 'NO_AUTH') ? 'NO_AUTH' : 'NOAUTH', detail);
}

function refuseUnopened(context: RefusalContext, clause: string, why: string): Refusal {
  const codes = {
    '2014': 'NOAUTH',
    '2015': 'NO_AUTH',
    current: 'PRODUCT_AUTHORITY_UNOPEN',
  } as const;
  return refuse(context, codes[context.edition], { clause, why, wording: 'no-permission' });
}

/** The code, or in an edition that does not have it the one for "not permitted". */
function refuseKnown(context: RefusalContext, code: CodeName, detail: RefusalDetail): Refusal {
  return has(context.edition, code)
    ? refuse(context, code, detail)
    : refuseUnopened(context, detail.clause, detail.why);
}

function has(edition: Edition, code: CodeName): boolean {
  return codeRow(code).editions.includes(edition);
}
