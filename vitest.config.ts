import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// CI counts from a report; a person reads the default one.
const report = process.env.TEST_REPORT;

interface Package {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

/** The package by its own name means its sources: `redpack-kit/msw` is mock-server/msw.ts. */
function ownNames() {
  const file = readFileSync(new URL('package.json', import.meta.url), 'utf8');
  return Object.entries((JSON.parse(file) as Package).exports).flatMap(([name, target]) => {
    if (typeof target === 'string') return [];
    const source = target.default.replace('./dist/', './').replace(/\.js$/, '.ts');
    const replacement = fileURLToPath(new URL(source, import.meta.url));
    return [{ find: new RegExp(`^redpack-kit${name.slice(1)}$`), replacement }];
  });
}

export default defineConfig({
  resolve: { alias: ownNames() },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/certificates.ts',
    // One worker a core, and the modules loaded once in each: half of the time of a run.
    maxWorkers: '100%',
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
  },
});
