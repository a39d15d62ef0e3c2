/** What the judge says of an answer: where a rule ends, what was expected, and what came. */
import { describe, expect, it } from 'vitest';
import { replyClauses } from '../../../contracts/checks/judge.ts';
import { viewOf } from '../../../contracts/checks/reply-view.ts';
import { type Edition, signMd5, stringToSign } from '../../../contracts/index.ts';
import {
  clausesOf,
  document,
  ECHO,
  element,
  findingsOf,
  MERCHANT,
  RECEIVED,
  REFUSED,
  request,
  ruleOf,
  SENT,
  without,
} from './replies.ts';

type Values = Readonly<Record<string, string>>;

const send = request('current', 'sendredpack');
const query = request('current', 'gethbinfo');

const refusal = (code: string, words: string, more: Values = {}): Values => ({
  ...REFUSED,
  err_code: code,
  err_code_des: words,
  return_msg: words,
  ...more,
});
const REFUNDED: Values = {
  ...without(RECEIVED, 'hblist'),
  status: 'REFUND',
  refund_time: '2018-01-24 13:45:08',
  refund_amount: '100',
};
const receipt = (...names: readonly string[]): string => {
  const values: Values = { openid: 'o1', amount: '100', rcv_time: '2018-01-23 13:45:31' };
  const children = names.map((name) => element(name, values[name] ?? '')).join('');
  return `\n<hbinfo>\n${children}</hbinfo>\n`;
};
const whole = receipt('openid', 'amount', 'rcv_time');

/** A success of an edition, in its own envelope. */
function success(edition: Edition, values: Values): string {
  const text = document(values);
  return edition === '2014' ? text.replace('<![CDATA[10000098]]>', '10000098') : text;
}
const EARLY: Values = {
  ...without(without(SENT, 'err_code'), 'send_listid'),
  send_listid: '10000000002014120812345678901'.slice(0, 28),
  send_time: '20141208001122',
};

describe('the judge has nothing against', () => {
  it.each<[string, () => string[]]>([
    ['text/xml', () => clausesOf(send, document(SENT), 200, 'text/xml; charset=utf-8')],
    ['text/html', () => clausesOf(send, document(SENT), 200, 'text/html')],
    ['application/xml', () => clausesOf(send, document(SENT), 200, 'application/xml')],
    ['a refund', () => clausesOf(query, document(REFUNDED))],
    [
      'several who received it',
      () => clausesOf(query, document({ ...RECEIVED, hblist: whole + whole })),
    ],
    ['a reason longer than its table says', () => clausesOf(query, reason('因'.repeat(40)))],
    [
      'a send_listid as long as its table says, in digits of the edition',
      () => clausesOf(send, document({ ...SENT, send_listid: '1'.repeat(31) })),
    ],
    [
      'a refusal in the words of a field',
      () => clausesOf(send, document(refusal('PARAM_ERROR', '参数错误:total_num必须等于1'))),
    ],
    ['a success of 2014', () => clausesOf(request('2014', 'sendredpack'), success('2014', EARLY))],
    [
      'an amount that is echoed as it was read',
      () =>
        clausesOf(
          request('current', 'sendredpack', { total_amount: '1.00' }),
          document({ ...REFUSED, total_amount: '1' }),
        ),
    ],
    [
      '0 for a mch_id that was not sent',
      () =>
        clausesOf(
          request('current', 'sendredpack', { mch_id: null }),
          document({ ...REFUSED, mch_id: '0' }),
        ),
    ],
    [
      'a total_num that was sent empty, and is taken for one',
      () => clausesOf(request('current', 'sendredpack', { total_num: '' }), document(REFUSED)),
    ],
    [
      'a total_num that is not one, and is echoed as it was read',
      () =>
        clausesOf(
          request('current', 'sendredpack', { total_num: '2x' }),
          document({ ...REFUSED, total_num: '2' }),
        ),
    ],
    [
      'words, when there is no err_code_des to say the same',
      () => clausesOf(query, document({ ...without(RECEIVED, 'err_code_des'), return_msg: '好' })),
    ],
    [
      'a page of the front server',
      () => clausesOf(send, ' \n<!DOCTYPE html><p>', 502, 'text/html'),
    ],
    ['a page of the front server, with exactly HTTP 400', () => clausesOf(send, '<HTML>', 400)],
  ])('%s', (_, judged) => {
    expect(judged()).toEqual([]);
  });

  it.each(['FAIL', 'SUCCESS'])('XML_ERROR under return_code %s: only 2014 was captured', (code) => {
    const words = '输入xml参数格式错误';
    const values = {
      return_code: code,
      return_msg: words,
      result_code: 'FAIL',
      err_code: 'XML_ERROR',
      err_code_des: words,
    };
    const bare = '<mch_id>0</mch_id>\n<total_amount>0</total_amount>\n</xml>';
    const text = document(values).replace('</xml>', bare);
    expect(clausesOf({ ...send, fields: undefined }, text)).toEqual([]);
    const asText = text.replace('<mch_id>0', '<mch_id><![CDATA[0]]>');
    expect(clausesOf({ ...send, fields: undefined }, asText)).toEqual([]);
  });

  it('a right signature, but that there is one', () => {
    const signed = document(SENT);
    const fields = new Map(Object.entries(SENT));
    const sign = signMd5(stringToSign(fields), MERCHANT.key);
    const text = signed.replace('<result_code>', `${element('sign', sign)}<result_code>`);
    expect(clausesOf(send, text)).toEqual(['unsigned']);
  });
});

