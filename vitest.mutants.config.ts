import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/**
 * What Stryker runs (stryker.config.mjs): the tests that judge contracts/ and mock-server/engine/ within this process, by the part
 * that is mutated. Every further test is run for every mutant that survives, so each part has those that know it.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  engine: [
    'test/mock-server/engine/*.test.ts',
    'test/mutants/sound-servers.test.ts',
    'test/conformance/captures.test.ts',
    'test/properties/ledger.test.ts',
  ],
  wire: ['test/contracts/*.test.ts', 'test/contracts/wire/*.test.ts', 'test/properties/sign.test.ts'],
  checks: ['test/contracts/checks/*.test.ts', 'test/mutants/*servers.test.ts'],
};

export default defineConfig({
  resolve: base.resolve,
  test: {
    include: [...(PARTS[process.env.REDPACK_MUTANTS ?? ''] ?? Object.values(PARTS).flat())],
    // They start servers, or take minutes.
    exclude: ['test/contracts/checks/{coverage-scenarios,generated}.test.ts'],
    env: { REDPACK_INSTRUMENTED: '1' },
    isolate: false,
    testTimeout: 30_000,
  },
});
