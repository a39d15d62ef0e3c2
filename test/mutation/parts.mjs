/**
 * What is mutated, and the tests that judge it, part by part: for a mutant that survives every test runs that reaches it, so each
 * part has those that are about it. None starts a server or a process.
 */
export const PARTS = {
  engine: {
    mutate: ['mock-server/engine/*.ts'],
    tests: [
      'test/mock-server/engine/*.test.ts',
      'test/mutants/sound-servers.test.ts',
      'test/conformance/captures.test.ts',
      'test/properties/ledger.test.ts',
    ],
  },
  contract: {
    mutate: ['contracts/*.ts', 'contracts/tables/*.ts', 'contracts/wire/*.ts'],
    tests: [
      'test/contracts/*.test.ts',
      'test/contracts/wire/*.test.ts',
      'test/contracts/checks/coverage.test.ts',
      'test/properties/{sign,xml}.test.ts',
    ],
  },
  checks: {
    mutate: ['contracts/checks/*.ts'],
    tests: ['test/contracts/checks/*.test.ts', 'test/mutants/*servers.test.ts'],
  },
};
