/** A case for every code of an edition: how it is worded, what it leaves of the number, and how the number goes on. */
import { type CodeName, type CodeRow, codesOf } from '../tables/codes.ts';
import type { Edition } from '../types.ts';
import { MINUTE_MS } from '../wire/beijing-time.ts';
import {
  type Acceptable,
  type CaseDraft,
  type FaultNeed,
  found,
  type Needs,
  NOON,
  NOT_FOUND,
  query,
  SENT,
  send,
  weaker,
} from './server-case.ts';
import { messagesOf, refusedWith } from './wordings.ts';

export function codeCases(edition: Edition): CaseDraft[] {
  // Who could not read a request does not know its number either: XML_ERROR has cases of its own.
  const rows = codesOf(edition).filter((row) => row.code !== 'XML_ERROR');
  const sending = rows.filter((row) => row.endpoints.includes('sendredpack'));
  const asking = rows.filter(
    (row) => row.endpoints.includes('gethbinfo') && row.code !== 'NOT_FOUND',
  );
  return [
    ...sending.map((row) => sendCase(edition, row)),
    ...asking.map((row) => queryCase(edition, row)),
    ...unknownOutcomeCases(edition),
  ];
}

function given(fault: Omit<FaultNeed, 'times'>, balanceFen?: number): Needs {
  const merchant = balanceFen === undefined ? {} : { merchant: { balanceFen } };
  return { at: NOON, fault: { ...fault, times: 1 }, ...merchant };
}

function sendCase(edition: Edition, row: CodeRow): CaseDraft {
  const code = row.code as CodeName;
  const wording = row.wordings[0];
  return {
    id: `codes/${code}`,
    title: `says ${code} in its own words; then the number is ${row.numberAfter}`,
    source: row.source,
    certainty: weaker(row.certainty, wording.certainty),
    needs: given({ endpoint: 'sendredpack', code, money: 'not-moved' }),
    steps: [
      send({}, refusedWith(edition, code, wording.id)),
      query({}, ...shownAfter(edition, row, code)),
      send({}, row.numberAfter === 'closed' ? refusedWith(edition, 'SEND_FAILED') : SENT),
    ],
  };
}

/** What gethbinfo says of a number after the code. */
function shownAfter(edition: Edition, { numberAfter }: CodeRow, code: CodeName): Acceptable[] {
  switch (numberAfter) {
    case 'free':
    case 'kept':
      return [NOT_FOUND];
    case 'closed':
      return [found('FAILED')];
    case 'unknown':
      return [found('SENDING', { reason: null }), NOT_FOUND];
    case 'stored':
      return messagesOf(edition, code).map((reason) => found('SENDING', { reason }));
  }
}

function queryCase(edition: Edition, row: CodeRow): CaseDraft {
  const code = row.code as CodeName;
  // A query pays nobody, so that no risk control looks at it: NO_AUTH is then a missing permission (§7.2).
  const wording = row.wordings.find(({ id }) => id === 'no-permission') ?? row.wordings[0];
  return {
    id: `codes/gethbinfo/${code}`,
    title: `says ${code} to a query, and the order stays what it is`,
    source: row.source,
    certainty: weaker(row.certainty, wording.certainty),
    needs: given({ endpoint: 'gethbinfo', code, wording: wording.id, money: 'not-moved' }),
    steps: [
      send({}, SENT),
      query({}, refusedWith(edition, code, wording.id)),
      query({}, found('SENT')),
    ],
  };
}

/** The answer says nothing of the money: it moved, and the number must not be paid again. */
function unknownOutcomeCases(edition: Edition): CaseDraft[] {
  const paidOnce = [
    send({ number: 'b', user: 'b' }, SENT),
    send({ number: 'c', user: 'c' }, refusedWith(edition, 'NOTENOUGH')),
  ];
  const moved = (code: CodeName): Needs =>
    given({ endpoint: 'sendredpack', code, money: 'moved' }, 200);
  const systemError: CaseDraft = {
    id: 'unknown-outcome/SYSTEMERROR',
    title: 'pays once when SYSTEMERROR was answered although the money moved',
    source: 'seed 000, E22',
    certainty: 'documented',
    needs: moved('SYSTEMERROR'),
    steps: [
      send({}, refusedWith(edition, 'SYSTEMERROR')),
      send({}, SENT),
      query({}, found('SENT')),
      ...paidOnce,
    ],
  };
  if (edition === '2014') return [systemError];
  const processing = refusedWith(edition, 'PROCESSING');
  return [
    systemError,
    {
      id: 'unknown-outcome/PROCESSING',
      title:
        'pays once when PROCESSING was answered although the money moved, and sends within twenty minutes',
      source: 'E23, E46, E28',
      certainty: 'observed',
      needs: moved('PROCESSING'),
      steps: [
        send({}, processing),
        query({}, found('SENDING')),
        send({}, processing),
        { advanceMs: 20 * MINUTE_MS },
        query({}, found('SENT')),
        send({}, SENT),
        ...paidOnce,
      ],
    },
  ];
}
