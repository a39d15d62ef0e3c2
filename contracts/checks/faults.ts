/**
 * The known ways in which a request can be wrong, read off the tables: what is changed, where in the order of checks it is met, and
 * what must be answered. Cases take one, or two neighbours; the generator takes any one or two.
 */
import { EDITION_TABLES } from '../tables/editions.ts';
import { FIELDS } from '../tables/fields.ts';
import type { Certainty, Edition, EndpointName } from '../types.ts';
import type { Fault, Variant } from './fault.ts';
import { faultsOfRow } from './faults-fields.ts';
import { weaker } from './server-case.ts';
import type { Signing } from './signings.ts';
import { rangeOf, refusedWith } from './wordings.ts';

/** Where the stages begin in {@link Fault.at}; rows of the field table count from 0. */
const CERTIFICATE_AT = 100;
const SIGNATURE_AT = 200;
const IDENTITY_AT = 300;
const AMOUNT_AT = 400;

/** Every known fault of an endpoint in an edition, in the order of checks. */
export function faultsOf(edition: Edition, endpoint: EndpointName): readonly Fault[] {
  const rows = EDITION_TABLES[edition].request[endpoint];
  const ofFields = rows.flatMap((row, at) => faultsOfRow(edition, row, at));
  const named = (fault: Fault): Fault => ({ ...fault, clause: `${endpoint}/${fault.clause}` });
  return [
    ...ofFields,
    ...certificateFaults(edition),
    ...signatureFaults(edition, endpoint),
    ...identityFaults(edition, endpoint),
    ...(endpoint === 'sendredpack' ? amountFaults(edition) : []),
  ].map(named);
}

function certificateFaults(edition: Edition): Fault[] {
  const base = { at: CERTIFICATE_AT, subject: 'certificate' };
  const refused = refusedWith(edition, 'CA_ERROR', 'wrong');
  return [
    {
      ...base,
      clause: 'certificate/present',
      title: 'refuses a caller without a certificate',
      variants: [{ certificate: 'none' }],
      // XML on this path (E43); the page is what /secapi shows, the handshake is the harshest.
      accept: [refused, { answer: 'page', status: 400 }, { answer: 'nothing' }],
      source: 'E17, E43',
      certainty: 'observed',
    },
    {
      ...base,
      clause: 'certificate/own',
      title: "refuses another merchant's certificate",
      variants: [{ certificate: 'other' }],
      accept: [refused],
      source: '§3, E69',
      certainty: 'observed',
    },
  ];
}

const WRONG_SIGNINGS: readonly (readonly [Signing, string, Certainty])[] = [
  ['wrong-key', 'signed with another key', 'documented'],
  ['missing', 'without a sign', 'documented'],
  ['empty', 'with an empty sign', 'documented'],
  ['without-key', 'signed without the key', 'documented'],
  ['lower-case', 'with a sign in lower case', 'documented'],
  ['too-long', 'with a digit too many in its sign', 'assumed'],
  ['unsorted', 'signed over fields that are not sorted', 'documented'],
  ['url-encoded', 'signed over url-encoded values', 'documented'],
  ['hmac-sha256', 'signed with HMAC-SHA256', 'assumed'],
];

function signatureFaults(edition: Edition, endpoint: EndpointName): Fault[] {
  const accept = [refusedWith(edition, 'SIGN_ERROR')];
  // Every value of a query is its own url-encoding.
  const signings = WRONG_SIGNINGS.filter(
    ([signing]) => endpoint === 'sendredpack' || signing !== 'url-encoded',
  );
  return signings.map(([signing, what, certainty]) => ({
    clause: `signature/${signing}`,
    title: `refuses a request ${what}`,
    at: SIGNATURE_AT,
    subject: 'sign',
    variants: [{ sign: signing }],
    accept,
    source: '§5',
    // No page of 2014 has the code.
    certainty: edition === '2014' ? weaker(certainty, 'assumed') : certainty,
  }));
}

function identityFaults(edition: Edition, endpoint: EndpointName): Fault[] {
  const name = endpoint === 'sendredpack' ? 'wxappid' : 'appid';
  return [
    {
      clause: `identity/${name}/bound`,
      title: `refuses ${name} that is not bound to the merchant`,
      at: IDENTITY_AT,
      subject: name,
      variants: [{ fields: { [name]: FIELDS.msgappid.example } }],
      accept: [refusedWith(edition, 'PARAM_ERROR', 'appid-mismatch')],
      source: 'E63',
      certainty: 'observed',
    },
  ];
}

function amountFaults(edition: Edition): Fault[] {
  const { min, max } = rangeOf(edition);
  const base = {
    at: AMOUNT_AT,
    subject: 'total_amount',
    accept: [refusedWith(edition, 'MONEY_LIMIT')],
    source: 'seed 000, E34',
    certainty: 'documented',
  } as const;
  const amount = (fen: number): Variant => ({ fields: { total_amount: String(fen) } });
  return [
    {
      ...base,
      clause: 'amount/minimum',
      title: `refuses ${min - 1} fen`,
      variants: [amount(min - 1), amount(1), amount(30)],
    },
    {
      ...base,
      clause: 'amount/maximum',
      title: `refuses ${max + 1} fen`,
      variants: [amount(max + 1), amount(2 * max), amount(499_900)],
    },
  ];
}