function reason(text: string): string {
  const { send_time, ...rest } = without(RECEIVED, 'hblist');
  return document({ ...rest, status: 'FAILED', reason: text, send_time: send_time ?? '' });
}

describe('the judge says what it expected and what came', () => {
  it.each<[string, string, string, () => ReturnType<typeof findingsOf>]>([
    ['http-200', 'HTTP 200', 'HTTP 404', () => findingsOf(send, document(SENT), 404)],
    [
      'content-type',
      'text/plain, text/xml, text/html or application/xml',
      'none',
      () => findingsOf(send, document(SENT), 200, ''),
    ],
    [
      'content-type',
      'text/plain, text/xml, text/html or application/xml',
      'x-text/plain',
      () => findingsOf(send, document(SENT), 200, 'x-text/plain'),
    ],
    ['xml', 'XML below <xml>', 'nothing', () => findingsOf(send, '')],
    [
      'xml',
      'XML below <xml>',
      '<root> <a>1</a> </root>',
      () => findingsOf(send, '<root>\n <a>1</a>\n</root>'),
    ],
    ['xml', 'XML below <xml>', 'x'.repeat(80), () => findingsOf(send, 'x'.repeat(100))],
    [
      'begins-with-xml',
      '<xml>',
      '<?xml version="1.0"?>                   ',
      () => findingsOf(send, `<?xml version="1.0"?>${' '.repeat(40)}${document(SENT)}`),
    ],
    ['no-html', 'no html', 'html', () => findingsOf(send, document({ ...SENT, attach: 'HTML' }))],
    [
      'no-element-twice',
      'one wxappid',
      'wxappid twice',
      () =>
        findingsOf(
          send,
          document(SENT).replace('<re_openid>', `${element('wxappid', 'wx')}<re_openid>`),
        ),
    ],
    [
      'order',
      'return_code, return_msg, result_code, err_code, err_code_des, mch_billno, mch_id, wxappid, re_openid, total_amount, send_listid',
      'return_code, return_msg, result_code, err_code, err_code_des, mch_billno, mch_id, wxappid, re_openid, send_listid, total_amount',
      () => findingsOf(send, document({ ...without(SENT, 'total_amount'), total_amount: '100' })),
    ],
    [
      'cdata',
      'mch_id in CDATA',
      '<mch_id>10000098</mch_id>',
      () => findingsOf(send, document(SENT).replace('<![CDATA[10000098]]>', '10000098')),
    ],
    [
      'cdata',
      'amount bare',
      '<amount><![CDATA[100]]></amount>',
      () =>
        findingsOf(
          query,
          document(RECEIVED).replace('<amount>100</amount>', '<amount><![CDATA[100]]></amount>'),
        ),
    ],
    [
      'cdata',
      'mch_id bare',
      '<mch_id><![CDATA[10000098]]></mch_id>',
      () => findingsOf(request('2014', 'sendredpack'), document(EARLY)),
    ],
    ...['total_num', 'refund_amount', 'refund_time', 'send_time'].map(
      (name): [string, string, string, () => ReturnType<typeof findingsOf>] => [
        'no-empty-number',
        `a value in ${name}, or none`,
        'an empty element',
        () => findingsOf(query, document({ ...REFUNDED, [name]: '' })),
      ],
    ),
    [
      'max-bytes',
      'send_listid of at most 32 bytes',
      '33 bytes',
      () => findingsOf(send, document({ ...SENT, send_listid: '1'.repeat(33) })),
    ],
    [
      'return_code',
      'result_code: SUCCESS or FAIL',
      'result_code "SUCCESSFUL"',
      () => findingsOf(send, document({ ...REFUSED, result_code: 'SUCCESSFUL' })),
    ],
    [
      'return_code',
      'return_code: SUCCESS or FAIL',
      'return_code "xFAIL"',
      () => findingsOf(send, document({ ...REFUSED, return_code: 'xFAIL' })),
    ],
    [
      'failure-envelope',
      'return_code "FAIL"',
      'return_code "SUCCESS"',
      () => findingsOf(request('2014', 'sendredpack'), document(REFUSED)),
    ],
    [
      'err_code',
      'a code that gethbinfo of current has',
      'no err_code',
      () => findingsOf(query, document(without(REFUSED, 'err_code'))),
    ],
    [
      'err_code',
      'a code that sendredpack of 2014 has',
      'err_code "PROCESSING"',
      () => findingsOf(request('2014', 'sendredpack'), document(REFUSED)),
    ],
    [
      'success-code',
      'no err_code',
      'err_code "SUCCESS"',
      () =>
        findingsOf(
          request('2014', 'sendredpack'),
          document({ ...SENT, ...EARLY, err_code: 'SUCCESS' }),
        ),
    ],
    [
      'send_listid',
      'send_listid: 31 digits',
      'send_listid "1x"',
      () => findingsOf(send, document({ ...SENT, send_listid: '1x' })),
    ],
    [
      'send_time',
      'send_time: yyyyMMddHHmmss',
      'send_time "20141208"',
      () =>
        findingsOf(request('2014', 'sendredpack'), document({ ...EARLY, send_time: '20141208' })),
    ],
    [
      'send_time',
      'no send_time',
      'send_time "1"',
      () => findingsOf(send, document({ ...SENT, send_time: '1' })),
    ],
    [
      'no-send_listid',
      'no send_listid',
      'send_listid "1"',
      () => findingsOf(send, document({ ...REFUSED, send_listid: '1' })),
    ],
    ['page', 'HTTP 400 or above with a page', 'HTTP 399', () => findingsOf(send, '<html>', 399)],
    [
      'refund',
      'no refund_time',
      'refund_time "2018-01-24 13:45:08"',
      () => findingsOf(query, document({ ...REFUNDED, status: 'SENT' })),
    ],
    [
      'refund',
      'refund_amount: fen',
      'no refund_amount',
      () => findingsOf(query, document(without(REFUNDED, 'refund_amount'))),
    ],
    [
      'hblist',
      'no hblist before it is received',
      'an hblist',
      () => findingsOf(query, document({ ...RECEIVED, status: 'SENT' })),
    ],
    [
      'hblist',
      'hbinfo with openid, amount and rcv_time',
      'hbinfo with openid,amount',
      () => findingsOf(query, document({ ...RECEIVED, hblist: receipt('openid', 'amount') })),
    ],
    [
      'hblist',
      'hbinfo with openid, amount and rcv_time',
      'hbinfo with amount,rcv_time',
      () =>
        findingsOf(query, document({ ...RECEIVED, hblist: whole + receipt('amount', 'rcv_time') })),
    ],
    [
      'hblist',
      'hbinfo with openid, amount and rcv_time',
      'hb with openid,amount,rcv_time',
      () => findingsOf(query, document({ ...RECEIVED, hblist: whole.replaceAll('hbinfo', 'hb') })),
    ],
    [
      'no-words',
      'no remark',
      'remark "x"',
      () => findingsOf(query, document({ ...RECEIVED, remark: 'x' })),
    ],
    [
      'no-words',
      'no act_name',
      'act_name "x"',
      () => findingsOf(query, document({ ...RECEIVED, act_name: 'x' })),
    ],
    [
      'echo/mch_id',
      'mch_id "10000098"',
      'no mch_id',
      () => findingsOf(send, document(without(SENT, 'mch_id'))),
    ],
    [
      'echo-in-refusal/mch_id',
      'mch_id "10000098"',
      'mch_id "0"',
      () => findingsOf(send, document({ ...REFUSED, mch_id: '0' })),
    ],
    [
      'echo-in-refusal/mch_id',
      'mch_id ""',
      'mch_id "7"',
      () =>
        findingsOf(
          request('current', 'sendredpack', { mch_id: null }),
          document({ ...REFUSED, mch_id: '7' }),
        ),
    ],
    [
      'echo-in-refusal/wxappid',
      'wxappid ""',
      'wxappid "0"',
      () =>
        findingsOf(
          request('current', 'sendredpack', { wxappid: null }),
          document({ ...REFUSED, wxappid: '0' }),
        ),
    ],
    [
      'total_num',
      'total_num "2"',
      'total_num "1"',
      () =>
        findingsOf(
          request('current', 'sendredpack', { total_num: '2' }),
          document({ ...REFUSED, total_num: '1' }),
        ),
    ],
    ...['mch_id', 'total_amount', 'mch_billno'].map(
      (name): [string, string, string, () => ReturnType<typeof findingsOf>] => [
        'unreadable',
        name === 'mch_billno' ? 'no mch_billno' : `${name} "0"`,
        `${name} "7"`,
        () => findingsOf({ ...send, fields: undefined }, unreadable({ [name]: '7' })),
      ],
    ),
  ])('%s: %s, got %s', (rule, expected, got, judged) => {
    const found = judged().filter(({ clause }) => ruleOf(clause) === rule);
    expect(found).toMatchObject([{ expected, got }]);
  });
});

