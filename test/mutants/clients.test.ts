/** Broken clients, each caught by the rule that names it; and the careful one, which is caught by none. */
import { describe, expect, it } from 'vitest';
import { audit, type Finding } from '../../contracts/index.ts';
import { openCertificates } from '../../mock-server/bundle.ts';
import { MERCHANT } from '../support/in-process.ts';
import { useLab } from '../support/server.ts';
import { CAREFUL, type Habits, payOut } from './client.ts';
import { MUTANTS, type Mutant, ONE } from './mutants.ts';

const lab = useLab();

/** What the audit finds when such a client has paid the orders under the mutant's scenario. */
async function findingsOf(mutant: Mutant, habits: Habits, certificate?: Mutant['certificate']) {
  const { merchant: changes, ...scenario } = mutant.scenario;
  const server = await lab.start({
    scenario: { title: mutant.name, merchants: [{ ...MERCHANT, ...changes }], ...scenario },
  });
  const { merchant, url, ca } = server;
  const bundles = await openCertificates({ dir: lab.certDir });
  const own = await bundles.bundle(certificate === 'other' ? '888' : merchant.mchId);
  const account = {
    url,
    ca,
    mchId: merchant.mchId,
    key: merchant.key,
    appid: merchant.appid,
    ...(certificate === 'none' ? {} : { cert: own.cert, certKey: own.key }),
  };
  await payOut(account, mutant.orders ?? ONE, habits);
  await server.stop();
  const entries = server.journal.entries();
  expect(entries.length).toBeGreaterThan(0);
  return audit(entries);
}

const rulesOf = (findings: readonly Finding[]) =>
  [...new Set(findings.map(({ rule }) => rule))].sort();

describe('a client that', () => {
  it.concurrent.each(MUTANTS)('$name is caught by $rule', async (mutant) => {
    const habits = { ...CAREFUL, ...mutant.change };
    const findings = await findingsOf(mutant, habits, mutant.certificate);
    expect(rulesOf(findings)).toEqual([mutant.rule, ...(mutant.also ?? [])].sort());
    const lostFen = findings.map((finding) => finding.lostFen ?? 0).reduce((a, b) => a + b, 0);
    expect(lostFen).toBe(mutant.lostFen ?? 0);
  });
});

describe('the careful client is caught by nothing', () => {
  it.concurrent.each(MUTANTS)('where one that $name is', async (mutant) => {
    expect(await findingsOf(mutant, CAREFUL)).toEqual([]);
  });
});
