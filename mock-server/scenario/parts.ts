/** What every part of the scenario's schema is built of. */
import { z } from 'zod';

/** An object that names the keys it has when it meets another. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `unknown key, expected one of ${known}` : undefined,
  });
}

/** A text that XML can carry. Without `\p`: editors match patterns without the flag that it needs. */
export const xmlText = z.string().regex(
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it refuses
  /^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]*$/,
  'expected no control characters: XML cannot carry them',
);
