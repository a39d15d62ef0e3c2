import { describe, expect, it } from 'vitest';
import {
  type AuditEntry,
  checkRequirement,
  clausesOf,
  coverage,
  EDITIONS,
  parseRequirement,
} from '../../../contracts/index.ts';
import { openCertificates, scenarioNames } from '../../../mock-server/index.ts';
import { loadScenario } from '../../../mock-server/scenario/load.ts';
import { playScenario } from '../../scenarios/play.ts';
import { useLab } from '../../support/server.ts';

const lab = useLab();

const requirement = (text: string) => {
  const result = parseRequirement(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
};

describe('the built-in scenarios', () => {
  const names = scenarioNames().filter((name) => /^(codes|limits|faults)\//.test(name));

  it('reach every code and every fault, and name no rule that the table of rules does not have', {
    timeout: 120_000,
  }, async () => {
    const certificates = await openCertificates({ dir: lab.certDir });
    const entries = new Map(EDITIONS.map((edition) => [edition, [] as AuditEntry[]]));
    let sequence = 0;
    for (const name of names) {
      const { journal } = await playScenario(name, { certificates });
      const { edition } = loadScenario(name);
      for (const entry of journal.entries()) {
        entries.get(edition)?.push({ ...entry, sequence: ++sequence });
      }
    }
    for (const edition of EDITIONS) {
      const seen = coverage(entries.get(edition) ?? [], edition);
      expect(checkRequirement(seen, requirement('codes=all')).missing).toEqual([]);
      const ofCurrent =
        edition === 'current' ? requirement('faults=all') : requirement('faults=0%');
      expect(checkRequirement(seen, ofCurrent).met).toBe(true);
      const known = new Set(clausesOf(edition).map((clause) => clause.name));
      const met = new Set(entries.get(edition)?.map(({ clause }) => clause));
      const strangers = [...met].filter(
        (clause) => clause && !clause.includes('/scenario/') && !known.has(clause),
      );
      expect(strangers).toEqual([]);
    }
  });
});
