import { describe, expect, it } from 'vitest';
import {
  EDITION_TABLES,
  EDITIONS,
  type Edition,
  type EndpointName,
  parseTree,
  type QueriedOrder,
  queryAnswered,
  type ReplyContext,
  refused,
  type Switches,
  sendSucceeded,
  signMd5,
  signReply,
  stringToSign,
  switchesOf,
  unreadable,
  writeXml,
  type XmlEntry,
} from '../../contracts/index.ts';
import { examples, fieldsOf, KEY, type Values, without } from './support.ts';

const SENT_AT = Date.parse('2015-05-20T10:26:02+08:00');
const LISTID = '100000000020150520314766074200';
const REQUEST = examples('2015');

function context(
  edition: Edition,
  endpoint: EndpointName = 'sendredpack',
  switches: Partial<Switches> = {},
): ReplyContext {
  return { edition, endpoint, switches: switchesOf(switches) };
}

const cdata = (name: string, text: string): string => `<${name}><![CDATA[${text}]]></${name}>`;
const bare = (name: string, text: string | number): string => `<${name}>${text}</${name}>`;
const document = (...lines: string[]): string => ['<xml>', ...lines, '</xml>'].join('\n');

const success = (edition: Edition, values: Values = REQUEST): string =>
  writeXml(
    sendSucceeded(context(edition), fieldsOf(values), { sendListid: LISTID, sentAtMs: SENT_AT }),
  );

const NOTENOUGH = { code: 'NOTENOUGH', message: '帐号余额不足，请到商户平台充值后再重试' } as const;
const failure = (edition: Edition, values: Values, switches: Partial<Switches> = {}): string =>
  writeXml(refused(context(edition, 'sendredpack', switches), fieldsOf(values), NOTENOUGH));

/** The value between the tags of an answer, or undefined when the element is not there. */
function inner(answer: string, name: string): string | undefined {
  return new RegExp(`<${name}>(.*?)</${name}>`).exec(answer)?.[1];
}

describe('a success', () => {
  it('of the current edition is the captured one, byte for byte', () => {
    expect(success('current')).toBe(
      document(
        cdata('return_code', 'SUCCESS'),
        cdata('return_msg', '发放成功'),
        cdata('result_code', 'SUCCESS'),
        cdata('err_code', 'SUCCESS'),
        cdata('err_code_des', '发放成功'),
        cdata('mch_billno', '10000098201411111234567890'),
        cdata('mch_id', '10000098'),
        cdata('wxappid', 'wx8888888888888888'),
        cdata('re_openid', 'oxTWIuGaIt6gTKsQRLau2M0yL16E'),
        bare('total_amount', 1000),
        cdata('send_listid', LISTID),
      ),
    );
  });

  it.each(['2014', '2015'] as const)(
    'of %s has no err_code, a bare mch_id, and send_time in Beijing time',
    (edition) => {
      expect(success(edition)).toBe(
        document(
          cdata('return_code', 'SUCCESS'),
          cdata('return_msg', '发放成功'),
          cdata('result_code', 'SUCCESS'),
          cdata('mch_billno', '10000098201411111234567890'),
          bare('mch_id', '10000098'),
          cdata('wxappid', 'wx8888888888888888'),
          cdata('re_openid', 'oxTWIuGaIt6gTKsQRLau2M0yL16E'),
          bare('total_amount', 1000),
          cdata('send_listid', LISTID),
          cdata('send_time', '20150520102602'),
        ),
      );
    },
  );

  it('echoes the amount as it was read: 1.00 is 1', () => {
    const answer = success('current', { ...REQUEST, total_amount: '1.00' });
    expect(inner(answer, 'total_amount')).toBe('1');
  });
});

