/** Numbers, users and nonces that nobody used before, by label: a run can be repeated against a server that remembers the last one. */

/** What the labels of one case stand for. */
export interface Names {
  number(label: string, written?: 'upper-case' | 'longest'): string;
  openid(label: string): string;
  nonce(): string;
}

const RUN_ID = /^[0-9a-z]{1,10}$/;

/**
 * @param runId 1 to 10 of 0-9 a-z; the same never again for one server
 * @param openids real users, given out in turn; left out: any are made up
 * @returns makes the names of one more case
 */
export function namesOfRun(runId: string, openids?: readonly string[]): () => Names {
  if (!RUN_ID.test(runId)) throw new Error(`the run id ${runId} is not 1 to 10 of 0-9 a-z`);
  let count = 0;
  const next = (): string => (++count).toString(36).padStart(6, '0');
  return () => {
    const numbers = new Map<string, string>();
    const users = new Map<string, string>();
    const named = (known: Map<string, string>, label: string, make: () => string): string => {
      const name = known.get(label) ?? make();
      known.set(label, name);
      return name;
    };
    return {
      number(label, written) {
        const number = named(numbers, label, () => `v${runId}${next()}`);
        if (written === 'upper-case') return number.toUpperCase();
        return written === 'longest' ? number.padEnd(28, '0') : number;
      },
      openid: (label) =>
        named(users, label, () => openids?.[users.size] ?? `o${runId}${next()}`.padEnd(28, 'x')),
      nonce: () => `${runId}${next()}`.padEnd(32, '0'),
    };
  };
}
