/**
 * YAML of a sensible size and shape before anything is made of it: resolving aliases, comparing the keys of a map and descending into
 * what is nested each cost far more than the text is long, and nobody else is served meanwhile.
 */
import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import { SCENARIO_BYTES_MAX } from './file.ts';
import { ScenarioError } from './folder.ts';

/** The largest of the package's own has 850; this many are some 25 KB in the usual style. */
const TOKENS_MAX = 10_000;
const DEPTH_MAX = 32;
/** Each key of a map is compared with all that come before it. */
const ENTRIES_MAX = 1_000;
/** Each of them looks through all anchors and aliases. */
const ALIASES_MAX = 100;

interface Yaml {
  readonly document: Document.Parsed;
  readonly content: unknown;
  readonly lines: LineCounter;
}

/**
 * @param file only for messages
 * @throws ScenarioError
 */
export function readYaml(text: string, file: string): Yaml {
  const lines = new LineCounter();
  const refuse = (offset: number, reason: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new ScenarioError(`${file}:${line}:${col}: ${reason}`);
  };
  if (Buffer.byteLength(text) > SCENARIO_BYTES_MAX) {
    throw new ScenarioError(`${file}: too large: expected at most ${SCENARIO_BYTES_MAX} bytes`);
  }
  const tokens = tokensOf(text, lines, refuse);
  refuseShapeless(tokens, refuse);
  const [document, second] = new Composer().compose(tokens, true, text.length);
  if (!document) throw new Error('the YAML library made no document');
  const [broken] = document.errors;
  if (broken) refuse(broken.pos[0], `not YAML: ${broken.message}`);
  if (second) refuse(second.range[0], 'not YAML: a second document begins: expected one');
  return { document: document as Document.Parsed, content: contentOf(document, file), lines };
}

type Refuse = (offset: number, reason: string) => never;

/** Up to the first that is wrong: a text can be wrong at each of its characters. */
function tokensOf(text: string, lines: LineCounter, refuse: Refuse): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > TOKENS_MAX) {
      refuse(parser.offset, `too long: expected at most ${TOKENS_MAX} words, signs and gaps`);
    }
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') return tokens;
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

interface Nested {
  readonly token: CST.Token;
  readonly depth: number;
}

/** With a list of what is left to look at, for what is nested deeply would exhaust the stack. */
function refuseShapeless(tokens: readonly CST.Token[], refuse: Refuse): void {
  const left: Nested[] = tokens.map((token) => ({ token, depth: 0 }));
  let aliases = 0;
  for (let nested = left.pop(); nested; nested = left.pop()) {
    const { token, depth } = nested;
    if (token.type === 'alias') aliases += 1;
    if (aliases > ALIASES_MAX) {
      refuse(token.offset, `too many aliases: expected at most ${ALIASES_MAX}`);
    }
    if (depth > DEPTH_MAX) {
      refuse(token.offset, `nested too deeply: expected at most ${DEPTH_MAX} levels`);
    }
    if ('items' in token && token.items.length > ENTRIES_MAX) {
      refuse(token.offset, `too many entries: expected at most ${ENTRIES_MAX} in a list or map`);
    }
    for (const child of childrenOf(token)) left.push({ token: child, depth: depth + 1 });
  }
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((each) => each != null));
}

/** An alias without its anchor is found only here. The library's own count of aliases takes longer than it saves: ours bounds it. */
function contentOf(document: Document, file: string): unknown {
  try {
    const content: unknown = document.toJS({ maxAliasCount: -1 });
    if (isEndless(content)) throw new Error('what its aliases stand for is too much');
    return content;
  } catch (error) {
    throw new ScenarioError(`${file}: not YAML: ${error instanceof Error ? error.message : error}`);
  }
}

/** An alias costs nothing here, but whoever reads on meets what it stands for each time; and it may stand for what it is part of. */
function isEndless(content: unknown): boolean {
  const left = [content];
  let count = 0;
  for (let value = left.pop(); left.length > 0 || isObject(value); value = left.pop()) {
    if (!isObject(value)) continue;
    const values = Object.values(value);
    count += values.length;
    if (count > TOKENS_MAX) return true;
    left.push(...values);
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