describe('a failure', () => {
  it.each([
    ['2014', 'FAIL', bare('mch_id', '10000098')],
    ['2015', 'SUCCESS', bare('mch_id', '10000098')],
    ['current', 'SUCCESS', cdata('mch_id', '10000098')],
  ] as const)('of %s has return_code %s and echoes the request', (edition, returnCode, mchId) => {
    expect(failure(edition, REQUEST)).toBe(
      document(
        cdata('return_code', returnCode),
        cdata('return_msg', NOTENOUGH.message),
        cdata('result_code', 'FAIL'),
        cdata('err_code', 'NOTENOUGH'),
        cdata('err_code_des', NOTENOUGH.message),
        cdata('mch_billno', '10000098201411111234567890'),
        mchId,
        cdata('wxappid', 'wx8888888888888888'),
        cdata('re_openid', 'oxTWIuGaIt6gTKsQRLau2M0yL16E'),
        bare('total_amount', 1000),
      ),
    );
  });

  it('has the return_code that the switch says, in any edition', () => {
    for (const edition of EDITIONS)
      for (const failureReturnCode of ['FAIL', 'SUCCESS'] as const) {
        const answer = failure(edition, REQUEST, { failureReturnCode });
        expect(answer).toContain(cdata('return_code', failureReturnCode));
      }
  });

  // E33, E5: what a client sent is echoed when it is not 1, and only then.
  it.each([
    ['1', undefined],
    ['1.00', undefined],
    ['2', '2'],
    ['10', '10'],
    ['0', '0'],
  ])('echoes total_num %s as %s, before send_listid', (total_num, echoed) => {
    const answer = failure('current', { ...REQUEST, total_num });
    expect(inner(answer, 'total_num')).toBe(echoed);
    expect(answer.indexOf('<total_num>')).toBe(
      echoed === undefined ? -1 : answer.indexOf('</total_amount>\n') + '</total_amount>\n'.length,
    );
  });

  it('does not echo a total_num that is missing or empty', () => {
    expect(failure('current', without(REQUEST, 'total_num'))).not.toContain('total_num');
    expect(failure('current', { ...REQUEST, total_num: '' })).not.toContain('total_num');
  });

  it('echoes a missing mch_billno as an empty element (E35)', () => {
    const answer = failure('current', without(REQUEST, 'mch_billno'));
    expect(answer).toContain('<mch_billno><![CDATA[]]></mch_billno>\n');
  });

  it('echoes the wrong openid, not that of the order', () => {
    const answer = failure('current', { ...REQUEST, re_openid: 'other' });
    expect(answer).toContain(cdata('re_openid', 'other'));
  });

  // Two clients crash on an empty integer element.
  it.each(EDITIONS)('of %s has no empty bare element, whatever is missing', (edition) => {
    const answer = failure(edition, {});
    expect(answer).not.toMatch(/<(\w+)><\/\1>/);
    expect(inner(answer, 'total_amount')).toBe('0');
  });

  it.each(EDITIONS)('of %s stays XML, whatever is echoed', (edition) => {
    const nasty = ']]><x>&\r\n<!--';
    const values = Object.fromEntries(Object.keys(REQUEST).map((name) => [name, nasty]));
    const answer = parseTree(Buffer.from(failure(edition, values)));
    const echoed = answer.ok && answer.value.children.find((each) => each.name === 'mch_id');
    expect(echoed || undefined).toMatchObject({ text: nasty });
  });
});

describe('an answer to what could not be read', () => {
  const XML_ERROR = { code: 'XML_ERROR', message: '输入xml参数格式错误' } as const;

  // E8, whose capture is one line.
  it('is that of 2014 as captured', () => {
    const answer = writeXml(unreadable(context('2014'), XML_ERROR));
    expect(answer.replaceAll('\n', '')).toBe(
      '<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[输入xml参数格式错误]]></return_msg><result_code><![CDATA[FAIL]]></result_code><err_code><![CDATA[XML_ERROR]]></err_code><err_code_des><![CDATA[输入xml参数格式错误]]></err_code_des><mch_id>0</mch_id><total_amount>0</total_amount></xml>',
    );
  });

  it.each([
    ['current', 'edition', 'SUCCESS'],
    ['current', 'FAIL', 'FAIL'],
    ['2015', 'edition', 'SUCCESS'],
    ['2015', 'FAIL', 'FAIL'],
    ['2014', 'FAIL', 'FAIL'],
  ] as const)('of %s under xmlErrorEnvelope %s has return_code %s', (edition, how, returnCode) => {
    const switches = { xmlErrorEnvelope: how };
    const answer = writeXml(unreadable(context(edition, 'sendredpack', switches), XML_ERROR));
    expect(answer).toContain(cdata('return_code', returnCode));
    expect(answer).toContain(bare('total_amount', 0));
    expect(answer).not.toContain('re_openid');
  });

  it('has a merchant of zero, and an amount only where one is sent', () => {
    const query = unreadable(context('current', 'gethbinfo'), XML_ERROR);
    expect(query.slice(5)).toEqual([['mch_id', '0']]);
    const send = unreadable(context('current'), XML_ERROR);
    expect(send.slice(5)).toEqual([
      ['mch_id', '0'],
      ['total_amount', 0],
    ]);
  });
});

describe('an answer to a request that lacks its fields', () => {
  it('echoes them empty, and the amount as zero', () => {
    const entries = refused(context('current'), new Map(), NOTENOUGH);
    expect(entries.slice(5)).toEqual([
      ['mch_billno', ''],
      ['mch_id', ''],
      ['wxappid', ''],
      ['re_openid', ''],
      ['total_amount', 0],
    ]);
  });
});

