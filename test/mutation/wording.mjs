/**
 * Stryker's ignorer for wording: sentences for people stand in properties of these names, no program reads them, and a test that
 * repeated them word by word would judge nothing. A sentence that chooses between words by a condition is logic, and is mutated.
 */
const SENTENCES = new Set([
  // Where a row comes from, and what it is called.
  ...['source', 'title', 'title_zh', 'note', 'documented', 'meaning', 'description'],
  // What to do about it, and why a call was refused: journal and log.
  ...['remedy', 'fix', 'fix_zh', 'why', 'because'],
]);

const LOGIC = new Set(['ConditionalExpression', 'LogicalExpression', 'ArrowFunctionExpression']);

/** A string, or a template that only puts values into words. */
function isWording({ node }) {
  if (node.type === 'StringLiteral') return true;
  return node.type === 'TemplateLiteral' && !node.expressions.some((each) => LOGIC.has(each.type));
}

/** @returns why the mutants of this node are left out; undefined: they are not */
function shouldIgnore(path) {
  const { parent } = path;
  if (!isWording(path) || parent?.type !== 'ObjectProperty' || parent.value !== path.node) return;
  const name = parent.key.name ?? parent.key.value;
  return SENTENCES.has(name) ? `wording for people: ${name}` : undefined;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'wording', value: { shouldIgnore } }];
