/** The seed of every property in a run: fixed, so that a run repeats; REDPACK_SEED takes another. fast-check prints it when one fails. */
export const SEED = Number(process.env.REDPACK_SEED ?? 20_141_111);