describe('an answer of gethbinfo', () => {
  const QUERY = examples('current', 'gethbinfo');
  const asked = context('current', 'gethbinfo');
  const order: QueriedOrder = {
    sendListid: LISTID,
    state: 'SENT',
    totalNum: 1,
    amountFen: 100,
    sendAtMs: Date.parse('2018-01-23T13:45:08+08:00'),
  };
  const answered = (more: Partial<QueriedOrder> = {}): string =>
    writeXml(queryAnswered(asked, fieldsOf(QUERY), { ...order, ...more }));
  const head = (state: string): string[] => [
    cdata('return_code', 'SUCCESS'),
    cdata('return_msg', 'OK'),
    cdata('result_code', 'SUCCESS'),
    cdata('err_code', 'SUCCESS'),
    cdata('err_code_des', 'OK'),
    cdata('mch_billno', '10000098201411111234567890'),
    cdata('mch_id', '10000098'),
    cdata('detail_id', LISTID),
    cdata('status', state),
    cdata('send_type', 'API'),
    cdata('hb_type', 'NORMAL'),
    bare('total_num', 1),
    bare('total_amount', 100),
  ];

  it('of a packet not yet received has no list', () => {
    expect(answered()).toBe(document(...head('SENT'), cdata('send_time', '2018-01-23 13:45:08')));
  });

  // WxJava's capture of 2018-01-23.
  it('of a received packet is the captured one, element by element', () => {
    const received = {
      openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
      atMs: Date.parse('2018-01-23T13:45:31+08:00'),
    };
    expect(answered({ state: 'RECEIVED', received })).toBe(
      document(
        ...head('RECEIVED'),
        cdata('send_time', '2018-01-23 13:45:08'),
        '<hblist>',
        '<hbinfo>',
        cdata('openid', 'oxTWIuGaIt6gTKsQRLau2M0yL16E'),
        bare('amount', 100),
        cdata('rcv_time', '2018-01-23 13:45:31'),
        '</hbinfo>',
        '</hblist>',
      ),
    );
  });

  it('of an order that could not be paid says why, before the time', () => {
    const reason = '帐号余额不足，请到商户平台充值后再重试';
    expect(answered({ state: 'SENDING', reason })).toBe(
      document(
        ...head('SENDING'),
        cdata('reason', reason),
        cdata('send_time', '2018-01-23 13:45:08'),
      ),
    );
  });

  it('of an order that FAILED may give no reason', () => {
    expect(answered({ state: 'FAILED' })).not.toContain('reason');
  });

  it('of a refunded packet has the time and all the money', () => {
    const refundedAtMs = Date.parse('2018-01-24T13:45:08+08:00');
    expect(answered({ state: 'REFUND', refundedAtMs })).toBe(
      document(
        ...head('REFUND'),
        cdata('send_time', '2018-01-23 13:45:08'),
        cdata('refund_time', '2018-01-24 13:45:08'),
        bare('refund_amount', 100),
      ),
    );
  });

  it('of a packet on its way back has no refund yet', () => {
    const answer = answered({ state: 'RFUND_ING' });
    expect(answer).toContain(cdata('status', 'RFUND_ING'));
    expect(answer).not.toContain('refund_');
  });

  it('never has wishing, remark or act_name', () => {
    expect(answered()).not.toMatch(/<(?:wishing|remark|act_name)>/);
  });

  it('that found nothing echoes number and merchant alone (E45)', () => {
    const message = '指定单号数据不存在';
    const answer = writeXml(refused(asked, fieldsOf(QUERY), { code: 'NOT_FOUND', message }));
    expect(answer).toBe(
      document(
        cdata('return_code', 'SUCCESS'),
        cdata('return_msg', message),
        cdata('result_code', 'FAIL'),
        cdata('err_code', 'NOT_FOUND'),
        cdata('err_code_des', message),
        cdata('mch_billno', '10000098201411111234567890'),
        cdata('mch_id', '10000098'),
      ),
    );
  });
});

