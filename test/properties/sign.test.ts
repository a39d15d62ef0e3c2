import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIGNED_FIELDS, signMd5, stringServerSigns, stringToSign } from '../../contracts/index.ts';
import {
  examples,
  fieldsOf,
  KEY,
  providerExamples,
  SEED,
  type Values,
} from '../contracts/support.ts';
import { runs } from '../support/effort.ts';

const SIGNED = SIGNED_FIELDS.sendredpack;
const serverSign = (values: Values): string =>
  signMd5(stringServerSigns(fieldsOf(values), SIGNED), KEY);
const clientSign = (values: Values): string => signMd5(stringToSign(fieldsOf(values)), KEY);

/** Every field that the endpoint signs, filled: the union of all editions. */
const ALL: Values = { ...examples('2014'), ...providerExamples('current'), act_id: 'act_id' };

const filled = fc
  .subarray([...SIGNED.names], { minLength: 1 })
  .map((names): Values => Object.fromEntries(names.map((name) => [name, ALL[name] ?? 'x'])));

describe(`a signature (REDPACK_SEED=${SEED})`, () => {
  it('has 32 upper-case hex digits over any text and key', () => {
    const anything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anything, anything, (text, key) => {
        expect(signMd5(text, key)).toMatch(/^[0-9A-F]{32}$/);
      }),
      { seed: SEED },
    );
  });

  it('does not depend on the order of the fields, on either side', () => {
    const shuffled = filled.chain((values) =>
      fc
        .shuffledSubarray(Object.entries(values), { minLength: Object.keys(values).length })
        .map((entries) => ({ values, other: Object.fromEntries(entries) })),
    );
    fc.assert(
      fc.property(shuffled, ({ values, other }) => {
        expect(serverSign(other)).toBe(serverSign(values));
        expect(clientSign(other)).toBe(clientSign(values));
      }),
      { seed: SEED },
    );
  });

  // One field at a time, so that none can be forgotten.
  it.each(SIGNED.names)('changes with %s', (name) => {
    const value = SIGNED.ints.has(name)
      ? fc.integer({ min: 0, max: 2 ** 31 - 1 }).map(String)
      : fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(value, (changed) => {
        fc.pre(changed !== ALL[name]);
        expect(serverSign({ ...ALL, [name]: changed })).not.toBe(serverSign(ALL));
        expect(serverSign({ ...ALL, [name]: '' })).not.toBe(serverSign(ALL));
      }),
      { seed: SEED, numRuns: runs(30) },
    );
  });

  it('changes with the key', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 32 }), (key) => {
        fc.pre(key !== KEY);
        expect(signMd5(stringToSign(fieldsOf(ALL)), key)).not.toBe(clientSign(ALL));
      }),
      { seed: SEED },
    );
  });

  it('does not change with fields that the endpoint does not know, nor with sign', () => {
    const unknown = fc
      .tuple(fc.stringMatching(/^[A-Za-z_]{1,12}$/), fc.string({ unit: 'grapheme' }))
      .filter(([name]) => !SIGNED.names.includes(name));
    fc.assert(
      fc.property(filled, fc.array(unknown), fc.string(), (values, more, sign) => {
        const extended = { ...Object.fromEntries(more), ...values, sign };
        expect(serverSign(extended)).toBe(serverSign(values));
      }),
      { seed: SEED },
    );
  });

  it('of a client does change with an unknown field, which is why the two then differ', () => {
    expect(clientSign({ ...ALL, sign_type: 'MD5' })).not.toBe(clientSign(ALL));
    expect(serverSign(ALL)).toBe(clientSign(ALL));
  });

  it('does not change with empty fields, on either side', () => {
    fc.assert(
      fc.property(filled, fc.subarray([...SIGNED.names]), (values, names) => {
        const empty = Object.fromEntries(names.map((name) => [name, '']));
        expect(serverSign({ ...empty, ...values })).toBe(serverSign(values));
        expect(clientSign({ ...empty, ...values })).toBe(clientSign(values));
      }),
      { seed: SEED },
    );
  });

  it('is the same on both sides for any integers written plainly', () => {
    const int = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map(String);
    fc.assert(
      fc.property(int, int, (total_amount, total_num) => {
        const values = { ...ALL, total_amount, total_num };
        expect(serverSign(values)).toBe(clientSign(values));
      }),
      { seed: SEED },
    );
  });

  it('differs between the sides for any amount written with decimals', () => {
    fc.assert(
      fc.property(fc.nat(499_900), fc.constantFrom('.0', '.00', '.5'), (fen, decimals) => {
        const values = { ...ALL, total_amount: `${fen}${decimals}` };
        expect(serverSign(values)).not.toBe(clientSign(values));
      }),
      { seed: SEED },
    );
  });
});
