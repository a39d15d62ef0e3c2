/** What an answer is taken for: real ones, odd ones, and those that somebody made up. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readQueryReply, readSendReply } from '../../client/read-reply.ts';
import {
  CODES,
  type CodeRow,
  type EndpointName,
  parseTree,
  signHmacSha256,
  signMd5,
  stringToSign,
} from '../../contracts/index.ts';
import { KEY, OPENID, OTHER_OPENID } from '../support/in-process.ts';
import { APPID, answerOf, BILLNO, MCH_ID, refusedAnswer, sentAnswer } from './support.ts';

const ASKED = new Map([
  ['mch_billno', BILLNO],
  ['mch_id', MCH_ID],
  ['wxappid', APPID],
  ['re_openid', OPENID],
  ['total_amount', '100'],
]);

type Body = string | Uint8Array;

function answered(body: Body, status = 200) {
  return { kind: 'answered', status, contentType: 'text/plain', body: Buffer.from(body) } as const;
}
const send = (body: Body, status?: number, fields = ASKED) =>
  readSendReply({ endpoint: 'sendredpack', fields, key: KEY }, answered(body, status));
const query = (body: Body, fields = ASKED) =>
  readQueryReply({ endpoint: 'gethbinfo', fields, key: KEY }, answered(body));

function foundAnswer(more: Readonly<Record<string, string | undefined>> = {}): string {
  return answerOf({
    return_code: 'SUCCESS',
    return_msg: 'OK',
    result_code: 'SUCCESS',
    err_code: 'SUCCESS',
    err_code_des: 'OK',
    mch_billno: BILLNO,
    mch_id: MCH_ID,
    detail_id: '1000041701201801233000115210862',
    status: 'RECEIVED',
    send_type: 'API',
    hb_type: 'NORMAL',
    total_num: '1',
    total_amount: '100',
    send_time: '2018-01-23 13:45:08',
    ...more,
  });
}

interface Answer {
  readonly bytes?: string;
}
interface Capture {
  readonly id: string;
  readonly query?: unknown;
  readonly answer: Answer;
}

const CAPTURES = parse(readFileSync('test/vectors/captures.yaml', 'utf8')) as {
  captures: Capture[];
};

/** Whole answers of the real server, and what was asked as far as they echo it. */
const WHOLE = CAPTURES.captures.flatMap(({ id, query: asked, answer }) => {
  if (answer.bytes === undefined) return [];
  const bytes = answer.bytes.replaceAll(/\{(\d+) digits\}/g, (_, n) => '7'.repeat(Number(n)));
  const tree = parseTree(Buffer.from(bytes));
  const children = tree.ok ? tree.value.children : [];
  const echo = new Map(children.map(({ name, text }): [string, string] => [name, text]));
  const endpoint: EndpointName = asked === undefined ? 'sendredpack' : 'gethbinfo';
  const ours = new Map([...ASKED].map(([name, value]) => [name, echo.get(name) || value]));
  if (echo.get('err_code') === 'XML_ERROR') return [{ id, bytes, endpoint, echo, ours: ASKED }];
  return [{ id, bytes, endpoint, echo, ours }];
});

describe('a captured answer', () => {
  it('is there to be read', () => {
    expect(WHOLE.length).toBeGreaterThan(10);
  });

  it.each(WHOLE)('is what it says: $id', ({ bytes, endpoint, echo, ours }) => {
    const outcome = endpoint === 'gethbinfo' ? query(bytes, ours) : send(bytes, 200, ours);
    const code = echo.get('err_code') ?? '';
    if (echo.size === 0) expect(outcome.kind).toBe('unknown');
    else if (echo.get('result_code') === 'SUCCESS' && endpoint === 'gethbinfo') {
      expect(outcome).toMatchObject({
        kind: 'found',
        status: echo.get('status'),
        amountFen: Number(echo.get('total_amount')),
        detail_id: echo.get('detail_id'),
      });
    } else if (echo.get('result_code') === 'SUCCESS') {
      expect(outcome).toMatchObject({ kind: 'sent', send_listid: echo.get('send_listid') });
    } else if (code === 'NOT_FOUND') expect(outcome.kind).toBe('not-found');
    else if (code === 'PROCESSING') expect(outcome).toMatchObject({ why: 'processing' });
    else if (code === 'SYSTEMERROR') expect(outcome).toMatchObject({ why: 'system-error' });
    else expect(outcome).toMatchObject({ kind: 'refused', by: 'wechat', code });
  });
});

