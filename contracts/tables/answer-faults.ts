/**
 * What can befall an answer on its way, by name, and what it leaves a client to know. `nothing`: no answer, or none that may be
 * believed. `perhaps`: an answer that a good reader reads, late or in another form. `refusal`: a refusal with an unknown code.
 */
import type { Provenance } from '../types.ts';

export interface AnswerFaultRow extends Provenance {
  readonly name: string;
  readonly title: string;
  readonly leaves: 'nothing' | 'page' | 'refusal' | 'perhaps';
}

const E22: Provenance = { source: 'E22', certainty: 'documented' };
const OURS: Provenance = { source: '§8', certainty: 'assumed' };

export const ANSWER_FAULTS = [
  { ...E22, name: 'drop', title: 'the connection is cut', leaves: 'nothing' },
  { ...E22, name: 'never-answer', title: 'no answer ever', leaves: 'nothing' },
  { ...E22, name: 'delay', title: 'the answer comes late', leaves: 'perhaps' },
  { ...OURS, name: 'drip', title: 'the body comes slowly', leaves: 'perhaps' },
  { ...E22, name: 'page', title: "a gateway's page", leaves: 'page' },
  { ...OURS, name: 'redirect', title: 'a redirect', leaves: 'nothing' },
  { ...E22, name: 'truncate', title: 'the document ends early', leaves: 'nothing' },
  { ...E22, name: 'malformed', title: 'XML that is not well-formed', leaves: 'nothing' },
  { ...OURS, name: 'encoding', title: 'GBK, a byte order mark, a declaration', leaves: 'perhaps' },
  { ...OURS, name: 'gzip', title: 'a compressed body', leaves: 'perhaps' },
  { ...OURS, name: 'chunked', title: 'small chunks', leaves: 'perhaps' },
  { ...OURS, name: 'content-type', title: 'another content type', leaves: 'perhaps' },
  { ...OURS, name: 'huge', title: 'a huge element', leaves: 'perhaps' },
  {
    name: 'external-entity',
    title: 'a DOCTYPE with an external entity',
    leaves: 'nothing',
    source: 'E97',
    certainty: 'documented',
  },
  {
    name: 'entity-bomb',
    title: 'a DOCTYPE that expands into gigabytes',
    leaves: 'nothing',
    source: 'E97',
    certainty: 'documented',
  },
  {
    name: 'sign',
    title: 'another sign than is usual',
    leaves: 'perhaps',
    source: 'E30',
    certainty: 'observed',
  },
  { ...OURS, name: 'other-order', title: "an answer to another's order", leaves: 'nothing' },
  { ...OURS, name: 'wrong-echo', title: 'an answer that echoes something else', leaves: 'nothing' },
  { ...E22, name: 'err-code', title: 'a code that no table has', leaves: 'refusal' },
  { ...E22, name: 'unknown-fields', title: 'new elements', leaves: 'perhaps' },
  { ...E22, name: 'reordered', title: 'elements in another order', leaves: 'perhaps' },
  {
    name: 'hblist',
    title: 'a list of receipts of any length',
    leaves: 'perhaps',
    source: 'E96',
    certainty: 'observed',
  },
] as const satisfies readonly AnswerFaultRow[];
