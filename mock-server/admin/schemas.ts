/** Shapes that several routes share. Wire names stay as on the wire; our own carry their unit. */
import { z } from '@hono/zod-openapi';
import { MERCHANT_NUMBER, MERCHANT_NUMBER_EXPECTED } from '../scenario/merchant-number.ts';
import { object as strictObject } from '../scenario/parts.ts';

/** A parameter in a path or a query that is a whole number, which HTTP carries as text. */
export function wholeNumber(min: number, max: number) {
  const expected = `expected a whole number, ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected)
    .openapi({ type: 'integer', minimum: min, maximum: max });
}

export const mchId = z
  .string()
  .regex(MERCHANT_NUMBER, MERCHANT_NUMBER_EXPECTED)
  .openapi({ example: '10000098' });

export const merchantParams = strictObject({ mch_id: mchId });

export const orderParams = strictObject({
  mch_id: mchId,
  mch_billno: z.string().min(1).max(64).openapi({ example: '1000009820260131000000000001' }),
});

/** More than this a page never has. */
export const PAGE_MAX = 1_000;

export function jsonContent<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

export function jsonInput<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

export const DONE = { description: 'Done' };
