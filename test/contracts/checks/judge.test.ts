/** The judge on answers that the real server gave, and on the same answers with one thing wrong. */
import { describe, expect, it } from 'vitest';
import {
  clausesOf,
  document,
  ECHO,
  element,
  RECEIVED,
  REFUSED,
  request,
  SENT,
  without,
} from './replies.ts';

describe('the judge finds nothing wrong with', () => {
  it('a success of 2022', () => {
    expect(clausesOf(request('current', 'sendredpack'), document(SENT))).toEqual([]);
  });

  it('a refusal of 2019', () => {
    expect(clausesOf(request('current', 'sendredpack'), document(REFUSED))).toEqual([]);
  });

  it('a query of 2018', () => {
    expect(clausesOf(request('current', 'gethbinfo'), document(RECEIVED))).toEqual([]);
  });

  it('NOTENOUGH of 2015-04, mch_id bare and both codes FAIL (E7)', () => {
    const message = '帐号余额不足，请到商户平台充值后再重试';
    const text = document({
      return_code: 'FAIL',
      return_msg: message,
      result_code: 'FAIL',
      err_code: 'NOTENOUGH',
      err_code_des: message,
      ...ECHO,
    }).replace('<![CDATA[10000098]]>', '10000098');
    expect(clausesOf(request('2014', 'sendredpack'), text)).toEqual([]);
  });

  it('XML_ERROR of 2014, which echoes zeros (E8)', () => {
    const message = '输入xml参数格式错误';
    const values = {
      return_code: 'FAIL',
      return_msg: message,
      result_code: 'FAIL',
      err_code: 'XML_ERROR',
      err_code_des: message,
    };
    const text = document(values).replace(
      '</xml>',
      '<mch_id>0</mch_id>\n<total_amount>0</total_amount>\n</xml>',
    );
    const about = { ...request('2014', 'sendredpack'), fields: undefined };
    expect(clausesOf(about, text)).toEqual([]);
  });

  it('the page of 400 (E66)', () => {
    const page =
      '<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n</html>\r\n';
    expect(clausesOf(request('current', 'sendredpack'), page, 400, 'text/html')).toEqual([]);
  });
});

