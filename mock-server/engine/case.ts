/** One request before the engine, and what can come of it. */
import type { Fields, Refusal, RefusalContext } from '../../contracts/core.ts';
import type { Tenant } from '../tenant.ts';
import type { Account, Order, Read, Windows } from './facts.ts';
import type { Injection } from './inject.ts';
import type { Blow } from './strike.ts';

/** What was decided. `repeated`: the stored answer of a number that was paid before. `blow`: what befalls the answer. */
export type Decision = { readonly blow?: Blow } & (
  | { readonly kind: 'sent' | 'repeated' | 'found'; readonly order: Order; readonly why: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly paid: boolean }
);

/** Nothing was decided yet: the rule that strikes wants the call to wait first, and then to come again with its injection. */
export interface Held {
  readonly kind: 'held';
  readonly waitMs: number;
  readonly injection: Injection;
}

/** One request, ready to be decided. `early` is what the contract's own checks have against it. */
export interface Case extends RefusalContext {
  readonly tenant: Tenant;
  readonly fields: Fields;
  readonly early: Refusal | undefined;
  readonly callerIp: string;
  readonly nowMs: number;
  /** It was held by this rule, and counted, before. */
  readonly heldBy?: Injection;
}

/** A case before its facts: built once, handed to every check. */
export interface Situation extends Case {
  /** Where the order of the number is kept, or will be. */
  readonly numberKey: string;
  readonly windows: Windows;
  readonly read: Read;
  readonly account: Account;
  /** What is stored under the number. */
  readonly order: Order | undefined;
  /** The rule of the scenario that strikes. */
  readonly injection: Injection | undefined;
}

/** What the request meets by itself, before any rule of the scenario. */
export type Verdict =
  | { readonly kind: 'payable' }
  | { readonly kind: 'repeated'; readonly order: Order }
  | { readonly kind: 'refused'; readonly refusal: Refusal };
