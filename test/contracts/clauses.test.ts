import { describe, expect, it } from 'vitest';
import { clausesOf, EDITIONS, type Edition } from '../../contracts/index.ts';

/** The rules of each field, as they stand in the tables of the pages: `sendredpack/wxappid: required max-bytes pattern`. */
const OF_FIELDS: Readonly<Record<Edition, readonly string[]>> = {
  '2014': [
    'sendredpack/nonce_str: required max-bytes',
    'sendredpack/mch_billno: required max-bytes pattern',
    'sendredpack/mch_id: required max-bytes pattern exists',
    'sendredpack/sub_mch_id: required max-bytes',
    'sendredpack/wxappid: required max-bytes',
    'sendredpack/nick_name: required max-bytes',
    'sendredpack/send_name: required max-bytes',
    'sendredpack/re_openid: required max-bytes pattern',
    'sendredpack/total_amount: required range',
    'sendredpack/min_value: required equals-total_amount',
    'sendredpack/max_value: required equals-total_amount',
    'sendredpack/total_num: required one',
    'sendredpack/wishing: required max-bytes',
    'sendredpack/client_ip: required max-bytes pattern',
    'sendredpack/act_name: required max-bytes',
    'sendredpack/act_id: max-bytes',
    'sendredpack/remark: required max-bytes',
    'sendredpack/logo_imgurl: max-bytes',
    'sendredpack/share_content: max-bytes',
    'sendredpack/share_url: max-bytes',
    'sendredpack/share_imgurl: max-bytes',
    'gethbinfo/nonce_str: required max-bytes',
    'gethbinfo/mch_billno: required max-bytes pattern',
    'gethbinfo/mch_id: required max-bytes pattern exists',
    'gethbinfo/appid: required max-bytes',
    'gethbinfo/bill_type: required max-bytes pattern',
  ],
  '2015': [
    'sendredpack/nonce_str: required max-bytes',
    'sendredpack/mch_billno: required max-bytes pattern',
    'sendredpack/mch_id: required max-bytes pattern exists',
    'sendredpack/wxappid: required max-bytes',
    'sendredpack/send_name: required max-bytes',
    'sendredpack/re_openid: required max-bytes pattern',
    'sendredpack/total_amount: required range',
    'sendredpack/total_num: required one',
    'sendredpack/wishing: required max-bytes',
    'sendredpack/client_ip: required max-bytes pattern',
    'sendredpack/act_name: required max-bytes',
    'sendredpack/remark: required max-bytes',
    'gethbinfo/nonce_str: required max-bytes',
    'gethbinfo/mch_billno: required max-bytes pattern',
    'gethbinfo/mch_id: required max-bytes pattern exists',
    'gethbinfo/appid: required max-bytes',
    'gethbinfo/bill_type: required max-bytes pattern',
  ],
  current: [
    'sendredpack/nonce_str: required max-bytes',
    'sendredpack/mch_billno: required max-bytes pattern',
    'sendredpack/mch_id: required max-bytes pattern exists',
    'sendredpack/sub_mch_id: required max-bytes',
    'sendredpack/wxappid: required max-bytes',
    'sendredpack/msgappid: required provider-only max-bytes',
    'sendredpack/send_name: required max-bytes',
    'sendredpack/re_openid: required max-bytes pattern',
    'sendredpack/total_amount: required range',
    'sendredpack/total_num: required one',
    'sendredpack/wishing: required max-bytes',
    'sendredpack/client_ip: required max-bytes pattern',
    'sendredpack/act_name: required max-bytes',
    'sendredpack/remark: required max-bytes',
    'sendredpack/scene_id: max-bytes pattern',
    'sendredpack/risk_info: max-bytes',
    'sendredpack/consume_mch_id: max-bytes',
    'gethbinfo/nonce_str: required max-bytes',
    'gethbinfo/mch_billno: required max-bytes pattern',
    'gethbinfo/mch_id: required max-bytes pattern exists',
    'gethbinfo/appid: required max-bytes',
    'gethbinfo/bill_type: required max-bytes pattern',
  ],
};

/** The rules of fields, a field a line, in their order. */
function rulesOfFields(edition: Edition): string[] {
  const rules = new Map<string, string[]>();
  for (const { name, stage } of clausesOf(edition)) {
    const [endpoint, kind, field, rule = ''] = name.split('/');
    if (kind !== 'fields') continue;
    expect(stage).toBe('fields');
    const key = `${endpoint}/${field}`;
    rules.set(key, [...(rules.get(key) ?? []), rule]);
  }
  return [...rules].map(([field, names]) => `${field}: ${names.join(' ')}`);
}

describe.each(EDITIONS)('the rules of edition %s', (edition) => {
  it('are of the fields these', () => {
    expect(rulesOfFields(edition)).toEqual(OF_FIELDS[edition]);
  });

  it('stand in the order in which they are looked at: XML, fields, and the rest', () => {
    for (const endpoint of ['sendredpack', 'gethbinfo']) {
      const own = clausesOf(edition).filter(({ name }) => name.startsWith(`${endpoint}/`));
      const stages = own.map(({ stage }) => stage);
      expect(stages.slice(0, 5)).toEqual(Array(5).fill('xml'));
      expect(stages.lastIndexOf('xml')).toBe(4);
      expect(stages[5]).toBe('fields');
      expect(stages[stages.lastIndexOf('fields') + 1]).toBe('certificate');
      expect(new Set(own.map(({ name }) => name)).size).toBe(own.length);
    }
  });

  it('are about providers and scenes only where the edition has their fields', () => {
    const names = clausesOf(edition).map(({ name }) => name);
    const has = (name: string): boolean => names.includes(name);
    const fieldsOf = (field: string): boolean =>
      names.some((name) => name.startsWith(`sendredpack/fields/${field}/`));
    expect(has('sendredpack/identity/sub_mch_id/relation')).toBe(fieldsOf('sub_mch_id'));
    expect(has('sendredpack/identity/msgappid/bound')).toBe(fieldsOf('msgappid'));
    expect(has('sendredpack/amount/scene-opened')).toBe(fieldsOf('scene_id'));
    expect(has('gethbinfo/order/exists')).toBe(true);
    expect(has('gethbinfo/order/repeated')).toBe(false);
  });
});
