/**
 * Does what is due by the clock: sends, refunds, fails. In the order of the instants at which it is due, each change at its own, also
 * between merchants that are settled together because they go by one clock.
 */
import { changeOrder } from './books.ts';
import { mchIdOfKey } from './engine/facts.ts';
import { catchUp } from './engine/lifecycle.ts';
import { Agenda } from './store/agenda.ts';
import type { Store } from './store/store.ts';
import type { Tenant } from './tenant.ts';

export interface Settler {
  /** Every call of the merchant does it first. @returns undefined when nothing is due */
  settleDue(tenant: Tenant): Promise<void> | undefined;
  /** What is due to all of them, in one order. */
  settleAll(tenants: readonly Tenant[]): Promise<void>;
}

export function createSettler(store: Store): Settler {
  // One after the other: a due key is handed out once, so who comes second waits until the first is through.
  const turns = new Map<string, Promise<void>>();

  const settleAll = (tenants: readonly Tenant[]): Promise<void> => {
    const mchIds = tenants.map(({ facts }) => facts.mchId);
    const before = mchIds.map((mchId) => turns.get(mchId));
    const turn = Promise.allSettled(before)
      .then(() => settle(store, tenants))
      .finally(() => {
        for (const mchId of mchIds) if (turns.get(mchId) === turn) turns.delete(mchId);
      });
    for (const mchId of mchIds) turns.set(mchId, turn);
    return turn;
  };

  return {
    settleAll,
    settleDue(tenant) {
      const { mchId } = tenant.facts;
      const idle = store.idleUntilMs(mchId) > tenant.clock.nowMs();
      return idle && !turns.has(mchId) ? undefined : settleAll([tenant]);
    },
  };
}

async function settle(store: Store, tenants: readonly Tenant[]): Promise<void> {
  const byMchId = new Map(tenants.map((tenant) => [tenant.facts.mchId, tenant]));
  const agenda = new Agenda();
  const gather = async ({ facts, clock }: Tenant): Promise<void> => {
    for (const due of await store.due(facts.mchId, clock.nowMs())) agenda.add(due);
  };
  for (;;) {
    for (const tenant of tenants) await gather(tenant);
    let next = agenda.takeFirst();
    if (!next) return;
    for (; next; next = agenda.takeFirst()) {
      const { key, atMs } = next;
      const tenant = byMchId.get(mchIdOfKey(key));
      if (!tenant) continue;
      const order = await changeOrder(store, tenant, key, (held) => catchUp(held, atMs));
      // What becomes due by this has its place before what is due later.
      const again = order && order.nextAtMs !== null && order.nextAtMs <= tenant.clock.nowMs();
      if (again) await gather(tenant);
    }
  }
}