describe('a success', () => {
  const success = sentAnswer(BILLNO);

  it('is sent, and its long number stays a text', () => {
    expect(send(success)).toEqual({
      kind: 'sent',
      mch_billno: BILLNO,
      send_listid: '1000041701201609011000000000001',
      amountFen: 100,
      by: 'reply',
    });
  });

  it('is one in any order, with new fields and nested ones, without CDATA, under any root', () => {
    const reordered = success.split('\n').slice(1, -1).reverse().join('');
    const more = '<new_field>1</new_field><list><item><mch_billno>other</mch_billno></item></list>';
    expect(send(`<reply>${reordered}${more}</reply>`).kind).toBe('sent');
    expect(send(success.replaceAll(/<!\[CDATA\[|\]\]>/g, '')).kind).toBe('sent');
    expect(send(`<?xml version="1.0" encoding="UTF-8"?>\n${success}`).kind).toBe('sent');
  });

  it.each([['0'], ['SUCCESS'], [''], [undefined]])('may have err_code %s', (err_code) => {
    expect(send(sentAnswer(BILLNO, { err_code })).kind).toBe('sent');
  });

  it('may have no send_listid', () => {
    expect(send(sentAnswer(BILLNO, { send_listid: undefined }))).toMatchObject({
      kind: 'sent',
      send_listid: undefined,
    });
  });

  it('is contradicted by an error code', () => {
    expect(send(sentAnswer(BILLNO, { err_code: 'SYSTEMERROR' }))).toMatchObject({
      kind: 'unknown',
      why: 'contradiction',
      code: 'SYSTEMERROR',
    });
  });

  it.each([
    ['return_code', 'FAIL'],
    ['return_code', ''],
    ['result_code', undefined],
    ['result_code', 'success'],
    ['result_code', ''],
  ])('needs both codes: %s %s is none', (name, value) => {
    expect(send(sentAnswer(BILLNO, { [name]: value })).kind).toBe('unknown');
  });

  it.each([
    ['mch_billno', `${BILLNO}x`],
    ['mch_billno', BILLNO.toUpperCase()],
    ['mch_billno', undefined],
    ['mch_billno', ''],
    ['mch_id', '888'],
    ['wxappid', 'wxcbda96de0b165486'],
    ['re_openid', OTHER_OPENID],
    ['total_amount', '101'],
    ['total_amount', '1e2'],
    ['total_amount', '1'],
  ])('is about our order: %s %s is not', (name, value) => {
    expect(send(sentAnswer(BILLNO, { [name]: value }))).toMatchObject({
      kind: 'unknown',
      why: 'other-order',
      mch_billno: BILLNO,
    });
  });

  it('is unknown when it is cut at any byte', () => {
    const bytes = Buffer.from(success);
    for (let length = 0; length < bytes.length; length++) {
      const outcome = send(bytes.subarray(0, length));
      expect(outcome, `cut at ${length}`).toMatchObject({ kind: 'unknown', why: 'unreadable' });
    }
    expect(send(bytes).kind).toBe('sent');
  });

  it('is unknown under any other HTTP status', () => {
    for (const status of [201, 204, 302, 400, 500, 502]) {
      expect(send(success, status)).toMatchObject({ kind: 'unknown', httpStatus: status });
    }
  });

  it('is unknown when an element comes twice', () => {
    const twice = success.replace('</xml>', '<result_code>FAIL</result_code></xml>');
    expect(send(twice)).toMatchObject({ kind: 'unknown', why: 'unreadable' });
  });
});

