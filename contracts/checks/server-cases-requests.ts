/** Cases about the request by itself: fields, certificate, signature, and how it is written. Most are generated from the tables. */
import { EDITION_TABLES } from '../tables/editions.ts';
import type { RequestRow } from '../tables/fields.ts';
import { type Edition, ENDPOINTS, type EndpointName } from '../types.ts';
import { type Fault, faultsOf, refusedWith, type Variant } from './faults.ts';
import {
  type Acceptable,
  type CallStep,
  type CaseDraft,
  type MerchantNeeds,
  NOT_FOUND,
  type Overrides,
  query,
  SENT,
  send,
} from './server-case.ts';
import type { WireForm } from './wire-forms.ts';

export function requestCases(edition: Edition): CaseDraft[] {
  return [
    ...ENDPOINTS.flatMap((endpoint) => faultCases(edition, endpoint)),
    ...ENDPOINTS.flatMap((endpoint) => precedenceCases(edition, endpoint)),
    ...acceptedFieldCases(edition),
    ...signatureCases(edition),
    ...WRITTEN_FORMS.map((row) => writtenCase(...row)),
    ...UNREADABLE_FORMS.flatMap((row) => unreadableCases(edition, ...row)),
    ...encodingCases(edition),
    platformCertificate(edition),
    ...ENDPOINTS.map(untrustedCertificate),
  ];
}

/** What a provider must send beside what everybody must. */
export function providerFields(edition: Edition): Overrides {
  const rows = EDITION_TABLES[edition].request.sendredpack;
  const own = rows.filter((row) => row.required === 'provider');
  return Object.fromEntries(own.map((row) => [row.name, row.example]));
}

function call(
  edition: Edition,
  endpoint: EndpointName,
  merchant: MerchantNeeds | undefined,
  variants: readonly Variant[],
  accept: readonly Acceptable[],
): CallStep {
  const base = merchant?.role === 'provider' ? providerFields(edition) : {};
  const fields = Object.assign({}, base, ...variants.map((variant) => variant.fields));
  const rest = Object.assign({}, ...variants) as Variant;
  return { call: endpoint, ...rest, fields, accept };
}

function needsOf(...faults: Fault[]): Pick<CaseDraft, 'needs'> {
  const merchant = Object.assign({}, ...faults.map((fault) => fault.merchant)) as MerchantNeeds;
  return Object.keys(merchant).length > 0 ? { needs: { merchant } } : {};
}

function faultCases(edition: Edition, endpoint: EndpointName): CaseDraft[] {
  return faultsOf(edition, endpoint).map((fault) => {
    const { clause, title, source, certainty, variants, accept, merchant } = fault;
    const steps = variants.map((each) => call(edition, endpoint, merchant, [each], accept));
    return { id: clause, title, source, certainty, steps, ...needsOf(fault) };
  });
}

/** Each subject of the checks against the next one: both are wrong, the first answers. */
function precedenceCases(edition: Edition, endpoint: EndpointName): CaseDraft[] {
  const faults = faultsOf(edition, endpoint);
  const firsts = faults.filter(
    (fault, index) =>
      faults.findIndex((other) => other.at === fault.at && other.subject === fault.subject) ===
      index,
  );
  return firsts.slice(1).map((second, index) => {
    const first = firsts[index] ?? second;
    const merchant = { ...first.merchant, ...second.merchant };
    const both = [first.variants[0], second.variants[0]];
    return {
      id: `${endpoint}/precedence/${tail(first)}-before-${tail(second)}`,
      title: `answers ${tail(first)} before ${tail(second)}`,
      source: '§3.1, E5, E56',
      certainty: first.at === second.at || second.at < 100 ? 'assumed' : 'observed',
      ...needsOf(first, second),
      steps: [call(edition, endpoint, merchant, both, first.accept)],
    };
  });
}

function tail({ clause }: Fault): string {
  return clause.split('/').slice(1).join('.');
}

/** Values at the edge of what is allowed. */
function acceptedFieldCases(edition: Edition): CaseDraft[] {
  return EDITION_TABLES[edition].request.sendredpack.flatMap((row) => [
    ...exactLength(row),
    ...chineseFits(row),
    ...goodValues(row),
  ]);
}

/** Those whose value is somebody's, so that it cannot be made up. */
const GIVEN = ['sign', 'mch_billno', 'mch_id', 'wxappid', 'msgappid', 'consume_mch_id'];