describe('the signature of an answer', () => {
  const fields = fieldsOf(REQUEST);
  const sent = sendSucceeded(context('current'), fields, { sendListid: LISTID, sentAtMs: SENT_AT });
  const failed = refused(context('current'), fields, NOTENOUGH);
  const names = (entries: readonly XmlEntry[]): string[] => entries.map(([name]) => name);
  const under = (replySigned: Switches['replySigned'], endpoint?: EndpointName): ReplyContext =>
    context('current', endpoint, { replySigned });

  it('is not there by default', () => {
    expect(signReply(context('current'), sent, KEY)).toEqual(sent);
    expect(signReply(under('never'), failed, KEY)).toEqual(failed);
  });

  it('is on successes alone under success', () => {
    expect(names(signReply(under('success'), sent, KEY))).toContain('sign');
    expect(signReply(under('success'), failed, KEY)).toEqual(failed);
  });

  it.each([
    ['a success', sent],
    ['a failure', failed],
  ])('is under always on %s, after return_msg, over what a client reads', (_, entries) => {
    const reply = signReply(under('always'), entries, KEY);
    expect(names(reply).slice(0, 3)).toEqual(['return_code', 'return_msg', 'sign']);
    const read = parseTree(Buffer.from(writeXml(reply)));
    const children = read.ok ? read.value.children : [];
    const values = new Map(children.map(({ name, text }) => [name, text]));
    expect(values.get('sign')).toBe(signMd5(stringToSign(values), KEY));
    expect(reply.filter(([name]) => name !== 'sign')).toEqual(entries);
  });

  it.each(['2014', '2015'] as const)('of %s is over the bare mch_id too', (edition) => {
    const given = context(edition, 'sendredpack', { replySigned: 'always' });
    const reply = signReply(
      given,
      sendSucceeded(given, fields, { sendListid: LISTID, sentAtMs: SENT_AT }),
      KEY,
    );
    const other = reply.map(([name, value]): XmlEntry => [name, name === 'mch_id' ? '1' : value]);
    const sign = (entries: readonly XmlEntry[]): unknown =>
      entries.find(([name]) => name === 'sign');
    const again = signReply(
      given,
      other.filter(([name]) => name !== 'sign'),
      KEY,
    );
    expect(sign(again)).not.toEqual(sign(reply));
    const read = parseTree(Buffer.from(writeXml(reply)));
    const values = new Map(
      read.ok ? read.value.children.map(({ name, text }) => [name, text]) : [],
    );
    expect(values.get('sign')).toBe(signMd5(stringToSign(values), KEY));
  });

  it.each(['never', 'success', 'always'] as const)('is never on gethbinfo, under %s', (how) => {
    const answer: readonly XmlEntry[] = [
      ['return_code', 'SUCCESS'],
      ['result_code', 'SUCCESS'],
    ];
    expect(signReply(under(how, 'gethbinfo'), answer, KEY)).toEqual(answer);
  });
});

describe('an answer of any kind', () => {
  const request = fieldsOf(REQUEST);

  it.each(EDITIONS)('of %s has only fields that its table has', (edition) => {
    const signs = { replySigned: 'always' } as const;
    const send = context(edition, 'sendredpack', signs);
    const answers = [
      signReply(send, sendSucceeded(send, request, { sendListid: LISTID, sentAtMs: SENT_AT }), KEY),
      refused(send, request, NOTENOUGH),
      unreadable(send, { code: 'XML_ERROR', message: 'x' }),
    ];
    const known = EDITION_TABLES[edition].reply.sendredpack.map((row) => row.name);
    for (const [name] of answers.flat()) expect(known).toContain(name);
  });

  // total_num of a wrong request is echoed in every edition, so every edition's table must know it.
  it.each(EDITIONS)('of %s that echoes total_num has a row for it', (edition) => {
    const many = fieldsOf({ ...REQUEST, total_num: '2' });
    const names = refused(context(edition), many, NOTENOUGH).map(([name]) => name);
    const known = EDITION_TABLES[edition].reply.sendredpack.map((row) => row.name);
    expect(known).toEqual(expect.arrayContaining(names));
  });

  it('has the types of its rows: integers bare, and nothing else but the early mch_id', () => {
    for (const edition of EDITIONS) {
      const entries = refused(context(edition), request, NOTENOUGH);
      for (const [name, value] of entries) {
        const row = EDITION_TABLES[edition].reply.sendredpack.find((each) => each.name === name);
        const isBare = typeof value !== 'string';
        expect([name, isBare]).toEqual([
          name,
          row?.type === 'int' || (name === 'mch_id' && edition !== 'current'),
        ]);
      }
    }
  });

  // gopay takes an answer with these letters for a gateway's page; a declaration or a BOM breaks others.
  it.each(EDITIONS)('of %s begins with <xml> and says html nowhere', (edition) => {
    for (const answer of [success(edition), failure(edition, REQUEST)]) {
      expect(answer.startsWith('<xml>\n<return_code>')).toBe(true);
      expect(answer.toLowerCase()).not.toContain('html');
    }
  });
});