describe('a signature in an answer', () => {
  const fields = new Map(
    Array.from(
      sentAnswer(BILLNO).matchAll(/<(\w+)><!\[CDATA\[([^\]]*)/g),
      ([, name = '', value = '']): [string, string] => [name, value],
    ),
  );
  const signedWith = (sign: string) => send(sentAnswer(BILLNO, { sign }));

  it('is not needed, and may be empty', () => {
    expect(send(sentAnswer(BILLNO)).kind).toBe('sent');
    expect(signedWith('').kind).toBe('sent');
  });

  it('is right by MD5 or by HMAC-SHA256', () => {
    const text = stringToSign(fields);
    expect(signedWith(signMd5(text, KEY)).kind).toBe('sent');
    expect(signedWith(signHmacSha256(text, KEY)).kind).toBe('sent');
  });

  it('makes the answer forged when it is wrong', () => {
    const right = signMd5(stringToSign(fields), KEY);
    const otherKey = signMd5(stringToSign(fields), KEY.toUpperCase());
    for (const sign of [otherKey, right.toLowerCase(), right.slice(1), `${right}0`, '签名']) {
      expect(signedWith(sign), sign).toMatchObject({ kind: 'unknown', why: 'forged' });
    }
  });

  it('covers what it stands beside', () => {
    const sign = signMd5(stringToSign(fields), KEY);
    const changed = sentAnswer(BILLNO, { sign, send_listid: '2' });
    expect(send(changed)).toMatchObject({ why: 'forged' });
  });

  it('makes a refusal forged, too', () => {
    const refusal = refusedAnswer('SEND_FAILED', '红包发放失败,请更换单号再重试', { sign: 'A' });
    expect(send(refusal)).toMatchObject({ kind: 'unknown', why: 'forged' });
  });
});

describe('what is no answer of the API', () => {
  const entity = '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
  const bomb = `<!DOCTYPE xml [<!ENTITY a "1">${[...'bcdefgh']
    .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefg'[i]};`.repeat(10)}">`)
    .join('')}]>`;

  it.each([
    ['nothing', ''],
    ['white space', ' \n'],
    ['HTML', '<html><body><h1>502 Bad Gateway</h1></body></html>'],
    ['JSON', '{"return_code":"SUCCESS"}'],
    ['an external entity', `${entity}${sentAnswer(BILLNO, { err_code_des: undefined })}`],
    ['an entity bomb', `${bomb}<xml><return_code>&h;</return_code></xml>`],
    ['a bare DOCTYPE', `<!DOCTYPE xml>${sentAnswer(BILLNO)}`],
    ['text after the end', `${sentAnswer(BILLNO)}<!-- --><xml/>`],
    ['an unknown entity', sentAnswer(BILLNO).replace('<![CDATA[SUCCESS]]>', '&nbsp;SUCCESS')],
    ['crossed elements', '<xml><a><b></a></b></xml>'],
    ['XML of something else', '<Error><Code>AccessDenied</Code></Error>'],
    [
      'GBK',
      Buffer.concat([Buffer.from('<xml><return_msg>'), Buffer.from([0xb7, 0xa2, 0xb7, 0xc5])]),
    ],
    ['too much', sentAnswer(BILLNO, { return_msg: 'x'.repeat(70_000) })],
  ])('is unknown: %s', (_, body) => {
    expect(send(body)).toMatchObject({ kind: 'unknown', why: 'unreadable', mch_billno: BILLNO });
    expect(query(body)).toMatchObject({ kind: 'unknown', why: 'unreadable' });
  });

  it('is readable behind a byte order mark', () => {
    expect(send(`\ufeff${sentAnswer(BILLNO)}`).kind).toBe('sent');
  });

  it.each(['The SSL certificate error', 'No required SSL certificate was sent'])(
    'tells of the client certificate: %s',
    (title) => {
      const page = `<html>\r\n<head><title>400 ${title}</title></head>\r\n</html>`;
      expect(send(page, 400)).toMatchObject({ kind: 'unknown', why: 'certificate-page' });
    },
  );
});

describe('a refusal', () => {
  it.each(CODES.map((row: CodeRow) => ({ row, code: row.code })))(
    'is read by its row: $code',
    ({ row, code }) => {
      for (const { text, ...wording } of row.wordings) {
        for (const message of typeof text === 'string' ? [text] : Object.values(text)) {
          const outcome = send(refusedAnswer(code, message));
          const numberAfter = wording.numberAfter ?? row.numberAfter;
          if (!row.endpoints.includes('sendredpack')) {
            expect(outcome).toMatchObject({ kind: 'unknown', why: 'unknown-code' });
          } else if (numberAfter === 'unknown') {
            expect(outcome).toMatchObject({ kind: 'unknown', code });
          } else {
            expect(outcome).toMatchObject({
              kind: 'refused',
              by: 'wechat',
              code,
              advice: wording.advice ?? row.advice,
              numberFree: numberAfter === 'free',
            });
          }
        }
      }
    },
  );

  it('of NO_AUTH means two things, told apart by its words', () => {
    const ip = send(refusedAnswer('NO_AUTH', 'IP地址非你在商户平台设置的可用IP地址'));
    expect(ip).toMatchObject({ advice: 'fix', numberFree: true });
    const risk = send(refusedAnswer('NO_AUTH', '发放失败，此请求可能存在风险，已被微信拦截'));
    expect(risk).toMatchObject({ advice: 'query', numberFree: false });
    const words = send(refusedAnswer('NO_AUTH', 'words that nobody knows'));
    expect(words).toMatchObject({ advice: 'query', numberFree: false });
  });

  it.each(['268458547', 'V2_ACCOUNT_SIMPLE_BAN', 'notenough', ' NOTENOUGH', 'constructor'])(
    'of a code that no page has is unknown: %s',
    (code) => {
      expect(send(refusedAnswer(code, '系统繁忙,请稍后再试.'))).toMatchObject({
        kind: 'unknown',
        why: 'unknown-code',
        code,
      });
    },
  );

  it('has FAIL in both codes in 2014', () => {
    const old = refusedAnswer('NOTENOUGH', '余额不足', { return_code: 'FAIL' });
    expect(send(old)).toMatchObject({ kind: 'refused', code: 'NOTENOUGH', numberFree: false });
    const busy = refusedAnswer('SYSTEMERROR', '系统繁忙，请再试。', { return_code: 'FAIL' });
    expect(send(busy)).toMatchObject({ kind: 'unknown', why: 'system-error' });
  });

  it('echoes zeros when nothing could be read', () => {
    const echo = { return_code: 'FAIL', mch_id: '0', total_amount: '0' };
    const xml = refusedAnswer('XML_ERROR', '输入xml参数格式错误', echo);
    expect(send(xml)).toMatchObject({ kind: 'refused', code: 'XML_ERROR', numberFree: true });
    const zeros = { mch_id: '0', total_amount: '0' };
    expect(send(refusedAnswer('PARAM_ERROR', '参数错误', zeros)).kind).toBe('unknown');
  });

  it('may be a bare return_code FAIL for the two reasons on the page, and is unknown for others', () => {
    const bare = (return_msg: string) => send(answerOf({ return_code: 'FAIL', return_msg }));
    expect(bare('签名失败')).toMatchObject({ kind: 'refused', code: 'SIGN_ERROR' });
    expect(bare('参数格式校验错误')).toMatchObject({ kind: 'refused', code: 'PARAM_ERROR' });
    expect(bare('系统繁忙')).toMatchObject({ kind: 'unknown', why: 'contradiction' });
  });

  it('without a code is unknown, and so is one with the code of a success', () => {
    for (const err_code of [undefined, '', '0', 'SUCCESS']) {
      const outcome = send(refusedAnswer('X', '失败', { err_code }));
      expect(outcome).toMatchObject({ kind: 'unknown', why: 'contradiction' });
    }
  });

  it('about another number refuses nothing', () => {
    const other = refusedAnswer('SEND_FAILED', '红包发放失败', { mch_billno: 'other' });
    expect(send(other)).toMatchObject({ kind: 'unknown', why: 'other-order' });
  });
});

describe('an order that was asked about', () => {
  const info = (amount: string) =>
    `<hbinfo><openid>${OPENID}</openid><amount>${amount}</amount><rcv_time>2018-01-23 13:45:31</rcv_time></hbinfo>`;
  const withList = (list: string) => foundAnswer().replace('</xml>', `${list}</xml>`);

  it('has its receivers: one, several, none in an empty list, none without a list', () => {
    const one = { openid: OPENID, amountFen: 100, rcv_time: '2018-01-23 13:45:31' };
    expect(query(withList(`<hblist>\n${info('100')}\n</hblist>`))).toMatchObject({
      receivers: [one],
    });
    expect(query(withList(`<hblist>${info('60')}${info('40')}</hblist>`))).toMatchObject({
      receivers: [{ amountFen: 60 }, { amountFen: 40 }],
    });
    expect(query(withList('<hblist></hblist>'))).toMatchObject({ receivers: [] });
    expect(query(withList('<hblist/>'))).toMatchObject({ receivers: [] });
    expect(query(foundAnswer())).toMatchObject({ kind: 'found', receivers: [] });
  });

  it('has its reason and its refund', () => {
    const refund = { status: 'REFUND', refund_time: '2019-12-13 16:51:38', refund_amount: '100' };
    expect(query(foundAnswer(refund))).toMatchObject({ status: 'REFUND', refundFen: 100 });
    const waiting = { status: 'SENDING', reason: '帐号余额不足', send_time: undefined };
    expect(query(foundAnswer(waiting))).toMatchObject({
      status: 'SENDING',
      reason: '帐号余额不足',
    });
    expect(query(foundAnswer({ reason: '' }))).toMatchObject({ reason: undefined });
  });

  it.each([undefined, '', 'sent', 'REFUNDING'])(
    'has a status of the page: %s is none',
    (status) => {
      expect(query(foundAnswer({ status }))).toMatchObject({
        kind: 'unknown',
        why: 'contradiction',
      });
    },
  );

  it('is ours by its number', () => {
    for (const mch_billno of [undefined, '', 'other']) {
      expect(query(foundAnswer({ mch_billno }))).toMatchObject({ why: 'other-order' });
    }
  });

  it('is not found, which is no refusal', () => {
    const answer = refusedAnswer('NOT_FOUND', '指定单号数据不存在', { mch_billno: BILLNO });
    expect(query(answer)).toEqual({ kind: 'not-found', mch_billno: BILLNO });
    const forged = refusedAnswer('NOT_FOUND', '指定单号数据不存在', { sign: 'A' });
    expect(query(forged)).toMatchObject({ kind: 'unknown', why: 'forged' });
  });

  it('is unknown when its answer is cut at any byte', () => {
    const bytes = Buffer.from(withList(`<hblist>${info('100')}</hblist>`));
    for (let length = 0; length < bytes.length; length++) {
      expect(query(bytes.subarray(0, length)).kind, `cut at ${length}`).toBe('unknown');
    }
  });
});
