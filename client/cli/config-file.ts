/** `redpack.yaml`: read, and refused with file, line, key and what was expected. No value of it is ever in a message. */
import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { EDITIONS } from '../../contracts/core.ts';
import { UsageError } from './context.ts';
import { packetFieldNames } from './packet.ts';

const text = z.string({ error: 'expected a text' });

const FIELD_NAMES = [...new Set(EDITIONS.flatMap(packetFieldNames))];

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
    .partialRecord(z.enum(FIELD_NAMES, { error: 'no such field of a packet' }), text, {
      error: 'expected fields of the packet, like wishing: 恭喜发财',
    })
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
    const { path } = issue;
    if (issue.code !== 'unrecognized_keys') {
      return [
        `${at(positionOf(document, path))}: ${path.join('.') || 'the file'}: ${messageOf(issue)}`,
      ];
    }
    const known = path.length === 0 ? Object.keys(schema.shape) : FIELD_NAMES;
    return issue.keys.map((name) => {
      const key = [...path, name];
      return `${at(keyPosition(document, key))}: ${key.join('.')}: expected one of ${known.join(', ')}`;
    });
  });
  throw new UsageError(faults.join('\n'));
}

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

/** Where the key itself stands that a path ends with. */
function keyPosition(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const keys = isMap(parent) ? parent.items.map((pair) => pair.key) : [];
  const key = keys.find((each) => isScalar(each) && each.value === path.at(-1));
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