function exactLength(row: RequestRow): CaseDraft[] {
  const { name, bytesMax, source, refusal } = row;
  if (bytesMax === undefined || row.pattern || GIVEN.includes(name)) return [];
  const refused: Acceptable = { answer: 'refused', code: 'PARAM_ERROR', messages: [refusal] };
  const isOpen = row.exactLength === 'open';
  return [
    {
      id: `sendredpack/fields/${name}/exact-length`,
      title: `accepts ${name} of exactly ${bytesMax} bytes${isOpen ? ', or refuses it: nobody knows' : ''}`,
      source: isOpen ? '§9 no. 7' : source,
      certainty: isOpen ? 'assumed' : row.certainty,
      steps: [
        send({ fields: { [name]: 'x'.repeat(bytesMax) } }, SENT, ...(isOpen ? [refused] : [])),
      ],
    },
  ];
}

function chineseFits({ name, bytesMax = 0, pattern }: RequestRow): CaseDraft[] {
  if (bytesMax === 0 || pattern || GIVEN.includes(name) || name === 'nonce_str') return [];
  const count = Math.floor((bytesMax - 1) / 3);
  return [
    {
      id: `sendredpack/fields/${name}/chinese-fits`,
      title: `accepts ${name} of ${count} Chinese characters: ${3 * count} bytes`,
      source: 'E55, E74',
      certainty: 'observed',
      steps: [send({ fields: { [name]: '红'.repeat(count) } }, SENT)],
    },
  ];
}

const GOOD_VALUES: Readonly<Record<string, readonly [source: string, ...values: string[]]>> = {
  client_ip: ['E23, E26', '127.0.0.1', '10.0.0.1', '255.255.255.255', '0.0.0.0'],
  wishing: ['§5, E74', '恭喜发财 🧧', ' lead and trail ', 'a & b < c > d "e"', ']]>'],
  act_name: ['E55', '2017年度四季度微信抽奖'],
  risk_info: ['E4', 'posttime%3d123123412%26mobile%3d122344545'],
  nonce_str: ['E23', 'a', '5k8264iltkch1', '00000000000000000000000000000000'],
};

function goodValues({ name }: RequestRow): CaseDraft[] {
  const row = GOOD_VALUES[name];
  if (!row) return [];
  const [source, ...values] = row;
  const steps = values.map((value, index) =>
    send({ number: `n${index}`, user: `u${index}`, fields: { [name]: value } }, SENT),
  );
  return [
    {
      id: `sendredpack/fields/${name}/accepted`,
      title: `accepts ${values.map((value) => JSON.stringify(value)).join(', ')} as ${name}`,
      source,
      certainty: 'observed',
      steps,
    },
  ];
}

function signatureCases(edition: Edition): CaseDraft[] {
  const refused = refusedWith(edition, 'SIGN_ERROR');
  const observed = { source: '§5, E77-E79', certainty: 'observed' } as const;
  const assumed = { source: '§5', certainty: 'assumed' } as const;
  const spaced = { wishing: ' spaced ' };
  return [
    {
      ...observed,
      id: 'sendredpack/signature/unknown-field',
      title: 'refuses a signature over a field that it does not know',
      steps: [send({ fields: { sign_type: 'MD5' } }, refused)],
    },
    {
      ...assumed,
      id: 'sendredpack/signature/unknown-field-unsigned',
      title: 'leaves a field that it does not know out of the signature',
      steps: [send({ fields: { attach: 'x' }, sign: 'as-read' }, SENT)],
    },
    {
      source: 'E32, E80',
      certainty: 'observed',
      id: 'sendredpack/signature/decimal-amount',
      title: 'signs the amount as it reads it: 1.00 as written is refused',
      steps: [send({ fields: { total_amount: '1.00' } }, refused)],
    },
    {
      ...assumed,
      id: 'sendredpack/signature/decimal-amount-as-read',
      title: 'reads 100.00 as 100, and signs it so',
      steps: [send({ fields: { total_amount: '100.00' }, sign: 'as-read' }, SENT)],
    },
    {
      ...observed,
      source: '§5 (official steps)',
      certainty: edition === '2014' ? 'assumed' : 'documented',
      id: 'sendredpack/signature/empty-field',
      title: 'refuses a signature that an empty field took part in',
      steps: [send({ fields: { sub_mch_id: '' }, sign: 'with-empty' }, refused)],
    },
    {
      source: '§5 (official steps)',
      certainty: 'documented',
      id: 'sendredpack/signature/empty-field-left-out',
      title: 'leaves an empty field out of the signature',
      steps: [send({ fields: { sub_mch_id: '' } }, SENT)],
    },
    {
      ...assumed,
      id: 'sendredpack/signature/spaces',
      title: 'signs values with their spaces',
      steps: [
        send({ fields: spaced }, SENT),
        send({ number: 'b', fields: spaced, sign: 'values-trimmed' }, refused),
      ],
    },
  ];
}

