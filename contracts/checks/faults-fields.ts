/** How a field can be wrong, read off its row: missing, too long, of the wrong form, or not what another field says. */
import type { RequestRow } from '../tables/fields.ts';
import type { Edition } from '../types.ts';
import { utf8Bytes } from '../wire/measure.ts';
import type { Fault, Variant } from './fault.ts';
import type { Acceptable } from './server-case.ts';
import { refusedWith } from './wordings.ts';

function paramError(...messages: string[]): Acceptable {
  return { answer: 'refused', code: 'PARAM_ERROR', messages };
}

/** @param at the row's place in its table */
export function faultsOfRow(edition: Edition, row: RequestRow, at: number): Fault[] {
  if (row.name === 'sign') return [];
  const base = { at, subject: row.name, source: row.source, certainty: row.certainty };
  const provider = row.required === 'provider' ? { merchant: { role: 'provider' as const } } : {};
  const faults: Fault[] = [];
  if (row.required !== 'optional') {
    faults.push({
      ...base,
      ...provider,
      clause: `fields/${row.name}/required`,
      title: `refuses a request ${row.required === 'provider' ? 'of a provider ' : ''}without ${row.name}`,
      variants: [{ fields: { [row.name]: null } }, { fields: { [row.name]: '' } }],
      accept: [paramError(row.refusal)],
    });
  }
  const special = row.type === 'int' ? intFaults(row, base) : textFaults(row, base, provider);
  return [...faults, ...special, ...mismatchFaults(edition, row, base)];
}

type Base = Pick<Fault, 'at' | 'subject' | 'source' | 'certainty'>;

/** So many bytes, in characters of one, three and four bytes: who counts characters lets the last two pass. */
function overlong(bytesMax: number): [string, ...string[]] {
  const chinese = '红'.repeat(Math.floor(bytesMax / 3) + 1);
  const emoji = '🧧'.repeat(Math.floor(bytesMax / 4) + 1);
  return ['x'.repeat(bytesMax + 1), chinese, emoji];
}

function textFaults(row: RequestRow, base: Base, provider: Pick<Fault, 'merchant'>): Fault[] {
  const { name, bytesMax, refusal, malformed = refusal } = row;
  const faults: Fault[] = [];
  const set = (value: string): Variant => ({ fields: { [name]: value } });
  if (bytesMax !== undefined) {
    const [ascii, ...wide] = overlong(bytesMax);
    const accept = [paramError(refusal)];
    const tooLong = { ...base, ...provider, accept };
    faults.push({
      ...tooLong,
      clause: `fields/${name}/max-bytes`,
      title: `refuses ${name} of ${bytesMax + 1} bytes`,
      variants: [set(ascii)],
    });
    const [first, ...others] = wide.map(set);
    if (first && !row.pattern) {
      faults.push({
        ...tooLong,
        clause: `fields/${name}/max-bytes-not-characters`,
        title: `measures ${name} in UTF-8 bytes: fewer than ${bytesMax} Chinese characters are too long`,
        variants: [first, ...others],
        source: 'E55, E74',
        certainty: 'observed',
      });
    }
  }
  const [first, ...others] = malformedValues(row).map(set);
  if (first) {
    faults.push({
      ...base,
      clause: `fields/${name}/pattern`,
      title: `refuses ${name} of the wrong form`,
      variants: [first, ...others],
      accept: [paramError(malformed)],
      certainty: malformed === refusal ? base.certainty : 'observed',
    });
  }
  return faults;
}

/** Short enough, not empty, and not of the row's form. */
function malformedValues({ pattern, bytesMax = 0 }: RequestRow): string[] {
  const candidates = [
    '1.2.3',
    '256.1.1.1',
    'a b',
    '订单1',
    'PRODUCT_9',
    'oxTWIuGaIt6gTKsQRLau2M0yL16',
  ];
  return candidates.filter((text) => pattern && !pattern.test(text) && utf8Bytes(text) <= bytesMax);
}

function intFaults({ name, refusal }: RequestRow, base: Base): Fault[] {
  const faultFor = (rule: string, title: string, values: [string, ...string[]]): Fault => {
    const [first, ...others] = values.map((value): Variant => ({ fields: { [name]: value } }));
    const variants: Fault['variants'] = [first ?? {}, ...others];
    return {
      ...base,
      clause: `fields/${name}/${rule}`,
      title,
      variants,
      accept: [paramError(refusal)],
    };
  };
  if (name === 'total_num') {
    return [faultFor('one', 'refuses any total_num but 1', ['2', '0', '10', '-1', 'x'])];
  }
  if (name !== 'total_amount') return [];
  return [
    faultFor('positive', 'refuses an amount that is nothing, or less', ['0', '-100', 'abc']),
    faultFor('32-bit', 'refuses an amount beyond 32 bits', [String(2 ** 31), String(2 ** 40)]),
  ];
}

function mismatchFaults(edition: Edition, row: RequestRow, base: Base): Fault[] {
  const { name } = row;
  if (name === 'min_value' || name === 'max_value') {
    return [
      {
        ...base,
        clause: `fields/${name}/equals-total_amount`,
        title: `refuses ${name} that differs from total_amount`,
        variants: [{ fields: { [name]: '99' } }, { fields: { [name]: '101' } }],
        accept: [refusedWith(edition, 'PARAM_ERROR', 'amounts-differ')],
      },
    ];
  }
  if (name === 'mch_id') {
    return [
      {
        ...base,
        clause: 'fields/mch_id/exists',
        title: 'refuses a merchant that there is not',
        variants: [{ fields: { mch_id: '1' } }, { fields: { mch_id: 'nobody' } }],
        accept: [refusedWith(edition, 'PARAM_ERROR', 'no-merchant')],
        source: 'E6',
      },
    ];
  }
  if (name !== 'msgappid') return [];
  return [
    {
      ...base,
      clause: 'fields/msgappid/provider-only',
      title: 'refuses msgappid from a merchant that is no service provider',
      variants: [{ fields: { msgappid: row.example } }],
      accept: [refusedWith(edition, 'PARAM_ERROR', 'msgappid-not-provider')],
      source: 'E59',
      certainty: 'observed',
    },
  ];
}
