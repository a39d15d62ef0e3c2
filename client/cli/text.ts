/** What the command line says: lines for people, one JSON object a line for machines. */
import { toYuan } from '../../contracts/core.ts';
import type { ClientEvent } from '../client.ts';
import type { Outcome, QueryOutcome, Refused } from '../outcome.ts';

/** What a server or a file said goes to a terminal: control characters do not. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** The same for several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** JSON escapes the control characters below a space; a terminal obeys those above DEL too. */
export function jsonLine(value: object): string {
  const line = JSON.stringify(value);
  return `${line.replace(/[\u007f-\u009f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`;
}

/** What became of a payment, in a line. */
export function outcomeText(outcome: Outcome): string {
  return printable(wordsOf(outcome));
}

function wordsOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'sent': {
      const listid = outcome.send_listid ? `, send_listid ${outcome.send_listid}` : '';
      const state = outcome.status ? ` (${outcome.status})` : '';
      return `sent ${toYuan(outcome.amountFen)} yuan${state}, number ${outcome.mch_billno}${listid}`;
    }
    case 'refused': {
      const number = outcome.mch_billno ? `, number ${outcome.mch_billno}` : '';
      const nothing = outcome.by === 'checks' ? 'nothing was dialled' : 'nothing was paid';
      return `refused, ${nothing}${number}: ${outcome.code} ${outcome.message}`;
    }
    case 'unknown':
      return `unknown, it may have been paid, number ${outcome.mch_billno}: ${outcome.detail}`;
  }
}

/** What to do after a refusal. */
export function adviceText({ advice, retryAfter, numberFree }: Refused): string {
  const when = retryAfter === undefined ? '' : ` ${whenText(retryAfter)}`;
  const bound = numberFree ? '' : ', with the same openid and amount';
  switch (advice) {
    case 'same':
      return `the same again${when}${bound}`;
    case 'query':
      return `the same again${when}: it asks what became of the order first${bound}`;
    case 'new':
      return 'this number is dead: another payment takes a new one';
    case 'fix':
      return `mend what it names, then the same again${bound}`;
  }
}

function whenText(until: NonNullable<Refused['retryAfter']>): string {
  if (typeof until === 'number') return `in ${secondsText(until)}`;
  const words = {
    'next-minute': 'in the next minute',
    'next-day': 'tomorrow, Beijing time',
    'hour-8': 'from eight in the morning, Beijing time',
  };
  return words[until];
}

/** What gethbinfo said. */
export function queryText(outcome: QueryOutcome): string {
  if (outcome.kind === 'not-found') {
    return `${outcome.mch_billno} NOT_FOUND: no such order yet; it may still be on its way, so do not take it for failed`;
  }
  if (outcome.kind !== 'found') {
    const words =
      outcome.kind === 'refused' ? `${outcome.code} ${outcome.message}` : outcome.detail;
    return printable(`${outcome.mch_billno} not known: ${words}`);
  }
  const { mch_billno, status, amountFen, receivers } = outcome;
  const rows = [
    `${mch_billno} ${status} ${toYuan(amountFen)} yuan`,
    ...row('send_listid', outcome.detail_id),
    ...row('sent', outcome.send_time),
    ...row('reason', outcome.reason),
    ...receivers.map(
      ({ openid, amountFen: fen, rcv_time }) =>
        `  received    ${toYuan(fen)} yuan by ${openid}${rcv_time ? ` at ${rcv_time}` : ''}`,
    ),
    ...row('refunded', refundText(outcome.refundFen, outcome.refund_time)),
  ];
  return rows.map(printable).join('\n');
}

function row(label: string, text: string | undefined): string[] {
  return text === undefined ? [] : [`  ${label.padEnd(11)} ${text}`];
}

function refundText(fen: number | undefined, at: string | undefined): string | undefined {
  if (fen === undefined) return at;
  return `${toYuan(fen)} yuan${at ? ` at ${at}` : ''}`;
}

/** What goes on, while it does; undefined for what needs no words. */
export function eventText(event: ClientEvent): string | undefined {
  const { mch_billno } = event;
  switch (event.type) {
    case 'sending':
      return `sendredpack ${mch_billno}`;
    case 'querying':
      return `gethbinfo ${mch_billno}`;
    case 'waiting':
      return printable(
        `${mch_billno}: ${event.next === 'send' ? 'sendredpack' : 'gethbinfo'} in ${secondsText(event.ms)} (${event.why})`,
      );
    case 'new-number':
      return printable(`${event.formerNumber} is dead, now ${mch_billno} (${event.why})`);
    default:
      return undefined;
  }
}

function secondsText(ms: number): string {
  if (ms >= 120_000) return `${Math.round(ms / 60_000)} min`;
  return `${(Math.ceil(ms / 100) / 10).toString()} s`;
}

/** `200 payments, 345.60 yuan` */
export function totalText(amountsFen: readonly number[]): string {
  const fen = amountsFen.reduce((sum, each) => sum + each, 0);
  return `${amountsFen.length} ${amountsFen.length === 1 ? 'payment' : 'payments'}, ${toYuan(fen)} yuan`;
}
