import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EDITIONS, type Edition, firstRefusal, type RequestRow } from '../../contracts/index.ts';
import { runs } from '../support/effort.ts';
import {
  examples,
  PROVIDER,
  providerExamples,
  rowsOf,
  SEED,
  signed,
  submission,
} from './support.ts';

/** A value that breaks the row by itself, or undefined to leave the field out. */
function brokenValue(row: RequestRow, how: 'missing' | 'wrong'): string | undefined {
  if (how === 'missing' && row.required !== 'optional') return undefined;
  if (row.type === 'int') return '0';
  return 'x'.repeat((row.bytesMax ?? 0) + 1);
}

const how = fc.constantFrom('missing' as const, 'wrong' as const);

/** Faults in two or more fields of one edition, in any order. */
const faults = fc.constantFrom<Edition>(...EDITIONS).chain((edition) => {
  const rows = rowsOf(edition).filter((row) => row.name !== 'sign');
  return fc.record({
    edition: fc.constant(edition),
    broken: fc.uniqueArray(fc.tuple(fc.constantFrom(...rows), how), {
      minLength: 2,
      maxLength: 4,
      selector: ([row]) => row.name,
    }),
  });
});

describe(`of several faults (REDPACK_SEED=${SEED})`, () => {
  it('in the fields, the first in table order answers', () => {
    fc.assert(
      fc.property(faults, ({ edition, broken }) => {
        const values = new Map(Object.entries(providerExamples(edition)));
        for (const [row, kind] of broken) {
          const value = brokenValue(row, kind);
          if (value === undefined) values.delete(row.name);
          else values.set(row.name, value);
        }
        const names = broken.map(([row]) => row.name);
        const first = rowsOf(edition).find((row) => names.includes(row.name));
        const refusal = firstRefusal(
          submission(signed(Object.fromEntries(values)), { edition, merchant: PROVIDER }),
        );
        expect(refusal?.clause).toContain(`/fields/${first?.name}/`);
      }),
      { seed: SEED, numRuns: runs(1_000) },
    );
  });

  // One developer's log: PARAM_ERROR while certificate and key were wrong too, then CA_ERROR, then SIGN_ERROR (E5).
  it.each(EDITIONS)(
    'fields answer before the certificate, and that before the signature: %s',
    (edition) => {
      const values = { ...examples(edition), sign: 'wrong' };
      const peer = { kind: 'none' } as const;
      const codes = [
        firstRefusal(submission({ ...values, total_num: '2' }, { edition, peer })),
        firstRefusal(submission(values, { edition, peer })),
        firstRefusal(submission(values, { edition })),
        firstRefusal(submission(signed(values), { edition })),
      ].map((refusal) => refusal?.code);
      expect(codes).toEqual(['PARAM_ERROR', 'CA_ERROR', 'SIGN_ERROR', undefined]);
    },
  );

  it('the last field of the table still answers before the certificate', () => {
    const values = { ...examples('current'), consume_mch_id: 'x'.repeat(33) };
    const refusal = firstRefusal(submission(values, { peer: { kind: 'none' } }));
    expect(refusal?.clause).toContain('/fields/consume_mch_id/');
  });

  // send_name was seen to be reported before the amount (E56).
  it.each(EDITIONS)('send_name answers before total_amount: %s', (edition) => {
    const values = signed({ ...examples(edition), send_name: '', total_amount: '0' });
    expect(firstRefusal(submission(values, { edition }))?.clause).toContain('/fields/send_name/');
  });
});