describe('the judge names', () => {
  const about = request('current', 'sendredpack');
  const asked = request('current', 'gethbinfo');

  it.each<[string, () => string[]]>([
    ['reply/http-200', () => clausesOf(about, document(REFUSED), 400)],
    ['reply/content-type', () => clausesOf(about, document(SENT), 200, 'application/json')],
    ['reply/xml', () => clausesOf(about, '{"return_code":"SUCCESS"}')],
    ['reply/begins-with-xml', () => clausesOf(about, `<?xml version="1.0"?>\n${document(SENT)}`)],
    ['reply/no-html', () => clausesOf(about, document({ ...SENT, attach: 'a.html' }))],
    ['reply/one-element-a-line', () => clausesOf(about, document(SENT).replaceAll('\n', ''))],
    [
      'reply/no-element-twice',
      () =>
        clausesOf(about, `${document(SENT).slice(0, -6)}${element('mch_id', '10000098')}</xml>`),
    ],
    [
      'reply/order',
      () => clausesOf(about, document({ total_amount: '100', ...without(SENT, 'total_amount') })),
    ],
    [
      'reply/cdata',
      () => clausesOf(about, document(SENT).replace('<![CDATA[10000098]]>', '10000098')),
    ],
    ['reply/cdata', () => clausesOf(about, document(SENT).replace('>100<', '><![CDATA[100]]><'))],
    ['reply/no-empty-number', () => clausesOf(about, document({ ...REFUSED, total_amount: '' }))],
    ['reply/max-bytes', () => clausesOf(about, document({ ...SENT, send_listid: '1'.repeat(33) }))],
    ['reply/return_code', () => clausesOf(about, document(without(SENT, 'return_code')))],
    [
      'reply/failure-envelope',
      () => clausesOf(about, document({ ...REFUSED, return_code: 'FAIL' })),
    ],
    ['reply/success-envelope', () => clausesOf(about, document({ ...SENT, return_code: 'FAIL' }))],
    ['reply/return_msg', () => clausesOf(about, document({ ...REFUSED, return_msg: 'FAIL' }))],
    ['reply/err_code', () => clausesOf(about, document({ ...REFUSED, err_code: '268458547' }))],
    ['reply/err_code', () => clausesOf(about, document({ ...REFUSED, err_code: 'NOT_FOUND' }))],
    [
      'reply/err_code_des',
      () => clausesOf(about, document({ ...REFUSED, err_code_des: 'x', return_msg: 'x' })),
    ],
    ['reply/success-code', () => clausesOf(about, document({ ...SENT, err_code: '0' }))],
    ['reply/unsigned', () => clausesOf(about, document({ ...SENT, sign: 'A'.repeat(32) }))],
    ['reply/sign', () => clausesOf(about, document({ ...SENT, sign: 'A'.repeat(32) }))],
    ['reply/echo/re_openid', () => clausesOf(about, document(without(SENT, 're_openid')))],
    [
      'reply/echo/total_amount',
      () => clausesOf(about, document({ ...SENT, total_amount: '1000' })),
    ],
    [
      'reply/echo-in-refusal/wxappid',
      () => clausesOf(about, document(without(REFUSED, 'wxappid'))),
    ],
    ['reply/total_num', () => clausesOf(about, document({ ...REFUSED, total_num: '1' }))],
    [
      'reply/total_num',
      () => clausesOf(request('current', 'sendredpack', { total_num: '2' }), document(REFUSED)),
    ],
    [
      'reply/send_listid',
      () => clausesOf(about, document({ ...SENT, send_listid: '1000041701201912123' })),
    ],
    [
      'reply/no-send_listid',
      () => clausesOf(about, document({ ...REFUSED, send_listid: SENT.send_listid })),
    ],
    ['reply/send_time', () => clausesOf(about, document({ ...SENT, send_time: '20191212000000' }))],
    ['reply/page', () => clausesOf(about, '<html></html>', 200, 'text/html')],
    ['reply/status', () => clausesOf(asked, document({ ...RECEIVED, status: 'REFUNDING' }))],
    ['reply/detail_id', () => clausesOf(asked, document(without(RECEIVED, 'detail_id')))],
    ['reply/send_type', () => clausesOf(asked, document(without(RECEIVED, 'send_type')))],
    ['reply/hb_type', () => clausesOf(asked, document({ ...RECEIVED, hb_type: 'GROUP' }))],
    ['reply/total_num', () => clausesOf(asked, document(without(RECEIVED, 'total_num')))],
    ['reply/total_amount', () => clausesOf(asked, document({ ...RECEIVED, total_amount: '1.00' }))],
    [
      'reply/send_time',
      () => clausesOf(asked, document({ ...RECEIVED, send_time: '20180123134508' })),
    ],
    ['reply/refund', () => clausesOf(asked, document({ ...RECEIVED, refund_amount: '100' }))],
    [
      'reply/refund',
      () => clausesOf(asked, document({ ...without(RECEIVED, 'hblist'), status: 'REFUND' })),
    ],
    ['reply/hblist', () => clausesOf(asked, document({ ...RECEIVED, status: 'SENT' }))],
    [
      'reply/hblist',
      () => clausesOf(asked, document({ ...RECEIVED, hblist: '\n<hbinfo></hbinfo>\n' })),
    ],
    ['reply/success-code', () => clausesOf(asked, document(without(RECEIVED, 'err_code')))],
    ['reply/no-words', () => clausesOf(asked, document({ ...RECEIVED, wishing: '恭喜发财' }))],
  ])('%s', (rule, judged) => {
    expect(judged()).toContain(rule.replace('reply/', ''));
  });

  it('nothing else when one thing is wrong', () => {
    expect(clausesOf(about, document(without(SENT, 're_openid')))).toEqual(['echo/re_openid']);
    expect(clausesOf(asked, document({ ...RECEIVED, hb_type: 'GROUP' }))).toEqual(['hb_type']);
  });

  it('an answer that echoes less than zeros when nothing was read', () => {
    const unread = { ...about, fields: undefined };
    const message = '输入xml参数格式错误';
    const values = {
      ...REFUSED,
      err_code: 'XML_ERROR',
      err_code_des: message,
      return_msg: message,
    };
    expect(clausesOf(unread, document(values))).toContain('unreadable');
  });
});
