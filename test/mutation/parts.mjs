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
      'test/properties/ledger.test.ts',
    ],
  },
  contract: {
    mutate: [
      'contracts/*.ts',
      'contracts/tables/*.ts',
      'contracts/wire/*.ts',
      '!contracts/wire/{gbk,sign-*}.ts',
    ],
    tests: [
      'test/contracts/*.test.ts',
      'test/contracts/wire/{beijing-time,measure,sign,write-xml,xml}.test.ts',
      'test/contracts/checks/coverage.test.ts',
      'test/properties/{sign,xml}.test.ts',
    ],
  },
  // The search for what is wrong with a signature: every test of it makes thousands of digests.
  doctor: {
    mutate: ['contracts/wire/{gbk,sign-*}.ts'],
    tests: ['test/contracts/wire/{gbk,sign-doctor,sign-doctor-*}.test.ts'],
  },
  // How clients are judged, and what their tests have covered.
  clients: {
    mutate: ['contracts/checks/{audit,client-rules,coverage}*.ts'],
    tests: ['test/contracts/checks/{audit*,coverage,traps}.test.ts'],
  },
  // How servers are judged. What takes fast-check to make is left out: each of its runs takes seconds.
  servers: {
    mutate: [
      'contracts/checks/*.ts',
      '!contracts/checks/{audit,client-rules,coverage}*.ts',
      '!contracts/checks/{generated-call,generated-run,model-run,arbitraries}.ts',
    ],
    tests: [
      'test/contracts/checks/{judge*,model,server-cases*,verify*,wire-forms}.test.ts',
      'test/mutants/*servers.test.ts',
    ],
  },
};
