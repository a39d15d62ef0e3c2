/** Every conformance case of an edition: what a server must answer to be taken for the real one. */
import type { Edition } from '../types.ts';
import { caseOf, type ServerCase } from './server-case.ts';
import { codeCases } from './server-cases-codes.ts';
import { merchantCases } from './server-cases-merchant.ts';
import { moneyCases } from './server-cases-money.ts';
import { orderCases } from './server-cases-orders.ts';
import { quotaCases } from './server-cases-quotas.ts';
import { requestCases } from './server-cases-requests.ts';
import { wireCases } from './server-cases-wire.ts';

/** Requests first, then orders and money, then what the merchant may, then quotas, then every code. */
export function serverCases(edition: Edition): readonly ServerCase[] {
  return [
    ...requestCases(edition),
    ...wireCases(edition),
    ...orderCases(edition),
    ...moneyCases(edition),
    ...merchantCases(edition),
    ...quotaCases(edition),
    ...codeCases(edition),
  ].map((draft) => caseOf(edition, draft));
}
