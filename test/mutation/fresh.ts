/** Before a file's tests are made none of the mutants is chosen, neither the one before: the thread stays (runner.mjs). */
const stryker: { activeMutant?: string } | undefined = Reflect.get(globalThis, '__stryker__');
if (stryker) delete stryker.activeMutant;
