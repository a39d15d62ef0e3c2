/**
 * Servers with one honest mistake each, of the kind that people make: our own mock with one part put in the place of a sound one. Each
 * names the case that must find it.
 */
import {
  type Edition,
  type Fields,
  HOUR_MS,
  parseFields,
  SIGNED_FIELDS,
  sameSignature,
  sampleRequest,
  signMd5,
  stringServerSigns,
  utf8Bytes,
  writeXml,
} from '../../contracts/index.ts';
import type { Call } from '../../mock-server/call.ts';
import type { Answer } from '../../mock-server/faults/answer.ts';
import type { Scenario, Store } from '../../mock-server/index.ts';
import { MERCHANT, type Parts } from '../support/verify-targets.ts';

export interface Mutant {
  readonly name: string;
  readonly edition: Edition;
  /** The case, or the rule of replies, that explains it. */
  readonly caughtBy: string;
  readonly parts: Parts;
}

type Edit = (fields: Map<string, string>) => void;

function signedAnew(fields: Fields, endpoint: Call['endpoint']): Fields {
  const text = stringServerSigns(fields, SIGNED_FIELDS[endpoint.name]);
  return new Map([...fields, ['sign', signMd5(text, MERCHANT.key)]]);
}

function isSigned(fields: Fields, endpoint: Call['endpoint']): boolean {
  const sign = signedAnew(fields, endpoint).get('sign') ?? '';
  return sameSignature(sign, fields.get('sign') ?? '');
}

/** Reads the request in its own way: what was rightly signed stays so. */
function misreads(edit: Edit, { resign = 'signed' as 'signed' | 'always' | 'never' } = {}): Parts {
  return {
    async exchange(mock, call, next) {
      const parsed = parseFields(call.body ?? new Uint8Array());
      if (!parsed.ok) return next(mock, call);
      const before = parsed.value;
      const edited = new Map(before);
      edit(edited);
      const anew = resign === 'always' || (resign === 'signed' && isSigned(before, call.endpoint));
      const fields = anew ? signedAnew(edited, call.endpoint) : edited;
      const answer = await next(mock, { ...call, body: Buffer.from(writeXml([...fields])) });
      return echoing(answer, edited, before);
    },
  };
}

/** What was misread is echoed as it came. */
function echoing(answer: Answer, edited: Fields, before: Fields): Answer {
  let text = Buffer.from(answer.body).toString('utf8');
  for (const name of ['mch_billno', 're_openid', 'total_amount']) {
    const [read, came] = [edited.get(name) ?? '', before.get(name) ?? ''];
    if (read !== came) text = text.replace(new RegExp(`(<${name}>.*?)${read}`), `$1${came}`);
  }
  return { ...answer, body: Buffer.from(text) };
}

function misreadsText(edit: (text: string) => string): Parts {
  return {
    exchange: (mock, call, next) => {
      const text = Buffer.from(call.body ?? new Uint8Array()).toString('utf8');
      return next(mock, { ...call, body: Buffer.from(edit(text)) });
    },
  };
}

/** Writes its answer in its own way; all of them, or those that a text stands in. */
function miswrites(
  edit: (text: string, answer: Answer) => string | Partial<Answer>,
  only = '',
): Parts {
  return {
    async exchange(mock, call, next) {
      const answer = await next(mock, call);
      const text = Buffer.from(answer.body).toString('utf8');
      if (!text.startsWith('<xml>') || !text.includes(only)) return answer;
      const edited = edit(text, answer);
      return typeof edited === 'string'
        ? { ...answer, body: Buffer.from(edited) }
        : { ...answer, ...edited };
    },
  };
}

type Limits = Scenario['merchants'][number]['limits'];

/** Has other limits than it should, whatever the merchant's are. */
function limits(change: (own: Limits) => Limits): Parts {
  return {
    scenario: (scenario) => ({
      ...scenario,
      merchants: scenario.merchants.map((merchant) => ({
        ...merchant,
        limits: { ...merchant.limits, ...change(merchant.limits) },
      })),
    }),
  };
}

function switched(switches: Scenario['switches']): Parts {
  return { scenario: (scenario) => ({ ...scenario, switches }) };
}

