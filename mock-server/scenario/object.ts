import { z } from 'zod';

/** An object that names the keys it has when it meets another. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `unknown key, expected one of ${known}` : undefined,
  });
}
