/** `redpack.yaml`: read, and refused with file, line, key and what was expected. No value of it is ever in a message. */
import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { EDITIONS } from '../../contracts/index.ts';
import { UsageError } from './context.ts';

const text = z.string({ error: 'expected a text' });

/** Every scalar is a text (failsafe YAML), so that a merchant number needs no quotes. */
const schema = z.strictObject({
  base_url: text.optional(),
  mch_id: text.optional(),
  appid: text.optional(),
  key: text.optional(),
  key_file: text.optional(),
  cert_dir: text.optional(),
  ca: text.optional(),
  edition: z.enum(EDITIONS, { error: `expected one of ${EDITIONS.join(', ')}` }).optional(),
  journal: text.optional(),
  instance: z
    .string()
    .regex(/^\d{1,2}$/, 'expected a whole number, 0 to 99')
    .optional(),
  defaults: z
    .record(z.string(), text, { error: 'expected fields of the packet, like wishing: 恭喜发财' })
    .optional(),
});

export type ConfigFile = z.infer<typeof schema>;

/**
 * @param shown how the file is called in messages
 * @returns undefined when there is no such file
 * @throws UsageError naming every fault
 */
export function readConfigFile(path: string, shown: string): ConfigFile | undefined {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new UsageError(`cannot read ${shown}: ${message}`);
  }
  return parseConfig(source, shown);
}

/** May others on this machine read the file? Windows does not say it in the mode. */
export function othersCanRead(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}

function parseConfig(source: string, shown: string): ConfigFile {
  const counter = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: counter,
    prettyErrors: false,
    schema: 'failsafe',
  });
  const at = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${shown}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken) {
    // Its message may quote the file, and so the key.
    const what = broken.code.toLowerCase().replaceAll('_', ' ');
    throw new UsageError(`${at(broken.pos[0])}: not YAML: ${what}`);
  }
  if (document.contents === null) return {};
  const result = schema.safeParse(contentOf(document, shown));
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [];
    if (names.length === 0) {
      const place = positionOf(document, issue.path);
      return [`${at(place)}: ${issue.path.join('.') || 'the file'}: ${messageOf(issue)}`];
    }
    return names.map(
      (name) => `${at(keyPosition(document, name))}: ${name}: expected one of ${KNOWN}`,
    );
  });
  throw new UsageError(faults.join('\n'));
}

const KNOWN = Object.keys(schema.shape).join(', ');

function messageOf({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? `expected settings, like mch_id: 10000098` : message;
}

/** An alias without its anchor is found only here. */
function contentOf(document: ReturnType<typeof parseDocument>, shown: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw new UsageError(`${shown}: not YAML: an alias has no anchor`);
  }
}

function keyPosition({ contents }: ReturnType<typeof parseDocument>, name: string): number {
  const keys = isMap(contents) ? contents.items.map((pair) => pair.key) : [];
  const key = keys.find((each) => isScalar(each) && each.value === name);
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

/** Where the innermost part of the path that the file has stands in it. */
function positionOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
      return Number(node.range[0]);
    }
  }
  return 0;
}