/** Every request with this number is taken for what the first of its kind said. */
function remembers(name: string, { whenever = '' } = {}): Parts {
  const first = new Map<string, string>();
  return {
    async exchange(mock, call, next) {
      const { exchange } = misreads((fields) => {
        const value = first.get(fields.get('mch_billno') ?? '');
        if (value !== undefined && fields.has(name)) fields.set(name, value);
      });
      const answer = (await exchange?.(mock, call, next)) ?? (await next(mock, call));
      const parsed = parseFields(call.body ?? new Uint8Array());
      const number = parsed.ok ? parsed.value.get('mch_billno') : undefined;
      const value = parsed.ok ? parsed.value.get(name) : undefined;
      const counts = Buffer.from(answer.body).includes(whenever);
      if (number && value && counts && !first.has(number)) first.set(number, value);
      return answer;
    },
  };
}

/** Takes a number that was paid for a new one: the retry is another packet. */
function paysAgain(): Parts {
  const paid = new Set<string>();
  let count = 0;
  const { exchange: asAnother } = misreads((fields) => {
    fields.set('mch_billno', `${fields.get('mch_billno')}z${++count}`);
  });
  return {
    async exchange(mock, call, next) {
      const parsed = parseFields(call.body ?? new Uint8Array());
      const number = (parsed.ok && parsed.value.get('mch_billno')) || '';
      const isRepeat = call.endpoint.name === 'sendredpack' && paid.has(number);
      if (isRepeat) return (asAnother ?? next)(mock, call, next);
      const answer = await next(mock, call);
      if (Buffer.from(answer.body).includes('<send_listid>')) paid.add(number);
      return answer;
    },
  };
}

/** A store that keeps orders only once they are paid. */
function keepsPaidOnly(store: Store): Store {
  return {
    ...store,
    transact: (keys, step) =>
      store.transact(keys, (read) => {
        const { result, writes } = step(read);
        return { result, writes: writes.filter(({ value }) => !('paid' in value) || value.paid) };
      }),
  };
}

/** Looks whether a number is new before it begins, not while it pays: of two requests at once both are new. */
function looksTooEarly(): Parts {
  const inFlight = new Set<string>();
  let count = 0;
  const { exchange: asAnother } = misreads((fields) => {
    fields.set('mch_billno', `${fields.get('mch_billno')}z${++count}`);
  });
  return {
    async exchange(mock, call, next) {
      const parsed = parseFields(call.body ?? new Uint8Array());
      const number = (parsed.ok && parsed.value.get('mch_billno')) || '';
      if (inFlight.has(number)) return (asAnother ?? next)(mock, call, next);
      inFlight.add(number);
      // Where a slow look-up would be.
      await new Promise((resolve) => setImmediate(resolve));
      const answer = await next(mock, call);
      inFlight.delete(number);
      return answer;
    },
  };
}

const replace = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const counted = () => {
  let count = 0;
  return () => String(++count).padStart(31, '0');
};

