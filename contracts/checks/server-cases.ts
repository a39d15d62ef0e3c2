/** Every conformance case of an edition: what a server must answer to be taken for the real one. */
import type { Edition } from '../types.ts';
import { type CaseDraft, caseOf, type ServerCase } from './server-case.ts';
import { codeCases } from './server-cases-codes.ts';
import { merchantCases } from './server-cases-merchant.ts';
import { moneyCases } from './server-cases-money.ts';
import { orderCases } from './server-cases-orders.ts';
import { quotaCases } from './server-cases-quotas.ts';
import { requestCases } from './server-cases-requests.ts';
import { wireCases } from './server-cases-wire.ts';

/** The cases by what they are about: requests first, then orders and money, what the merchant may, quotas, every code. */
const GROUPS = {
  requests: requestCases,
  wire: wireCases,
  orders: orderCases,
  money: moneyCases,
  merchant: merchantCases,
  quotas: quotaCases,
  codes: codeCases,
} as const satisfies Readonly<Record<string, (edition: Edition) => CaseDraft[]>>;

export type CaseGroup = keyof typeof GROUPS;
export const CASE_GROUPS = Object.keys(GROUPS) as readonly CaseGroup[];

/** @param groups only the cases of these */
export function serverCases(
  edition: Edition,
  groups: readonly CaseGroup[] = CASE_GROUPS,
): readonly ServerCase[] {
  return groups.flatMap((group) => GROUPS[group](edition)).map((draft) => caseOf(edition, draft));
}
