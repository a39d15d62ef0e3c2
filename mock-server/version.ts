/** Which version of the package this is. */
import { existsSync, readFileSync } from 'node:fs';

export function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  // From the sources, as tests run it, the package is one folder nearer.
  const path = existsSync(file) ? file : new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
