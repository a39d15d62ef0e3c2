import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What Stryker runs (stryker.config.mjs): the tests that judge contracts/ and mock-server/engine/ within this process. */
export default defineConfig({
  resolve: base.resolve,
  test: {
    include: [
      'test/contracts/**/*.test.ts',
      'test/mock-server/engine/*.test.ts',
      'test/conformance/captures.test.ts',
      'test/properties/{ledger,sign}.test.ts',
      'test/mutants/servers.test.ts',
    ],
    exclude: ['test/contracts/checks/{coverage,generated}.test.ts'],
    env: { REDPACK_INSTRUMENTED: '1' },
    isolate: false,
    testTimeout: 30_000,
  },
});
