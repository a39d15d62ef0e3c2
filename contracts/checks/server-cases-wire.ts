/** Cases about what carries the request: signature, XML, encoding, certificate. */
import { type Edition, ENDPOINTS, type EndpointName } from '../types.ts';
import { type CaseDraft, NOT_FOUND, query, SENT, send } from './server-case.ts';
import type { WireForm } from './wire-forms.ts';
import { refusedWith } from './wordings.ts';

export function wireCases(edition: Edition): CaseDraft[] {
  return [
    ...signatureCases(edition),
    ...WRITTEN_FORMS.map((row) => writtenCase(...row)),
    ...UNREADABLE_FORMS.flatMap((row) => unreadableCases(edition, ...row)),
    ...encodingCases(edition),
    platformCertificate(edition),
    ...ENDPOINTS.map(untrustedCertificate),
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
