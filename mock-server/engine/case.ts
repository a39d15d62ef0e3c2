/** One request before the engine, and what can come of it. */
import type { EndpointName, Fields, Refusal, RefusalContext } from '../../contracts/index.ts';
import type { Tenant } from '../tenant.ts';
import type { Order } from './facts.ts';

/** What was decided. `repeated`: the stored answer of a number that was paid before. */
export type Decision =
  | { readonly kind: 'sent' | 'repeated' | 'found'; readonly order: Order; readonly why: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly paid: boolean };

/** One request, ready to be decided. `early` is what the contract's own checks have against it. */
export interface Case {
  readonly tenant: Tenant;
  readonly endpoint: EndpointName;
  readonly fields: Fields;
  readonly early: Refusal | undefined;
  readonly callerIp: string;
  readonly nowMs: number;
}

/** What the request meets by itself, before any rule of the scenario. */
export type Verdict =
  | { readonly kind: 'payable' }
  | { readonly kind: 'repeated'; readonly order: Order }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export function contextOf({ tenant, endpoint }: Case): RefusalContext {
  return { edition: tenant.edition, endpoint, switches: tenant.switches };
}
