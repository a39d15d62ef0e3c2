import { describe, expect, it } from 'vitest';
import {
  EDITIONS,
  ENDPOINTS,
  firstRefusal,
  sampleRequest,
  signMd5,
  stringToSign,
} from '../../contracts/index.ts';
import { KEY, MCH_ID, submission } from './support.ts';

const MERCHANT = { mchId: MCH_ID, key: KEY, appid: 'wx8888888888888888' };
const CALLS = EDITIONS.flatMap((edition) => ENDPOINTS.map((endpoint) => ({ edition, endpoint })));

describe.each(CALLS)('the sample request of $endpoint, edition $edition', (call) => {
  const { edition, endpoint } = call;

  it('is refused by nothing, and is its merchant’s', () => {
    const fields = sampleRequest(edition, endpoint, MERCHANT);
    expect(firstRefusal(submission(Object.fromEntries(fields), call))).toBeUndefined();
    expect(fields.get('mch_id')).toBe(MCH_ID);
    expect(fields.get(endpoint === 'sendredpack' ? 'wxappid' : 'appid')).toBe(MERCHANT.appid);
  });

  it('has what is required of an ordinary merchant and no more', () => {
    const names = [...sampleRequest(edition, endpoint, MERCHANT).keys()];
    expect(names).not.toContain('scene_id');
    expect(names).not.toContain('sub_mch_id');
    expect(names.at(-1)).toBe('sign');
  });
});

describe('what is laid over a sample', () => {
  const sample = (overrides: Readonly<Record<string, string | null>>) =>
    sampleRequest('2014', 'sendredpack', MERCHANT, overrides);

  it('is in it, and signed', () => {
    const fields = sample({ wishing: '新年快乐', extra: '1' });
    expect([fields.get('wishing'), fields.get('extra')]).toEqual(['新年快乐', '1']);
    expect(fields.get('sign')).toBe(signMd5(stringToSign(fields), KEY));
  });

  it('takes a field out with null, the signature too', () => {
    expect(sample({ wishing: null }).has('wishing')).toBe(false);
    expect(sample({ sign: null }).has('sign')).toBe(false);
    expect(sample({ sign: 'X' }).get('sign')).toBe('X');
  });

  it('sets the amount, and with it both bounds of 2014', () => {
    const amounts = (fields: ReadonlyMap<string, string>) =>
      ['total_amount', 'min_value', 'max_value'].map((name) => fields.get(name));
    expect(amounts(sample({}))).toEqual(['100', '100', '100']);
    expect(amounts(sample({ total_amount: '250' }))).toEqual(['250', '250', '250']);
    expect(amounts(sample({ total_amount: null }))).toEqual([undefined, '', '']);
  });
});
