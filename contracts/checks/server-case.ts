/**
 * A conformance case as data: what it needs, what is asked, and which answers are acceptable. Nothing here calls anybody; `verify.ts`
 * plays cases against a server, whoever made it.
 */
import type { CodeName } from '../tables/codes.ts';
import type { LimitName } from '../tables/limits.ts';
import type { OrderState } from '../tables/reply-fields.ts';
import type { Certainty, Edition, EndpointName, Provenance } from '../types.ts';
import type { Signing } from './signings.ts';
import type { WireForm } from './wire-forms.ts';

/** What the caller shows at the handshake. `other`: another merchant's; `untrusted`: of a root that the server does not know. */
export type ShownCertificate = 'own' | 'other' | 'none' | 'untrusted';

/** Left out: as an ordinary merchant is, with the edition's limits and more money than a case spends. */
export interface MerchantNeeds {
  readonly balanceFen?: number;
  readonly limits?: Partial<Readonly<Record<LimitName, number | null>>>;
  readonly role?: 'provider';
  readonly certificate?: 'expired';
  readonly productOpened?: false;
  readonly apiSending?: 'closed';
  readonly account?: 'frozen';
  readonly mobileAppids?: readonly string[];
  readonly scenes?: readonly string[];
  readonly allowedIps?: readonly string[];
  readonly openids?: Readonly<Record<string, readonly string[]>>;
  /** By the labels that the steps use for users. */
  readonly riskyUsers?: readonly string[];
  readonly subMerchants?: readonly string[];
  readonly msgappids?: readonly string[];
}

/** The next `times` calls of the endpoint meet this code; where the money moved, they are paid all the same. */
export interface FaultNeed {
  readonly endpoint: EndpointName;
  readonly code: CodeName;
  readonly wording?: string;
  readonly money: 'moved' | 'not-moved';
  readonly times: number;
}

/** What the server must be like before the first step; empty: as it is. */
export interface Needs {
  readonly merchant?: MerchantNeeds;
  /** The server's clock stands at this instant: ISO 8601 with its zone. */
  readonly at?: string;
  readonly fault?: FaultNeed;
}

/** Fields that differ from the edition's sample request; null leaves one out. */
export type Overrides = Readonly<Record<string, string | null>>;

export interface CallStep {
  readonly call: EndpointName;
  /** Label of the order number: the same label is the same number. Default `a`. */
  readonly number?: string;
  /** How the number is written: `longest` has as many bytes as may be. Default: in lower case. */
  readonly written?: 'upper-case' | 'longest';
  /** Label of the user; `each`: another one each time. Default `a`. */
  readonly user?: string;
  readonly fields?: Overrides;
  readonly sign?: Signing;
  readonly form?: WireForm;
  readonly certificate?: ShownCertificate;
  /** So often one after the other, each with a number of its own. Default 1. */
  readonly times?: number;
  /** So often at once, all alike. Default 1. */
  readonly atOnce?: number;
  readonly accept: readonly Acceptable[];
}

export type CaseStep =
  | CallStep
  | { readonly advanceMs: number }
  | { readonly topUpFen: number }
  /** The user opens the packet of this number's label. */
  | { readonly claim: string };

/** One acceptable answer. */
export type Acceptable =
  | {
      readonly answer: 'sent';
      /** What else it says; null: the element is absent. */
      readonly fields?: Overrides;
    }
  | {
      readonly answer: 'refused';
      readonly code: CodeName;
      /** err_code_des is one of these; left out: any. */
      readonly messages?: readonly string[];
    }
  | {
      readonly answer: 'found';
      readonly state: OrderState;
      /** What else it says; null: the element is absent. */
      readonly fields?: Overrides;
    }
  /** A page of the front server's. */
  | { readonly answer: 'page'; readonly status: number }
  /** The connection is refused. */
  | { readonly answer: 'nothing' };

export interface ServerCase extends Provenance {
  /** The rule it is named after: `sendredpack/fields/act_name/max-bytes`. */
  readonly id: string;
  /** A sentence in the present tense. */
  readonly title: string;
  readonly edition: Edition;
  readonly movesMoney: boolean;
  readonly needs: Needs;
  readonly steps: readonly CaseStep[];
}

/** A case before what can be read off its steps. */
export interface CaseDraft extends Provenance {
  readonly id: string;
  readonly title: string;
  readonly needs?: Needs;
  readonly steps: readonly CaseStep[];
}

export function caseOf(edition: Edition, draft: CaseDraft): ServerCase {
  const { id, title, source, certainty, needs = {}, steps } = draft;
  const movesMoney = needs.fault?.money === 'moved' || steps.some(mayPay);
  return { id, title, source, certainty, edition, movesMoney, needs, steps };
}

function mayPay(step: CaseStep): boolean {
  return 'call' in step && step.accept.some((each) => each.answer === 'sent');
}

/** Noon in Beijing on a Saturday: open in every edition. */
export const NOON = '2026-01-31T12:00:00+08:00';

export const SENT: Acceptable = { answer: 'sent' };
export const NOT_FOUND: Acceptable = { answer: 'refused', code: 'NOT_FOUND' };

export function found(state: OrderState, fields: Overrides = {}): Acceptable {
  return { answer: 'found', state, fields };
}

export function send(step: Omit<CallStep, 'call' | 'accept'>, ...accept: Acceptable[]): CallStep {
  return { call: 'sendredpack', ...step, accept };
}

export function query(step: Omit<CallStep, 'call' | 'accept'>, ...accept: Acceptable[]): CallStep {
  return { call: 'gethbinfo', ...step, accept };
}

const SURENESS: readonly Certainty[] = ['documented', 'observed', 'assumed'];

/** The weaker of two: a rule is as sure as the weakest thing that it stands on. */
export function weaker(one: Certainty, other: Certainty): Certainty {
  return SURENESS.indexOf(one) > SURENESS.indexOf(other) ? one : other;
}

/** Does somebody who insists on `strict` insist on a rule of this certainty? */
export function binds(certainty: Certainty, strict: Certainty): boolean {
  return SURENESS.indexOf(certainty) <= SURENESS.indexOf(strict);
}
