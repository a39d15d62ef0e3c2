/** Faults of what an answer says: entries in, entries out. */
import {
  dashedTime,
  type Fields,
  type ReplyContext,
  refused,
  signReply,
  type XmlEntry,
  type XmlValue,
} from '../../contracts/core.ts';
import type { Order } from '../engine/facts.ts';
import type { Blow } from '../engine/strike.ts';
import type { Fault } from '../scenario/fault-schema.ts';

/** What a fault may know of the call whose answer it changes. */
export interface AnsweredCall {
  readonly context: ReplyContext;
  readonly request: Fields;
  /** The merchant's API key. */
  readonly key: string;
  /** The order that is answered with; undefined for a refusal. */
  readonly order: Order | undefined;
  readonly draw: Blow['draw'];
}

type Entries = readonly XmlEntry[];

/** The openids of the documentation, either of which is another user to the other. */
const USERS = ['oxTWIuGaIt6gTKsQRLau2M0yL16E', 'onqOjjmM1tad-3ROpncN-yUfa6uI'] as const;

/** Faults of other kinds leave the entries as they are. */
export function changeElements(entries: Entries, fault: Fault, call: AnsweredCall): Entries {
  switch (fault.kind) {
    case 'sign':
      return otherSign(entries, fault.as, call);
    case 'other-order':
      return entries.map((entry) => ofOtherOrder(entry, fault.mch_billno));
    case 'wrong-echo':
      return replaced(entries, fault.fields);
    case 'err-code':
      return refused(call.context, call.request, { code: fault.value, message: fault.message });
    case 'unknown-fields':
      return withStrangers(entries, fault.fields, call.draw);
    case 'reordered':
      return shuffled(entries, call.draw, 'reordered');
    case 'hblist':
      return call.order ? withReceipts(entries, fault.length, call.order) : entries;
    default:
      return entries;
  }
}

function otherSign(
  entries: Entries,
  as: 'added' | 'wrong' | 'missing',
  call: AnsweredCall,
): Entries {
  const bare = entries.filter(([name]) => name !== 'sign');
  if (as === 'missing') return bare;
  if (as === 'wrong') {
    const digits = Array.from({ length: 32 }, (_, index) =>
      Math.floor(call.draw(`sign-${index}`) * 16).toString(16),
    );
    return [...bare.slice(0, 2), ['sign', digits.join('').toUpperCase()], ...bare.slice(2)];
  }
  // signReply leaves gethbinfo unsigned, whatever is asked of it: this is what it would be.
  const switches = { ...call.context.switches, replySigned: 'always' } as const;
  return signReply({ ...call.context, endpoint: 'sendredpack', switches }, bare, call.key);
}

function ofOtherOrder([name, value]: XmlEntry, billno: string | undefined): XmlEntry {
  if (name === 'mch_billno') return [name, billno ?? neighbour(textOf(value))];
  if (name === 'send_listid' || name === 'detail_id') return [name, neighbour(textOf(value))];
  if (name === 're_openid') return [name, otherThan(textOf(value))];
  return [name, value];
}

/** The same but for its last character, which is the next digit. */
function neighbour(text: string): string {
  const digit = Number(text.at(-1)) || 0;
  return `${text.slice(0, -1)}${(digit + 1) % 10}`;
}

/** Elements keep their form, CDATA or bare; those that the answer does not have come last. */
function replaced(entries: Entries, fields: Readonly<Record<string, string | null>>): Entries {
  const kept = entries.flatMap(([name, value]): XmlEntry[] => {
    const text = fields[name];
    if (text === undefined) return [[name, value]];
    if (text === null) return [];
    return [[name, typeof value === 'string' ? text : { bare: text }]];
  });
  const names = new Set(entries.map(([name]) => name));
  const added = Object.entries(fields).filter(
    (field): field is [string, string] => !names.has(field[0]) && field[1] !== null,
  );
  return [...kept, ...added];
}

function withStrangers(
  entries: Entries,
  fields: Readonly<Record<string, string>>,
  draw: Blow['draw'],
): Entries {
  return Object.entries(fields).reduce<XmlEntry[]>(
    (all, [name, text]) => {
      all.splice(Math.floor(draw(`place-of-${name}`) * (all.length + 1)), 0, [name, text]);
      return all;
    },
    [...entries],
  );
}

/** Fisher and Yates; lists are shuffled within. An order that came out as it was is turned by one. */
function shuffled(entries: Entries, draw: Blow['draw'], purpose: string): XmlEntry[] {
  const all = entries.map(
    ([name, value], index): XmlEntry =>
      isList(value) ? [name, shuffled(value, draw, `${purpose}-${index}`)] : [name, value],
  );
  const names = all.map(([name]) => name);
  for (let last = all.length - 1; last > 0; last--) {
    const chosen = Math.floor(draw(`${purpose}/${last}`) * (last + 1));
    const [a, b] = [all[chosen], all[last]];
    if (a && b) [all[chosen], all[last]] = [b, a];
  }
  const isAsBefore = all.every(([name], index) => name === names[index]);
  return isAsBefore ? [...all.slice(1), ...all.slice(0, 1)] : all;
}

/** Receipts that together are the packet, whatever state it is in. */
function withReceipts(entries: Entries, length: number, order: Order): Entries {
  const atMs = order.receivedAtMs ?? order.sentAtMs ?? order.createdAtMs;
  const share = Math.floor(order.amountFen / Math.max(1, length));
  const receipts = Array.from({ length }, (_, index): XmlEntry => {
    const amount = index === 0 ? order.amountFen - share * (length - 1) : share;
    return [
      'hbinfo',
      [
        ['openid', index % 2 === 0 ? order.openid : otherThan(order.openid)],
        ['amount', amount],
        ['rcv_time', dashedTime(atMs)],
      ],
    ];
  });
  return [...entries.filter(([name]) => name !== 'hblist'), ['hblist', receipts]];
}

function otherThan(openid: string): string {
  return openid === USERS[0] ? USERS[1] : USERS[0];
}

function isList(value: XmlValue): value is readonly XmlEntry[] {
  return Array.isArray(value);
}

function textOf(value: XmlValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return 'bare' in value ? value.bare : '';
}
