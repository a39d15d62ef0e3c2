import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { PARTS } from './test/mutation/parts.mjs';
import base from './vitest.config.ts';

/** What takes longest comes last: the first test that fails has killed the mutant. */
const SLOW = [
  'sign-doctor-answer',
  'sign-doctor-search',
  'sign-doctor.test',
  'audit-ledger',
  'properties/',
  'sound-servers',
  '/servers',
];

class QuickFirst extends BaseSequencer {
  async sort(files) {
    const rank = ({ moduleId }) => SLOW.findIndex((name) => moduleId.includes(name));
    return files.sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** What Stryker runs (stryker.config.mjs). */
export default defineConfig({
  resolve: base.resolve,
  test: {
    include: PARTS[process.env.REDPACK_MUTANTS ?? 'engine'].tests,
    env: { REDPACK_INSTRUMENTED: '1' },
    setupFiles: ['test/mutation/fresh.ts'],
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 30_000,
  },
});