function unreadable(more: Values): string {
  const words = '输入xml参数格式错误';
  const all = { mch_id: '0', total_amount: '0', ...more };
  const { mch_billno, ...zeros } = all as Values;
  return document({
    return_code: 'FAIL',
    return_msg: words,
    result_code: 'FAIL',
    err_code: 'XML_ERROR',
    err_code_des: words,
    ...(mch_billno ? { mch_billno } : {}),
    ...zeros,
  });
}

describe('a wording', () => {
  const isKnown = (code: string, words: string, edition: Edition = 'current') =>
    !clausesOf(request(edition, 'sendredpack'), document(refusal(code, words))).includes(
      'err_code_des',
    );

  it.each([
    ['PARAM_ERROR', '参数错误:total_num必须等于1', true],
    ['SIGN_ERROR', '参数错误:total_num必须等于1', false],
    ['PARAM_ERROR', '请求参数错误', true],
    ['PARAM_ERROR', '请求参数错误。', false],
    ['NO_AUTH', 'IP地址非你在商户平台设置的可用IP地址', true],
    ['NO_AUTH', '没有权限', true],
    ['MONEY_LIMIT', '每个红包的平均金额必须在1.00元到200.00元之间.', true],
    ['MONEY_LIMIT', '每个红包的平均金额必须在0.30元到4999.00元之间.', true],
    ['MONEY_LIMIT', '每个红包的平均金额必须在元到200.00元之间.', false],
    ['MONEY_LIMIT', '抱歉，每个红包的平均金额必须在1.00元到200.00元之间.', false],
    ['MONEY_LIMIT', '每个红包的平均金额必须在1.00元到200.00元之间.请重试', false],
    ['MONEY_LIMIT', '每个红包的平均金额必须在1.00元到200.00元之间!', false],
    ['NO_AUTH', '', false],
    // Of a code that nobody knows no wording is known: that is the rule about codes.
    ['NEVER_SEEN', 'whatever', true],
  ])('of %s: %j is known: %j', (code, words, known) => {
    expect(isKnown(code, words)).toBe(known);
  });
});

