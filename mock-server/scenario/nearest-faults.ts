/**
 * What a schema complains of, said for whoever wrote the input. A union complains of every form that it has: here only the form that
 * was meant is left, or, where none can be told, the union's own words, which name them all.
 */

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  /** The key is what is wrong, not its value. */
  readonly atKey?: boolean;
}

type Issue = Fault & {
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
};

/** A value of another type than the form's, or none of its words. */
const OTHER_FORM = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

/** The faults behind one issue of a schema. */
export function nearestFaults(issue: Issue): Fault[] {
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    const { path, message } = issue;
    return issue.keys.map((key) => ({ path: [...path, key], message, atKey: true }));
  }
  if (issue.code !== 'invalid_union' || !issue.errors?.length) return [issue];
  const faults = faultsOfUnion(issue.errors, issue.message);
  return faults.map((fault) => ({ ...fault, path: [...issue.path, ...fault.path] }));
}

/** @param words what the union says of itself; ours begin with "expected" and name its forms */
function faultsOfUnion(errors: readonly (readonly Issue[])[], words: string): readonly Fault[] {
  const branches = errors.map((branch) => branch.flatMap(nearestFaults));
  const unknown = unknownToAll(branches);
  const [meant, ...others] = branches.filter((branch) => mayBeMeant(branch, unknown));
  if (meant && others.length === 0) return meant;
  if (!words.startsWith('expected ')) return nearestOf(branches);
  if (unknown.length === 0) return [{ path: [], message: words, code: 'invalid_union' }];
  return unknown.map((key) => ({ path: [key], message: `unknown key, ${words}`, atKey: true }));
}

/** It has every key that any of the forms has, and is of the right type as a whole. */
function mayBeMeant(branch: readonly Fault[], unknown: readonly PropertyKey[]): boolean {
  const isOther = branch.some(({ path, code = '' }) => path.length === 0 && OTHER_FORM.has(code));
  return !isOther && unknownKeys(branch).every((key) => unknown.includes(key));
}

function unknownToAll([first = [], ...others]: readonly (readonly Fault[])[]): PropertyKey[] {
  return unknownKeys(first).filter((key) =>
    others.every((branch) => unknownKeys(branch).includes(key)),
  );
}

function unknownKeys(branch: readonly Fault[]): PropertyKey[] {
  return branch.flatMap(({ path: [key, ...deeper], atKey }) =>
    atKey && key !== undefined && deeper.length === 0 ? [key] : [],
  );
}

/** The branch that got deepest, or failed least. */
function nearestOf(branches: readonly (readonly Fault[])[]): readonly Fault[] {
  return branches.reduce((best, branch) => (farness(branch) < farness(best) ? branch : best));
}

function farness(branch: readonly Fault[]): number {
  const depth = Math.max(0, ...branch.map(({ path }) => path.length));
  return branch.length - 10 * depth;
}
