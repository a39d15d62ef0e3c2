/** What every part of the scenario's schema is built of. */
import { z } from 'zod';

/** An object that names the keys it has when it meets another, or something else. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  const expected = known === '' ? 'an empty object' : `an object (keys: ${known})`;
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      if (code === 'unrecognized_keys') return `unknown key, expected one of ${known}`;
      return code === 'invalid_type' ? noObject(expected, input) : undefined;
    },
  });
}

/** Objects told apart by one of their keys, each with a literal there; of an unknown one it says which there are. */
export function oneKind<
  const Key extends string,
  const Kinds extends readonly [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
>(key: Key, kinds: Kinds) {
  const names = kinds.flatMap(({ _zod }) => [...(_zod.propValues?.[key] ?? [])]);
  const expected = `an object with ${key}: ${names.join(' | ')}`;
  return z.discriminatedUnion(key, kinds, {
    error: ({ code, input }: { code: string; input?: unknown }) => {
      if (code === 'invalid_type') return noObject(expected, input);
      const given = (input as Record<string, unknown>)[key];
      const fault = given === undefined ? 'missing' : `unknown ${key}${quoted(given)}`;
      return `${fault}, expected one of ${names.join(', ')}`;
    },
  });
}

function noObject(expected: string, input: unknown): string {
  if (input === undefined) return `missing, expected ${expected}`;
  return `expected ${expected}, not ${typeName(input)}`;
}

/** Never the value itself: a key may be it. */
function typeName(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

function quoted(name: unknown): string {
  return typeof name === 'string' && name.length <= 30 ? ` ${JSON.stringify(name)}` : '';
}

/** A text that XML can carry. Without `\p`: editors match patterns without the flag that it needs. */
export const xmlText = z.string().regex(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it refuses
  /^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]*$/,
  'expected no control characters: XML cannot carry them',
);
