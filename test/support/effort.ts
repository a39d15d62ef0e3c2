/**
 * Under Stryker (vitest.mutants.config.mjs) the sources are instrumented, and a test runs again for every mutant that it covers:
 * bounds in time mean nothing then, and properties are shorter.
 */
export const IS_INSTRUMENTED = process.env.REDPACK_INSTRUMENTED === '1';

/** How many runs a property takes: all that are asked for, a twentieth for mutants. */
export function runs(full: number): number {
  return IS_INSTRUMENTED ? Math.ceil(full / 20) : full;
}

/** A bound in time, ms: none for instrumented code. */
export function withinMs(ms: number): number {
  return IS_INSTRUMENTED ? Number.POSITIVE_INFINITY : ms;
}
