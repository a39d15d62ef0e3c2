/**
 * Built-in scenarios as the build has checked and completed them, so that starting one needs neither YAML parser nor schema: they are
 * a third of the start time. A compiled scenario holds the hash of its source; one that was edited since is read anew.
 */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenariosFolder } from './folder.ts';
import type { Scenario } from './schema.ts';

/** Those that a server is started with as a matter of course. */
const COMPILED_NAMES: readonly string[] = ['default', 'no-limits'];

interface Compiled {
  readonly sourceHash: string;
  readonly scenario: Scenario;
}

/** The scenario of that name, or undefined when it was not compiled or has changed since. */
export function readCompiled(name: string): Scenario | undefined {
  const file = compiledFile(name);
  if (!COMPILED_NAMES.includes(name) || !existsSync(file)) return undefined;
  const { sourceHash, scenario } = JSON.parse(readFileSync(file, 'utf8')) as Compiled;
  return sourceHash === hashOf(name) ? scenario : undefined;
}

/** @param load how a scenario is read from its source */
export function writeCompiled(load: (name: string) => Scenario): void {
  mkdirSync(fileURLToPath(new URL('compiled/', import.meta.url)), { recursive: true });
  for (const name of COMPILED_NAMES) {
    const compiled: Compiled = { sourceHash: hashOf(name), scenario: load(name) };
    writeFileSync(compiledFile(name), JSON.stringify(compiled));
  }
}

function compiledFile(name: string): string {
  return fileURLToPath(new URL(`compiled/${name}.json`, import.meta.url));
}

function hashOf(name: string): string {
  return hash('sha256', readFileSync(join(scenariosFolder(), `${name}.yaml`)));
}
