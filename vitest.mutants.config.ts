import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PARTS } from './test/mutation/parts.mjs';
import base from './vitest.config.ts';

const part = process.env.REDPACK_MUTANTS as keyof typeof PARTS | undefined;

/** What takes longest comes last: the first test that fails has killed the mutant. */
const SLOW = ['sign-doctor', 'audit-ledger', 'properties/', 'sound-servers', '/servers'];

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      SLOW.findIndex((name) => moduleId.includes(name));
    return files.sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** What Stryker runs (stryker.config.mjs). */
export default defineConfig({
  resolve: base.resolve ?? {},
  test: {
    include: PARTS[part ?? 'engine'].tests,
    env: { REDPACK_INSTRUMENTED: '1' },
    setupFiles: ['test/mutation/fresh.ts'],
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 30_000,
  },
});
