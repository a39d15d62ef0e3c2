/** Scenario files: found by name or path, read, and refused with file, line, path and what was expected. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, isAbsolute, join, relative } from 'node:path';
import { type Document, isMap, isScalar } from 'yaml';
import { readScenarioFile } from './file.ts';
import { isScenarioFile, ScenarioError, scenariosFolder } from './folder.ts';
import { nearestFaults } from './nearest-faults.ts';
import { type Scenario, type ScenarioInput, scenarioSchema } from './schema.ts';
import { readYaml } from './yaml.ts';

/** Nobody reads more at once, and to find where each stands takes time. */
const FAULTS_MAX = 100;

/** Names of the package's scenarios, as `loadScenario` takes them: `default`, `codes/current/NOTENOUGH` … */
export function scenarioNames(folder = scenariosFolder()): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length).replaceAll('\\', '/'))
    .sort();
}

/**
 * Reads a scenario by the name of a built-in one, or by the path of a file.
 * @throws ScenarioError
 */
export function loadScenario(nameOrPath: string): Scenario {
  const file = findFile(nameOrPath);
  let text: string;
  try {
    text = readScenarioFile(file);
  } catch (error) {
    throw new ScenarioError(`cannot read scenario ${file}: ${reasonOf(error)}`);
  }
  return parseScenario(text, shortPath(file));
}

/**
 * @param file only for messages
 * @throws ScenarioError naming every fault, up to a hundred
 */
export function parseScenario(text: string, file: string): Scenario {
  const { document, content, lines } = readYaml(text, file);
  const result = scenarioSchema.safeParse(content);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap(nearestFaults);
  const told = faults.slice(0, FAULTS_MAX).map(({ path, message, atKey }) => {
    const keyAt = atKey ? keyPositionOf(document, path) : undefined;
    const { line, col } = lines.linePos(keyAt ?? positionOf(document, path));
    return `${file}:${line}:${col}: ${path.join('.') || '(the file)'}: ${message}`;
  });
  const more = faults.length - told.length;
  throw new ScenarioError([...told, ...(more > 0 ? [`${file}: and ${more} more`] : [])].join('\n'));
}

/**
 * Checks a scenario given as an object, and fills in what it leaves out.
 * @throws ScenarioError naming every fault
 */
export function checkScenario(input: ScenarioInput): Scenario {
  const result = scenarioSchema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues
    .flatMap(nearestFaults)
    .map(({ path, message }) => `scenario: ${path.join('.') || '(the object)'}: ${message}`);
  throw new ScenarioError(faults.join('\n'));
}

/** Where the key itself stands that a path ends with. */
function keyPositionOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const keys = isMap(parent) ? parent.items.map((pair) => pair.key) : [];
  const key = keys.find((each) => isScalar(each) && String(each.value) === path.at(-1));
  return isScalar(key) ? key.range?.[0] : undefined;
}

/** Where the innermost part of the path that the file has stands in it. */
function positionOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
      return Number(node.range[0]);
    }
  }
  return 0;
}

function findFile(nameOrPath: string): string {
  if (isScenarioFile(nameOrPath)) {
    if (existsSync(nameOrPath)) return nameOrPath;
    throw new ScenarioError(`no scenario file ${nameOrPath}`);
  }
  const file = join(scenariosFolder(), `${nameOrPath}.yaml`);
  if (!relative(scenariosFolder(), file).startsWith('..') && existsSync(file)) return file;
  if (isAbsolute(nameOrPath) && existsSync(nameOrPath))
    throw new ScenarioError(noScenarioFile(nameOrPath));
  const near = scenarioNames().filter((name) => basename(name) === basename(nameOrPath));
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'see redpack-mock scenarios';
  throw new ScenarioError(`no scenario "${nameOrPath}": ${hint}`);
}

/** As `--scenario /dev/stdin` and `<(…)` of a shell have it. */
function noScenarioFile(path: string): string {
  return (
    `${path} is no scenario file: expected a regular file whose name ends in .yaml or .yml. ` +
    'What comes through a pipe has to be saved to one first'
  );
}

function shortPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
