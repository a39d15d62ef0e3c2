/** What a case needs, as a scenario file says it: how a mock is made so. */

import { NOON } from '../../contracts/checks/server-case.ts';
import type { Arrangement } from '../../contracts/checks/server-target.ts';
import type { Edition } from '../../contracts/core.ts';

/** A scenario as data; its merchant has no key in it. */
export interface CaseScenario {
  readonly title: string;
  readonly edition: Edition;
  readonly clock: { readonly mode: 'frozen'; readonly at: string };
  readonly merchants: readonly [object];
  readonly rules: readonly object[];
}

/** More than any case spends, but for those that say what they have. */
const AMPLE_FEN = 1_000_000_000;

/** @param merchant whose requests are sent */
export function caseScenario(
  { edition, needs, riskyOpenids }: Arrangement,
  { mchId, appid }: { readonly mchId: string; readonly appid: string },
): CaseScenario {
  const { fault, at = NOON } = needs;
  // Users are known by labels there; here by what the labels stand for.
  const { riskyUsers: _, ...merchant } = needs.merchant ?? {};
  const own = { mch_id: mchId, appids: [appid], balanceFen: AMPLE_FEN, riskyOpenids };
  const rule = fault && {
    when: { endpoint: fault.endpoint, first: fault.times },
    // biome-ignore lint/suspicious/noThenProperty: so it is called in scenarios, and nobody awaits it
    then: {
      code: fault.code,
      ...(fault.wording === undefined ? {} : { wording: fault.wording }),
      money: fault.money,
    },
  };
  return {
    title: 'a case of redpack verify',
    edition,
    clock: { mode: 'frozen', at },
    merchants: [{ ...own, ...merchant }],
    rules: rule ? [rule] : [],
  };
}
