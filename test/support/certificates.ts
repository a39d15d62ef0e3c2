/** One set of real certificates for a whole run, since keys take a second to make: files that need a folder of their own copy it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openCertificates } from '../../mock-server/certificates/bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the merchant 10000098. */
    certificatesDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = await mkdtemp(join(tmpdir(), 'redpack-certificates-'));
  await (await openCertificates({ dir })).bundle('10000098');
  project.provide('certificatesDir', dir);
  return () => rm(dir, { recursive: true, force: true });
}
