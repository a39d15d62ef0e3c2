/** The page of survivors: every mutant that lives, with the word that is said for it here. */
const WORDS = [];

export function survivorsPage(reports) {
  return JSON.stringify([WORDS, reports]);
}
