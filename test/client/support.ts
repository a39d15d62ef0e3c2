/** What the client's tests share: an order of the current edition, a merchant, answers in the API's own form. */
import type { ClientOptions, Order } from '../../client/index.ts';
import { writeXml } from '../../contracts/index.ts';
import { KEY, OPENID } from '../support/in-process.ts';

export const MCH_ID = '10000098';
export const APPID = 'wx8888888888888888';
export const BILLNO = '1000009820260131000000000a';

export const ORDER = {
  re_openid: OPENID,
  total_amount: 100,
  send_name: '天虹百货',
  wishing: '感谢您参加猜灯谜活动',
  act_name: '猜灯谜',
  remark: '猜越多得越多',
  client_ip: '192.168.0.1',
} satisfies Order<'current'>;

/** A client's options without a way to dial. */
export const MERCHANT_OPTIONS = {
  mchId: MCH_ID,
  key: KEY,
  appid: APPID,
  baseUrl: 'https://127.0.0.1:1',
} satisfies ClientOptions;

type Values = Readonly<Record<string, string | undefined>>;

function present(values: Values): [string, string][] {
  return Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
}

/** An answer from its elements; undefined leaves one out. */
export function answerOf(values: Values): string {
  return writeXml(present(values));
}

/** A success of sendredpack as it is captured since 2016. */
export function sentAnswer(mch_billno: string, more: Values = {}): string {
  return answerOf({
    return_code: 'SUCCESS',
    return_msg: '发放成功',
    result_code: 'SUCCESS',
    err_code: 'SUCCESS',
    err_code_des: '发放成功',
    mch_billno,
    mch_id: MCH_ID,
    wxappid: APPID,
    re_openid: OPENID,
    total_amount: '100',
    send_listid: '1000041701201609011000000000001',
    ...more,
  });
}

/** A refusal as it is captured since 2015. */
export function refusedAnswer(code: string, message: string, more: Values = {}): string {
  return answerOf({
    return_code: 'SUCCESS',
    return_msg: message,
    result_code: 'FAIL',
    err_code: code,
    err_code_des: message,
    ...more,
  });
}

/** A fetch that answers each call from a function of its body. */
export function fetchOf(
  answer: (body: string, path: string) => string | Promise<string>,
): typeof fetch {
  return async (url, init) => {
    const text = await answer(String(init?.body), new URL(String(url)).pathname);
    return new Response(text);
  };
}

/** The text of an element in a request or an answer. */
export function element(xml: string, name: string): string {
  return new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)`).exec(xml)?.[1] ?? '';
}