it('an answer is seen as what its own words make it', () => {
  const kindOf = (about: typeof send, text: string) =>
    viewOf(about, { status: 200, contentType: '', body: Buffer.from(text) }).kind;
  expect(kindOf(send, document(SENT))).toBe('sent');
  expect(kindOf(query, document(RECEIVED))).toBe('found');
  expect(kindOf(query, document(REFUSED))).toBe('refused');
  expect(kindOf(send, document(without(SENT, 'result_code')))).toBe('refused');
  expect(kindOf(send, '\n<html>')).toBe('page');
  expect(kindOf(send, '<!doctype html>')).toBe('page');
  expect(kindOf(send, 'x<html>')).toBe('broken');
  expect(kindOf(send, '<xml></xml>')).toBe('broken');
  expect(kindOf(send, document(SENT).replaceAll('xml>', 'root>'))).toBe('broken');
});

it('every rule of replies has one clause for each endpoint that it is about', () => {
  const clauses = replyClauses().map(({ clause }) => clause);
  expect(new Set(clauses).size).toBe(clauses.length);
  expect(clauses).toEqual(
    expect.arrayContaining(['sendredpack/reply/page', 'gethbinfo/reply/page']),
  );
  expect(clauses).not.toContain('gethbinfo/reply/send_listid');
  expect(clauses).not.toContain('sendredpack/reply/hblist');
  expect(ECHO).toHaveProperty('re_openid');
});