/** Made anew each time: some of them remember what they were asked. */
export const mutants = (): readonly Mutant[] => [
  {
    name: 'rounds amounts to whole yuan',
    edition: 'current',
    caughtBy: 'balance/falls-by-the-amount',
    parts: misreads((fields) => {
      const fen = Number(fields.get('total_amount'));
      if (fen > 100) fields.set('total_amount', String(Math.round(fen / 100) * 100));
    }),
  },
  {
    name: 'counts characters instead of bytes',
    edition: 'current',
    caughtBy: 'sendredpack/fields/act_name/max-bytes-not-characters',
    parts: misreads((fields) => {
      const value = fields.get('act_name') ?? '';
      if (value.length <= 32 && utf8Bytes(value) > 32) fields.set('act_name', 'short enough');
    }),
  },
  {
    name: 'pays a retry again',
    edition: 'current',
    caughtBy: 'idempotency/pays-once',
    parts: paysAgain(),
  },
  {
    name: 'pays a retry again that comes at the same time',
    edition: '2015',
    caughtBy: 'idempotency/pays-once-at-once',
    parts: looksTooEarly(),
  },
  {
    name: 'turns its days in UTC',
    edition: 'current',
    caughtBy: 'quota/user-packets-per-day/turns-in-Beijing',
    parts: {
      clock: (clock) => ({ ...clock, nowMs: () => clock.nowMs() - 8 * HOUR_MS }),
    },
  },
  {
    name: 'opens at eight in UTC',
    edition: '2014',
    caughtBy: 'quota/closed-hours/eight',
    parts: {
      clock: (clock) => ({ ...clock, nowMs: () => clock.nowMs() - 8 * HOUR_MS }),
    },
  },
  {
    name: 'allows a user one packet a day too many',
    edition: 'current',
    caughtBy: 'quota/user-packets-per-day',
    parts: limits(({ userPacketsPerDay = 10 }) => ({
      userPacketsPerDay: (userPacketsPerDay ?? 1e6) + 1,
    })),
  },
  {
    name: 'refuses the packet that reaches the amount of the day',
    edition: 'current',
    caughtBy: 'quota/fen-per-day',
    parts: limits(({ fenPerDay = 100_000_000 }) => ({ fenPerDay: (fenPerDay ?? 1e12) - 1 })),
  },
  {
    name: 'lets one call too few pass in a second',
    edition: 'current',
    caughtBy: 'frequency/calls-per-second',
    parts: limits(({ callsPerSecond = 30 }) => ({ callsPerSecond: (callsPerSecond ?? 1e6) - 1 })),
  },
  {
    name: 'allows a packet too many in a minute',
    edition: '2014',
    caughtBy: 'quota/packets-per-minute',
    parts: limits(({ packetsPerMinute = 1_800 }) => ({
      packetsPerMinute: (packetsPerMinute ?? 1e6) + 1,
    })),
  },
  {
    name: 'allows a packet too many in a day',
    edition: '2015',
    caughtBy: 'quota/packets-per-day',
    parts: limits(({ packetsPerDay = 10_000 }) => ({ packetsPerDay: (packetsPerDay ?? 1e6) + 1 })),
  },
  {
    name: 'sends a user two packets in a minute',
    edition: '2015',
    caughtBy: 'quota/user-packets-per-minute',
    parts: limits(() => ({ userPacketsPerMinute: 2 })),
  },
  {
    name: 'opens at seven',
    edition: '2014',
    caughtBy: 'quota/closed-hours/before-eight',
    parts: limits(() => ({ closedToHour: 7 })),
  },
  {
    name: 'gives back after three days what comes back after one',
    edition: 'current',
    caughtBy: 'lifecycle/refund',
    parts: limits(() => ({ refundAfterHours: 72 })),
  },
  {
    name: 'never lets an unpaid order fail',
    edition: 'current',
    caughtBy: 'lifecycle/fails-after-a-day',
    parts: limits(() => ({ failAfterHours: null })),
  },
  {
    name: 'finds orders for ever',
    edition: '2015',
    caughtBy: 'gethbinfo/order/history-days',
    parts: limits(() => ({ historyDays: null })),
  },
  {
    name: 'refuses exactly one yuan',
    edition: 'current',
    caughtBy: 'sendredpack/amount/accepts-100',
    parts: switched({ amountBounds: 'exclusive' }),
  },
  {
    name: 'keeps no order that could not be paid',
    edition: 'current',
    caughtBy: 'balance/order-waits',
    parts: { store: keepsPaidOnly },
  },
  {
    name: 'leaves out the user in refusals',
    edition: 'current',
    caughtBy: 'sendredpack/reply/echo-in-refusal/re_openid',
    parts: miswrites(replace(/<re_openid>.*\n/, ''), '<result_code><![CDATA[FAIL]]>'),
  },
  {
    name: 'checks the signature over every field that came',
    edition: 'current',
    caughtBy: 'sendredpack/signature/unknown-field',
    parts: switched({ signUnknownFields: 'accept-either' }),
  },
  {
    name: 'checks no signature',
    edition: '2015',
    caughtBy: 'sendredpack/signature/wrong-key',
    parts: misreads(() => undefined, { resign: 'always' }),
  },
  {
    name: 'takes a signature in lower case',
    edition: 'current',
    caughtBy: 'sendredpack/signature/lower-case',
    parts: misreads((fields) => fields.set('sign', fields.get('sign')?.toUpperCase() ?? ''), {
      resign: 'never',
    }),
  },
  {
    name: 'trims what it reads',
    edition: 'current',
    caughtBy: 'sendredpack/signature/spaces',
    parts: misreads(
      (fields) => {
        for (const [name, value] of fields) fields.set(name, value.trim());
      },
      { resign: 'never' },
    ),
  },
  {
    name: "takes any merchant's certificate",
    edition: 'current',
    caughtBy: 'sendredpack/certificate/own',
    parts: {
      exchange: (mock, call, next) => {
        const peer =
          call.peer.kind === 'merchant' ? { ...call.peer, mchId: MERCHANT.mchId } : call.peer;
        return next(mock, { ...call, peer });
      },
    },
  },
  {
    name: 'asks for no certificate',
    edition: '2014',
    caughtBy: 'sendredpack/certificate/present',
    parts: {
      exchange: (mock, call, next) =>
        next(mock, { ...call, peer: { kind: 'merchant', mchId: MERCHANT.mchId, serial: '01' } }),
    },
  },
  {
    name: 'looks at the signature before the fields',
    edition: 'current',
    caughtBy: 'sendredpack/precedence/fields-before-everything',
    parts: {
      exchange: (mock, call, next) => {
        const parsed = parseFields(call.body ?? new Uint8Array());
        if (!parsed.ok || isSigned(parsed.value, call.endpoint)) return next(mock, call);
        const fields = sampleRequest(mock.edition, call.endpoint.name, MERCHANT, { sign: 'wrong' });
        return next(mock, { ...call, body: Buffer.from(writeXml([...fields])) });
      },
    },
  },
  {
    name: 'takes the last of two fields',
    edition: 'current',
    caughtBy: 'sendredpack/xml/duplicate-field',
    parts: misreadsText((text) =>
      (text.match(/<mch_billno>/g)?.length ?? 0) > 1
        ? text.replace(/<mch_billno>.*?<\/mch_billno>/, '')
        : text,
    ),
  },
  {
    name: 'reads a DOCTYPE',
    edition: '2015',
    caughtBy: 'sendredpack/xml/doctype',
    parts: misreadsText(replace(/^<!DOCTYPE[^[>]*(?:\[[^\]]*\])?>/, '')),
  },
  {
    name: 'forgives a bare ampersand',
    edition: 'current',
    caughtBy: 'sendredpack/xml/unescaped',
    parts: misreadsText(replace(/<attach>a & b/, '<attach>a &amp; b')),
  },
  {
    name: 'takes another amount for a repeat',
    edition: 'current',
    caughtBy: 'idempotency/other-amount',
    parts: remembers('total_amount'),
  },
  {
    name: 'takes another user for a repeat',
    edition: '2015',
    caughtBy: 'idempotency/other-openid',
    parts: remembers('re_openid'),
  },
  {
    name: 'uses up the number of an amount that it refuses',
    edition: 'current',
    caughtBy: 'idempotency/free-after/MONEY_LIMIT',
    parts: remembers('total_amount', { whenever: 'MONEY_LIMIT' }),
  },
  {
    name: 'takes numbers of other case for the same',
    edition: 'current',
    caughtBy: 'idempotency/case-of-letters',
    parts: misreads((fields) =>
      fields.set('mch_billno', (fields.get('mch_billno') ?? '').toLowerCase()),
    ),
  },
  {
    name: 'gives every answer a packet number of its own',
    edition: 'current',
    caughtBy: 'idempotency/same-answer',
    parts: (() => {
      const next = counted();
      return miswrites((text) => text.replace(/(<send_listid><!\[CDATA\[)\d+/, `$1${next()}`));
    })(),
  },
  {
    name: 'refuses with the envelope of 2014',
    edition: 'current',
    caughtBy: 'sendredpack/reply/failure-envelope',
    parts: switched({ failureReturnCode: 'FAIL' }),
  },
  {
    name: 'signs its answers, as the page says',
    edition: 'current',
    caughtBy: 'sendredpack/reply/unsigned',
    parts: switched({ replySigned: 'success' }),
  },
  {
    name: 'always echoes total_num',
    edition: '2015',
    caughtBy: 'sendredpack/reply/total_num',
    parts: miswrites(
      replace(
        /(<total_amount>1\d\d<\/total_amount>\n)(?!<total_num>)/,
        '$1<total_num>1</total_num>\n',
      ),
    ),
  },
  {
    name: 'refuses with HTTP 400',
    edition: 'current',
    caughtBy: 'sendredpack/reply/http-200',
    parts: miswrites(() => ({ status: 400 }), '<result_code><![CDATA[FAIL]]>'),
  },
  {
    name: 'calls its XML JSON',
    edition: 'current',
    caughtBy: 'gethbinfo/reply/content-type',
    parts: miswrites(() => ({ contentType: 'application/json' })),
  },
  {
    name: 'begins with an XML declaration',
    edition: '2014',
    caughtBy: 'sendredpack/reply/begins-with-xml',
    parts: miswrites((text) => `<?xml version="1.0" encoding="UTF-8"?>\n${text}`),
  },
  {
    name: 'answers with the err_code of the sample on the page',
    edition: 'current',
    caughtBy: 'sendredpack/reply/success-code',
    parts: miswrites(
      replace('<err_code><![CDATA[SUCCESS]]>', '<err_code><![CDATA[0]]>'),
      '<send_listid>',
    ),
  },
  {
    name: 'tidies up a wording',
    edition: 'current',
    caughtBy: 'sendredpack/fields/act_name/required',
    parts: miswrites((text) => text.replaceAll('并且少于32个字符.', '并且少于32个字符')),
  },
  {
    name: 'says SYSTEMERROR of a number that it does not know',
    edition: 'current',
    caughtBy: 'gethbinfo/order/exists',
    parts: miswrites((text) => text.replace('NOT_FOUND', 'SYSTEMERROR')),
  },
  {
    name: 'spells a status its own way',
    edition: 'current',
    caughtBy: 'gethbinfo/reply/status',
    parts: miswrites((text) => text.replace('<![CDATA[REFUND]]>', '<![CDATA[REFUNDED]]>')),
  },
  {
    name: 'tells times in UTC',
    edition: '2015',
    caughtBy: 'sendredpack/reply/send_time/in-Beijing',
    parts: miswrites((text) => text.replace('20260131234500', '20260131154500')),
  },
  {
    name: 'tells a query the time in UTC',
    edition: 'current',
    caughtBy: 'sendredpack/reply/send_time/in-Beijing',
    parts: miswrites(replace('2026-01-31 23:45:00', '2026-01-31 15:45:00')),
  },
  {
    name: 'tells a query the amount in yuan',
    edition: 'current',
    caughtBy: 'gethbinfo/order/amount',
    parts: miswrites(replace('<total_amount>123<', '<total_amount>1.23<'), '<status>'),
  },
  ...['balance/order-waits', 'quota/fen-per-day/number-after', 'codes/NOTENOUGH'].map(
    (caughtBy): Mutant => ({
      name: `tells no reason why an order waits (${caughtBy})`,
      edition: 'current',
      caughtBy,
      parts: miswrites(replace(/<reason>.*\n/, '')),
    }),
  ),
  ...['gethbinfo/order/amount', 'balance/top-up', 'codes/SYSTEMERROR'].map(
    (caughtBy): Mutant => ({
      name: `always has a reason (${caughtBy})`,
      edition: 'current',
      caughtBy,
      parts: miswrites(
        (text) =>
          text.includes('<reason>') ? text : text.replace('</xml>', '<reason>-</reason>\n</xml>'),
        '<status>',
      ),
    }),
  ),
  {
    name: 'gives back less than was sent',
    edition: 'current',
    caughtBy: 'lifecycle/refund',
    parts: miswrites(replace('<refund_amount>100<', '<refund_amount>99<')),
  },
  {
    name: 'tells of a refund before there is one',
    edition: '2015',
    caughtBy: 'lifecycle/refund',
    parts: miswrites(
      replace('</xml>', '<refund_amount>100</refund_amount>\n</xml>'),
      '<status><![CDATA[SENT]]>',
    ),
  },
];
