/** What a build demands of coverage: `codes=documented`, `codes=80%`, `traps=all`. */
import { COVERAGE_SECTIONS, type Coverage, type CoverageSectionName } from './coverage.ts';

/** `all`: every row. `documented`: every row that the edition's page has. A number: that many percent of all rows. */
export interface CoverageRequirement {
  readonly section: CoverageSectionName;
  readonly least: 'all' | 'documented' | number;
}

export type RequirementResult =
  | { readonly ok: true; readonly value: CoverageRequirement }
  | { readonly ok: false; readonly message: string };

/** Reads `SECTION=documented`, `SECTION=all` or `SECTION=80%`. */
export function parseRequirement(text: string): RequirementResult {
  const [, name, least] = /^([a-z]+)=([a-z]+|\d{1,3}%)$/.exec(text.trim()) ?? [];
  const section = COVERAGE_SECTIONS.find((each) => each === name);
  const amount = least === undefined ? undefined : readLeast(least);
  if (section && amount !== undefined) return { ok: true, value: { section, least: amount } };
  const sections = COVERAGE_SECTIONS.join(', ');
  return {
    ok: false,
    message:
      `${JSON.stringify(text)} is no requirement: expected SECTION=documented, SECTION=all or ` +
      `SECTION=80%, where SECTION is one of ${sections}`,
  };
}

function readLeast(text: string): CoverageRequirement['least'] | undefined {
  if (text === 'all' || text === 'documented') return text;
  const percent = Number.parseInt(text, 10);
  return percent <= 100 ? percent : undefined;
}

/** `met`, and if not, what is missing. */
export interface RequirementVerdict {
  readonly requirement: CoverageRequirement;
  readonly met: boolean;
  /** One sentence: `codes: 12 of 30 documented ones met (40%)`. */
  readonly what: string;
  readonly missing: readonly string[];
}

export function checkRequirement(
  coverage: Coverage,
  requirement: CoverageRequirement,
): RequirementVerdict {
  const { section, least } = requirement;
  const all = coverage.sections[section].rows;
  const rows = least === 'documented' ? all.filter(({ documented }) => documented) : all;
  const missing = rows.filter((row) => row.met === 0).map(({ name }) => name);
  const got = rows.length - missing.length;
  const percent = rows.length === 0 ? 100 : (100 * got) / rows.length;
  const wanted = typeof least === 'number' ? least : 100;
  const kind = least === 'documented' ? ' documented ones' : '';
  const what =
    `${section} of ${coverage.edition}: ${got} of ${rows.length}${kind} met ` +
    `(${Math.floor(percent)}%), ${wanted}% required`;
  return { requirement, met: percent >= wanted, what, missing };
}

/** `codes=documented`, as it is written. */
export function requirementText({ section, least }: CoverageRequirement): string {
  return `${section}=${typeof least === 'number' ? `${least}%` : least}`;
}
