/**
 * Mutation testing of the contract and of the engine: `npm run mutants`, or one part of it: `npm run mutants engine`.
 * The parts (test/mutation/run.mjs) differ in what is mutated and in the tests that judge it.
 */
import { PARTS } from './test/mutation/parts.mjs';

const part = process.env.REDPACK_MUTANTS ?? 'engine';

export default {
  mutate: PARTS[part].mutate,
  testRunner: 'kept-vitest',
  vitest: { configFile: 'vitest.mutants.config.mjs', related: false },
  plugins: ['./test/mutation/runner.mjs', './test/mutation/wording.mjs'],
  ignorers: ['wording'],
  coverageAnalysis: 'perTest',
  // What is evaluated when a module is loaded, the rows of tables above all, belongs to no test: every test of the part runs for
  // each such mutant, 5 to 20 s instead of a tenth. The rows have tests of their own that compare them with the documentation.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `reports/mutants/incremental-${part}.json`,
  concurrency: 2,
  // Long enough that only what never ends is taken for endless, also on a machine that has other things to do.
  timeoutMS: 20_000,
  // Stryker reads tsconfig.json through the API of TypeScript 6; with a name that is not there it leaves that be.
  tsconfigFile: 'none',
  ignorePatterns: ['dist', 'reports', '.redpack'],
  tempDirName: 'reports/mutants/sandbox',
  cleanTempDir: 'always',
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: `reports/mutants/${part}.json` },
  htmlReporter: { fileName: `reports/mutants/${part}.html` },
};