const WRITTEN_FORMS: readonly (readonly [WireForm, string])[] = [
  ['text', 'text with entities'],
  ['plain', 'an element a line'],
  ['indented', 'indentation and CRLF'],
  ['declaration', 'an XML declaration'],
  ['other-root', 'another root than <xml>'],
  ['reverse-order', 'the sign first and the fields in another order'],
  ['numeric-entities', 'numeric entities'],
  ['split-sections', 'several CDATA sections in a value'],
  ['section-and-text', 'CDATA and text in one value'],
  ['trailing-newline', 'a line break at the end'],
];

function writtenCase(form: WireForm, what: string): CaseDraft {
  return {
    id: `sendredpack/xml/${form}`,
    title: `reads ${what}`,
    source: 'clients, on the way in 2',
    certainty: 'observed',
    steps: [send({ form, user: 'b', fields: { wishing: '恭喜 & 发财 <1>' } }, SENT)],
  };
}

const UNREADABLE_FORMS: readonly (readonly [WireForm, string, 'observed' | 'assumed'])[] = [
  ['empty', 'an empty body', 'observed'],
  ['blank-only', 'a body of blanks', 'assumed'],
  ['form-encoded', 'a form', 'observed'],
  ['json', 'JSON', 'observed'],
  ['text-only', 'XML without fields', 'assumed'],
  ['unclosed', 'XML without its end', 'observed'],
  ['cut-off', 'XML that was cut off', 'observed'],
  ['two-roots', 'two documents', 'observed'],
  ['unescaped', 'a bare &', 'observed'],
  ['unescaped-less-than', 'a bare <', 'observed'],
  ['section-end-in-text', ']]> in text', 'observed'],
  ['control-character', 'a control character', 'observed'],
  ['undeclared-entity', 'an entity that XML does not have', 'observed'],
  ['nested', 'elements inside a field', 'assumed'],
  ['duplicate-field', 'a field that comes twice', 'assumed'],
  ['doctype', 'a DOCTYPE', 'assumed'],
  ['external-entity', 'an external entity', 'assumed'],
];

function unreadableCases(
  edition: Edition,
  form: WireForm,
  what: string,
  certainty: 'observed' | 'assumed',
): CaseDraft[] {
  const accept = refusedWith(edition, 'XML_ERROR');
  const draft = (endpoint: EndpointName): CaseDraft => ({
    id: `${endpoint}/xml/${form}`,
    title: `refuses ${what}`,
    source: 'E8, §8 no. 21',
    certainty,
    steps: [{ call: endpoint, form, accept: [accept] }],
  });
  const both = form === 'empty' || form === 'cut-off';
  return both ? [draft('sendredpack'), draft('gethbinfo')] : [draft('sendredpack')];
}

function encodingCases(edition: Edition): CaseDraft[] {
  return [
    {
      id: 'sendredpack/xml/not-utf-8',
      title: 'refuses a body that is not UTF-8',
      source: '§8 no. 12',
      certainty: 'documented',
      steps: [
        send(
          { form: 'gbk' },
          refusedWith(edition, 'SIGN_ERROR'),
          refusedWith(edition, 'XML_ERROR'),
        ),
      ],
    },
    {
      id: 'sendredpack/xml/oversize',
      title: 'refuses a body of more than 64 KiB at the front',
      source: 'a front server of its kind',
      certainty: 'assumed',
      steps: [
        send(
          { form: 'oversize' },
          { answer: 'page', status: 413 },
          refusedWith(edition, 'XML_ERROR'),
          {
            answer: 'nothing',
          },
        ),
        query({}, NOT_FOUND),
      ],
    },
  ];
}

function platformCertificate(edition: Edition): CaseDraft {
  return {
    id: 'sendredpack/certificate/in-force',
    title: 'refuses a certificate that has expired on the platform, in words of its own',
    source: 'E5',
    certainty: 'observed',
    needs: { merchant: { certificate: 'expired' } },
    steps: [send({}, refusedWith(edition, 'CA_ERROR', 'expired'))],
  };
}

function untrustedCertificate(endpoint: EndpointName): CaseDraft {
  return {
    id: `${endpoint}/certificate/trusted`,
    title: 'shows a page to a certificate of another authority',
    source: 'E67, E68',
    certainty: 'observed',
    steps: [
      {
        call: endpoint,
        certificate: 'untrusted',
        accept: [{ answer: 'page', status: 400 }, { answer: 'nothing' }],
      },
    ],
  };
}
