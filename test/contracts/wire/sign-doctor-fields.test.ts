/** What a client can do to the fields: each turn of each mistake is found, and told in words that say which turn it was. */
import { describe, expect, it } from 'vitest';
import { diagnose, told, toldOver } from './diagnose.ts';
import {
  ASKED,
  but,
  joined,
  KEY,
  md5,
  renamed,
  SENT,
  signs,
  slip,
  type Values,
  writes,
  xml,
} from './sign-slips.ts';

const OLD: Values = { ...SENT, nick_name: 'n', min_value: '200', max_value: '200' };

/** Fields that no edition knows: f1, f2, … */
const unknown = (count: number): Values =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at + 1}`, 'x']));

describe('the doctor tells a client that it signed fields too many', () => {
  it.each([
    ['signed the field sign itself, still empty', { sign: '' }],
    ['signed the field sign itself, still null', { sign: 'null' }],
    ['signed sign_type=MD5, which is not in the body', { sign_type: 'MD5' }],
    ['signed sign_type=HMAC-SHA256, which is not in the body', { sign_type: 'HMAC-SHA256' }],
    ['signed scene_id, empty and not in the body', { scene_id: '' }],
    ['signed consume_mch_id, empty and not in the body', { consume_mch_id: '' }],
    [
      'signed sub_mch_id, msgappid, scene_id, risk_info, consume_mch_id, empty and not in the body',
      { sub_mch_id: '', msgappid: '', scene_id: '', risk_info: '', consume_mch_id: '' },
    ],
    [
      'signed sub_mch_id, msgappid, scene_id, risk_info, consume_mch_id as undefined',
      {
        ...{ sub_mch_id: 'undefined', msgappid: 'undefined', scene_id: 'undefined' },
        ...{ risk_info: 'undefined', consume_mch_id: 'undefined' },
      },
    ],
  ])('%s', (did, more) => {
    expect(toldOver(SENT, { ...SENT, ...more })).toEqual([did]);
  });

  it('and calls sign_type by its own mistake, not by that of any unknown field', () => {
    const typed = { ...SENT, sign_type: 'x' };
    const diagnosis = diagnose(xml(typed, signs(typed)));
    expect(diagnosis).toMatchObject({ kind: 'mistake', mistakes: [{ id: 'sign-type-signed' }] });
  });

  it.each([
    ['signed scene_id, which is empty', { scene_id: '' }],
    ['signed scene_id, risk_info, which are empty', { scene_id: '', risk_info: '' }],
    ['signed scene_id, extra, which are empty', { scene_id: '', extra: '' }],
    ['signed scene_id as null', { scene_id: 'null' }],
    ['signed scene_id as undefined', { scene_id: 'undefined' }],
    ['signed scene_id, risk_info as None', { scene_id: 'None', risk_info: 'None' }],
    ['signed sign_type, which sendredpack does not know', { sign_type: 'x' }],
    ['signed extra, which sendredpack does not know', { extra: 'x' }],
  ])('and sent: %s', (did, more) => {
    const sent = Object.entries(more).map(([name, value]) => [name, value === 'x' ? 'x' : '']);
    const body: Values = { ...SENT, ...Object.fromEntries(sent) };
    expect(toldOver(body, { ...SENT, ...more })).toEqual([did]);
  });

  it('counts among the fields that are not in the body none that are', () => {
    const sent = { ...SENT, scene_id: 's', msgappid: 'm' };
    const more = { sub_mch_id: '', risk_info: '', consume_mch_id: '' };
    expect(toldOver(sent, { ...sent, ...more })).toEqual([
      'signed sub_mch_id, risk_info, consume_mch_id, empty and not in the body',
    ]);
  });

  it('leaves an empty field that nobody knows out of account when only the known one was signed', () => {
    const body = { ...SENT, extra: '', scene_id: '' };
    expect(toldOver(body, { ...SENT, scene_id: '' })).toEqual(['signed scene_id, which is empty']);
  });

  it.each([
    [8, 'f1, f2, f3, f4, f5, f6, f7, f8'],
    [9, 'f1, f2, f3, f4, f5, f6, f7, f8 and 1 more'],
    [11, 'f1, f2, f3, f4, f5, f6, f7, f8 and 3 more'],
  ])('names of %i unknown fields the first eight', (count, names) => {
    const all = { ...SENT, ...unknown(count) };
    expect(toldOver(all, all)).toEqual([`signed ${names}, which sendredpack does not know`]);
  });

  it('tries six unknown fields one by one, and seven only together', () => {
    const one = { ...SENT, f3: 'x' };
    expect(toldOver({ ...SENT, ...unknown(6) }, one)).toEqual([
      'signed f3, which sendredpack does not know',
    ]);
    expect(toldOver({ ...SENT, ...unknown(7) }, one)).toEqual(['unexplained']);
  });

  it('shows 40 characters of a name and no more', () => {
    for (const [name, shown] of [
      ['n'.repeat(40), 'n'.repeat(40)],
      ['n'.repeat(41), `${'n'.repeat(40)}…`],
    ] as const) {
      const all = { ...SENT, [name]: 'x' };
      expect(toldOver(all, all)).toEqual([`signed ${shown}, which sendredpack does not know`]);
    }
  });
});

describe('the doctor tells a client that it signed fields too few', () => {
  it.each([
    ['min_value, max_value', { ...SENT, min_value: '200', max_value: '200' }, SENT],
    ['nick_name, min_value, max_value', OLD, SENT],
    ['nick_name', OLD, but(OLD, 'nick_name')],
    ['min_value', { ...SENT, min_value: '200' }, SENT],
    ['risk_info', { ...SENT, risk_info: 'r' }, SENT],
    ['consume_mch_id', { ...SENT, consume_mch_id: '10000098' }, SENT],
  ])('left %s out of the string', (names, sent, signed) => {
    expect(toldOver(sent, signed)).toEqual([`left ${names} out of the string`]);
  });

  it('names the one that is forgotten oftener first, whatever the order of the body', () => {
    for (const sent of [SENT, Object.fromEntries(Object.entries(SENT).reverse())]) {
      const signed = but(sent, 'client_ip', 'remark');
      expect(toldOver(sent, signed)).toEqual([
        'left client_ip out of the string',
        'left remark out of the string',
      ]);
    }
  });
});

describe('the doctor tells a client that it signed other names', () => {
  it.each([
    ['wxappid', 'appid'],
    ['mch_id', 'mchid'],
    ['nonce_str', 'noncestr'],
    ['mch_billno', 'partner_trade_no'],
    ['mch_billno', 'out_trade_no'],
    ['re_openid', 'openid'],
    ['client_ip', 'spbill_create_ip'],
    ['total_amount', 'amount'],
    ['total_amount', 'total_fee'],
  ])('%s as %s', (from, to) => {
    const signed = renamed(SENT, (name) => (name === from ? to : name));
    expect(toldOver(SENT, signed)).toEqual([`signed ${from} under the name ${to}`]);
  });

  it('appid as wxappid, in a query', () => {
    const signed = renamed(ASKED, (name) => (name === 'appid' ? 'wxappid' : name));
    expect(told(slip('', '', signs(signed), ASKED, { endpoint: 'gethbinfo' }))).toEqual([
      'signed appid under the name wxappid',
    ]);
  });

  it('two of them at once', () => {
    const names: Values = { wxappid: 'appid', client_ip: 'spbill_create_ip' };
    const signed = renamed(SENT, (name) => names[name] ?? name);
    expect(toldOver(SENT, signed)).toEqual([
      'signed wxappid under the name appid',
      'signed client_ip under the name spbill_create_ip',
    ]);
  });

  it.each([
    ['camelCase', 'mchId'],
    ['PascalCase', 'MchId'],
    ['upper case', 'MCH_ID'],
  ])('in %s: %s', (how, example) => {
    const rename: Record<string, (name: string) => string> = {
      mchId: (name) => name.replace(/_./g, (two) => two.slice(1).toUpperCase()),
      MchId: (name) => name.replace(/(?:^|_)[a-z]/g, (one) => one.slice(-1).toUpperCase()),
      MCH_ID: (name) => name.toUpperCase(),
    };
    const signed = renamed(SENT, rename[example] ?? String);
    expect(Object.keys(signed)).toContain(example);
    expect(toldOver(SENT, signed)).toEqual([`signed the names in ${how}`]);
  });
});

/** A signature over the fields in this order. */
const ordered = (values: Values, names: readonly string[], sent = values) =>
  slip('', '', md5(`${joined(values, names)}&key=${KEY}`), sent);

describe('the doctor tells a client that it signed in another order', () => {
  /** As the tables of the pages have them; those of 2015 and of today differ by a field that only providers send. */
  const PAGE_2014 = (
    'nonce_str mch_billno mch_id wxappid nick_name send_name re_openid total_amount min_value ' +
    'max_value total_num wishing client_ip act_name remark'
  ).split(' ');
  const PAGE_2015 = PAGE_2014.filter((n) => !/^(?:nick_name|min_value|max_value)$/.test(n));

  it.each([
    ['2014', PAGE_2014, OLD],
    ['2015', PAGE_2015, SENT],
    [
      'current',
      [...PAGE_2015, 'scene_id', 'risk_info'],
      { ...SENT, scene_id: 's', risk_info: 'r' },
    ],
  ] as const)('that of the page of edition %s', (edition, names, values) => {
    const backwards = Object.fromEntries(Object.entries(values).reverse());
    const first = edition === '2015' ? '2014' : edition;
    expect(told(ordered(backwards, names))).toEqual([
      `signed the fields in the order of the page (edition ${first}), not sorted`,
    ]);
  });

  it('that of the page of 2015, where a provider’s field comes last that it does not have', () => {
    const values: Values = { ...SENT, scene_id: 's', sub_mch_id: '10000098' };
    const names = [...PAGE_2015, 'sub_mch_id', 'scene_id'];
    const body = Object.fromEntries(['scene_id', 'sub_mch_id', ...PAGE_2015].map((n) => [n, '']));
    const sent = { ...body, sub_mch_id: '10000098', ...values };
    // Of the fields that the page does not have, those stay in the order of the body.
    expect(Object.keys(sent).slice(0, 2)).toEqual(['scene_id', 'sub_mch_id']);
    expect(told(ordered(values, [...PAGE_2015, 'scene_id', 'sub_mch_id'], sent))).toEqual([
      'signed the fields in the order of the page (edition 2015), not sorted',
    ]);
    expect(told(ordered(values, names, sent))).toEqual(['unexplained']);
  });

  it.each([
    ['sorted the names backwards', Object.keys(SENT).sort().reverse()],
    [
      'sorted by the values instead of the names',
      Object.keys(SENT)
        .sort()
        .sort((a, b) => ((SENT[a] ?? '') < (SENT[b] ?? '') ? -1 : Number(SENT[a] !== SENT[b]))),
    ],
    [
      'sorted the names without regard to case, underscores behind letters',
      Object.keys(SENT).sort((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1)),
    ],
    ['signed the fields in the order of the document, not sorted', Object.keys(SENT)],
  ])('%s', (did, names) => {
    expect(told(ordered(SENT, names))).toEqual([did]);
  });
});

describe('the doctor tells a client that it joined otherwise', () => {
  it.each([
    ['put nothing between the fields', '=', ''],
    ['put nothing between names and values', '', '&'],
    ['put neither = nor & between names and values', '', ''],
    ['put &amp; between the fields', '=', '&amp;'],
    ['put a line end between the fields', '=', '\n'],
  ])('%s', (did, inner, between) => {
    const write = (text: string): string =>
      `${text.replaceAll('=', inner).replaceAll('&', between)}&key=${KEY}`;
    expect(told(writes('', '', write))).toEqual([did]);
  });

  it('signed the values without their names', () => {
    const values = Object.keys(SENT)
      .sort()
      .map((name) => SENT[name]);
    expect(told(slip('', '', md5(`${values.join('&')}&key=${KEY}`)))).toEqual([
      'signed the values without their names',
    ]);
  });
});

describe('the doctor does not take a field for signed', () => {
  it('that came without a value, when it looks for one that was left out', () => {
    const sent = { ...SENT, scene_id: '' };
    expect(told({ ...slip('', '', signs(SENT)), body: xml(sent, signs(SENT)) })).toEqual(['right']);
  });
});
