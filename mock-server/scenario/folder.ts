/** Where the package's scenarios are. Apart from the reading, so that knowing this costs no YAML parser. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A scenario file that cannot be used; the message names file, line, path and what was expected. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** The package's own scenarios: beside the sources, or one above the compiled ones. */
export function scenariosFolder(): string {
  for (const up of ['../../scenarios', '../../../scenarios']) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(folder)) return folder;
  }
  throw new ScenarioError('the scenarios folder of the package is missing: install it again');
}

/** Is it the path of a file, not the name of one of the package's own? */
export function isScenarioFile(nameOrPath: string): boolean {
  return /\.ya?ml$/.test(nameOrPath);
}
