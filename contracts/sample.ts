/** Sample requests from the tables' own examples: what a page would show, signed. */
import { EDITION_TABLES } from './tables/editions.ts';
import type { Edition, EndpointName, Fields } from './types.ts';
import { signMd5, stringToSign } from './wire/sign.ts';

export interface SampleMerchant {
  readonly mchId: string;
  readonly key: string;
  readonly appid: string;
}

/**
 * The fields that the edition requires of an ordinary merchant, with the tables' examples, one yuan, signed.
 * @param overrides what differs; null leaves a field out. A `sign` given here stays as it is.
 */
export function sampleRequest(
  edition: Edition,
  endpoint: EndpointName,
  merchant: SampleMerchant,
  overrides: Readonly<Record<string, string | null>> = {},
): Fields {
  const own: Record<string, string | null> = {
    mch_id: merchant.mchId,
    wxappid: merchant.appid,
    appid: merchant.appid,
    total_amount: '100',
    ...overrides,
  };
  const amount = own.total_amount ?? '';
  const fields = new Map<string, string>();
  for (const { name, required, example } of EDITION_TABLES[edition].request[endpoint]) {
    if (required !== 'always' || name === 'sign') continue;
    fields.set(
      name,
      name === 'min_value' || name === 'max_value' ? amount : (own[name] ?? example),
    );
  }
  for (const [name, value] of Object.entries(overrides)) {
    if (value === null) fields.delete(name);
    else fields.set(name, value);
  }
  if (!('sign' in overrides)) fields.set('sign', signMd5(stringToSign(fields), merchant.key));
  return fields;
}
