/** What is refused before anything is dialled. */
import type { Violation } from './order-check.ts';
import type { Refused } from './outcome.ts';

export function invalid(violations: readonly Violation[], mch_billno: string | undefined): Refused {
  const lines = violations.map(
    ({ field, rule, got, expected }) => `${field} (${rule}): got ${got}, expected ${expected}`,
  );
  return {
    kind: 'refused',
    mch_billno,
    by: 'checks',
    code: 'ORDER_INVALID',
    message: lines.join('; '),
    advice: 'fix',
    numberFree: true,
    violations,
  };
}

export function nameless(): Refused {
  return {
    kind: 'refused',
    mch_billno: undefined,
    by: 'checks',
    code: 'PAYMENT_WITHOUT_NAME',
    message:
      'a payment that is to be paid once needs a name: give settle an id of your own, or the order a mch_billno',
    advice: 'fix',
    numberFree: true,
  };
}