describe('a figure is all of its form, and nothing before or behind', () => {
  it.each<[string, () => string[]]>([
    ['return_code', () => clausesOf(send, document({ ...REFUSED, return_code: 'FAILED' }))],
    ['return_code', () => clausesOf(send, document({ ...REFUSED, result_code: 'noFAIL' }))],
    ['refund', () => clausesOf(query, document({ ...REFUNDED, refund_amount: '1.00' }))],
    ['refund', () => clausesOf(query, document({ ...REFUNDED, refund_amount: '-100' }))],
    ...['201412080011221', 'a20141208001122'].map((send_time): [string, () => string[]] => [
      'send_time',
      () => clausesOf(request('2014', 'sendredpack'), success('2014', { ...EARLY, send_time })),
    ]),
  ])('%s', (clause, judged) => {
    expect(judged()).toContain(clause);
  });
});

describe('of an answer no element changes its place:', () => {
  const FAILED: Values = { ...without(RECEIVED, 'hblist'), status: 'FAILED', reason: '因' };
  const ORDERED: readonly (readonly [string, readonly string[], Values])[] = [
    ['gethbinfo', ['hb_type', 'total_num', 'total_amount', 'send_time', 'hblist'], RECEIVED],
    ['gethbinfo', ['send_time', 'refund_time', 'refund_amount'], REFUNDED],
    ['gethbinfo', ['total_amount', 'reason', 'send_time'], FAILED],
    ['sendredpack', ['re_openid', 'total_amount', 'send_listid'], SENT],
  ];
  const swaps = ORDERED.flatMap(([endpoint, names, values]) =>
    names.slice(1).map((name, at) => [endpoint, names[at] ?? '', name, values] as const),
  );

  it.each(swaps)('of %s neither %s nor %s', (endpoint, first, second, values) => {
    const about = endpoint === 'gethbinfo' ? query : send;
    const rest = without(without(values, first), second);
    const text = (...pair: readonly string[]) => {
      const names = Object.keys(values);
      const before = names.slice(0, Math.min(names.indexOf(first), names.indexOf(second)));
      const entry = (name: string) => [name, values[name] ?? ''] as const;
      const head = before.map(entry);
      const tail = Object.entries(rest).filter(([name]) => !before.includes(name));
      return document(Object.fromEntries([...head, ...pair.map(entry), ...tail]));
    };
    expect(clausesOf(about, text(first, second))).not.toContain('order');
    expect(clausesOf(about, text(second, first))).toContain('order');
  });
});
