/** Broken clients, each caught by the rule that names it; the careful one, and the package's own, are caught by none. */
import { describe, expect, it } from 'vitest';
import { createRedpackClient } from '../../client/index.ts';
import { audit, type Finding } from '../../contracts/index.ts';
import { openCertificates } from '../../mock-server/certificates/bundle.ts';
import type { MockServer } from '../../mock-server/serve.ts';
import { MERCHANT } from '../support/in-process.ts';
import { useLab } from '../support/server.ts';
import { CAREFUL, type Habits, payOut } from './client.ts';
import { MUTANTS, type Mutant, ONE } from './mutants.ts';

const lab = useLab();

/** What the audit finds in what a client did under the mutant's scenario. */
async function findingsOf(mutant: Mutant, pay: (server: MockServer) => Promise<void>) {
  const { merchant, ...scenario } = mutant.scenario;
  const server = await lab.start({
    scenario: { title: mutant.name, merchants: [{ ...MERCHANT, ...merchant }], ...scenario },
  });
  await pay(server);
  await server.stop();
  const entries = server.journal.entries();
  expect(entries.length).toBeGreaterThan(0);
  return audit(entries);
}

function payWith({ orders = ONE }: Mutant, habits: Habits, certificate?: Mutant['certificate']) {
  return async ({ merchant, url, ca }: MockServer) => {
    const { mchId, key, appid } = merchant;
    const bundles = await openCertificates({ dir: lab.certDir });
    const { cert, key: certKey } = await bundles.bundle(certificate === 'other' ? '888' : mchId);
    const identity = certificate === 'none' ? {} : { cert, certKey };
    await payOut({ url, ca, mchId, key, appid, ...identity }, orders, habits);
  };
}

/** The package's own client gives up sooner than it would, so that a test ends. */
function payWithOurs({ orders = ONE }: Mutant) {
  return async ({ merchant, url, ca }: MockServer) => {
    const { mchId, key, appid, certificates } = merchant;
    const { dir } = certificates;
    const numbersDir = lab.certDir;
    const client = createRedpackClient({
      ...{ mchId, key, appid, ca, baseUrl: url, certificate: { dir }, numbersDir },
      retry: { deadlineMs: 5_000 },
      timeoutMs: 2_000,
    });
    for (const [index, { openid, amountFen, wishing }] of orders.entries()) {
      await client.settle(
        {
          re_openid: openid,
          total_amount: amountFen,
          send_name: '天虹百货',
          wishing: wishing ?? '恭喜发财',
          act_name: '猜灯谜',
          remark: '猜越多得越多',
          client_ip: '192.168.0.1',
        },
        { id: `invoice ${index}` },
      );
    }
    await client.close();
  };
}

const rulesOf = (findings: readonly Finding[]) =>
  [...new Set(findings.map(({ rule }) => rule))].sort();

describe('a client that', () => {
  it.concurrent.each(MUTANTS)('$name is caught by $rule', async (mutant) => {
    const habits = { ...CAREFUL, ...mutant.change };
    const findings = await findingsOf(mutant, payWith(mutant, habits, mutant.certificate));
    expect(rulesOf(findings)).toEqual([mutant.rule, ...(mutant.also ?? [])].sort());
    const lostFen = findings.map((finding) => finding.lostFen ?? 0).reduce((a, b) => a + b, 0);
    expect(lostFen).toBe(mutant.lostFen ?? 0);
  });
});

describe('the careful client is caught by nothing', () => {
  it.concurrent.each(MUTANTS)('where one that $name is', async (mutant) => {
    expect(await findingsOf(mutant, payWith(mutant, CAREFUL))).toEqual([]);
  });
});

describe("the package's own client is caught by nothing", () => {
  const tempting = MUTANTS.filter(
    ({ scenario, orders }) => scenario.rules ?? scenario.merchant ?? orders,
  );

  it.concurrent.each(tempting)('where one that $name is', async (mutant) => {
    expect(await findingsOf(mutant, payWithOurs(mutant))).toEqual([]);
  });
});
