/** One known way in which a request can be wrong. */
import type { Provenance } from '../types.ts';
import type { Acceptable, MerchantNeeds, Overrides, ShownCertificate } from './server-case.ts';
import type { Signing } from './signings.ts';

/** One way of being wrong. `variants` are all as wrong as the first, and meet the same answer. */
export interface Fault extends Provenance {
  /** `sendredpack/fields/act_name/max-bytes` */
  readonly clause: string;
  readonly title: string;
  /** Place in the order of checks: of two faults the smaller answers. */
  readonly at: number;
  /** What it changes: two faults that change the same thing are no pair. */
  readonly subject: string;
  readonly variants: readonly [Variant, ...Variant[]];
  readonly accept: readonly Acceptable[];
  readonly merchant?: MerchantNeeds;
}

export interface Variant {
  readonly fields?: Overrides;
  readonly sign?: Signing;
  readonly certificate?: ShownCertificate;
}
