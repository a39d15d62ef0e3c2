import { defineConfig } from 'vitest/config';
import { PARTS } from './test/mutation/parts.mjs';
import base from './vitest.config.ts';

const part = process.env.REDPACK_MUTANTS as keyof typeof PARTS | undefined;

/** What Stryker runs (stryker.config.mjs). */
export default defineConfig({
  resolve: base.resolve ?? {},
  test: {
    include: PARTS[part ?? 'engine'].tests,
    exclude: ['test/contracts/checks/{coverage-scenarios,generated}.test.ts'],
    env: { REDPACK_INSTRUMENTED: '1' },
    isolate: false,
    testTimeout: 30_000,
  },
});
