/** Which scenarios a command runs under: names, files, and whole folders of the built-in ones. */
import { ScenarioError } from '../scenario/folder.ts';
import { scenarioNames } from '../scenario/load.ts';

/**
 * @param named as `--scenario` has them: names or files, several in one with commas
 * @param groups as `--all` has them: `stories`, `codes/current`
 * @returns each once, in the order asked for; `default` when nothing was
 * @throws ScenarioError for a folder that has none
 */
export function chosenScenarios(named: readonly string[], groups: readonly string[]): string[] {
  const names = [
    ...named.flatMap((text) => text.split(',').map((name) => name.trim())),
    ...groups.flatMap(scenariosIn),
  ].filter((name) => name !== '');
  return names.length === 0 ? ['default'] : [...new Set(names)];
}

function scenariosIn(group: string): string[] {
  const folder = `${group.replace(/\/+$/, '')}/`;
  const all = scenarioNames();
  const names = all.filter((name) => name.startsWith(folder));
  if (names.length > 0) return names;
  const folders = all.flatMap((name) => foldersOf(name));
  throw new ScenarioError(
    `no scenarios in "${group}": expected one of ${[...new Set(folders)].join(', ')}`,
  );
}

/** `codes/current/NOTENOUGH` is in `codes` and `codes/current`. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
