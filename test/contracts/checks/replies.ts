/** Answers as the real server gave them, to be judged as they are or with one thing wrong. */
import { judge } from '../../../contracts/checks/judge.ts';
import type { JudgedRequest } from '../../../contracts/checks/reply-view.ts';
import { type Edition, type EndpointName, sampleRequest } from '../../../contracts/index.ts';

export const MERCHANT = {
  mchId: '10000098',
  key: '192006250b4c09247ec02edce69f6a2d',
  appid: 'wx8888888888888888',
};
const NUMBER = '16610964586166018';

export function request(edition: Edition, endpoint: EndpointName, overrides = {}): JudgedRequest {
  const fields = sampleRequest(edition, endpoint, MERCHANT, { mch_billno: NUMBER, ...overrides });
  return { edition, endpoint, fields, key: MERCHANT.key };
}

export function element(name: string, value: string): string {
  const bare =
    /^(total_amount|total_num|refund_amount|amount)$/.test(name) || value.startsWith('\n');
  return bare ? `<${name}>${value}</${name}>\n` : `<${name}><![CDATA[${value}]]></${name}>\n`;
}

export function document(values: Readonly<Record<string, string>>): string {
  const elements = Object.entries(values).map(([name, value]) => element(name, value));
  return `<xml>\n${elements.join('')}</xml>`;
}

export function findingsOf(about: JudgedRequest, text: string, status = 200, type = 'text/plain') {
  return judge(about, { status, contentType: type, body: Buffer.from(text) });
}

/** The rules that do not hold, below the endpoint's replies. */
export function clausesOf(...judged: Parameters<typeof findingsOf>): string[] {
  return findingsOf(...judged).map(({ clause }) => ruleOf(clause));
}

export function ruleOf(clause: string): string {
  return clause.replace(/^\w+\/reply\//, '');
}

export const ECHO = {
  mch_billno: NUMBER,
  mch_id: '10000098',
  wxappid: 'wx8888888888888888',
  re_openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
  total_amount: '100',
};
/** Shape and words of the captures of 2016-07 to 2022 (E13, E12, E23). */
export const SENT = {
  return_code: 'SUCCESS',
  return_msg: '发放成功',
  result_code: 'SUCCESS',
  err_code: 'SUCCESS',
  err_code_des: '发放成功',
  ...ECHO,
  send_listid: '1000041701201912123000082277434',
};
export const REFUSED = {
  return_code: 'SUCCESS',
  return_msg: '请求已受理，请稍后使用原单号查询发放结果',
  result_code: 'FAIL',
  err_code: 'PROCESSING',
  err_code_des: '请求已受理，请稍后使用原单号查询发放结果',
  ...ECHO,
};
/** E3's query of 2018-01-23. */
export const RECEIVED = {
  return_code: 'SUCCESS',
  return_msg: 'OK',
  result_code: 'SUCCESS',
  err_code: 'SUCCESS',
  err_code_des: 'OK',
  mch_billno: NUMBER,
  mch_id: '10000098',
  detail_id: '1000041701201801233000082277434',
  status: 'RECEIVED',
  send_type: 'API',
  hb_type: 'NORMAL',
  total_num: '1',
  total_amount: '100',
  send_time: '2018-01-23 13:45:08',
  hblist: `\n<hbinfo>\n${element('openid', ECHO.re_openid)}${element('amount', '100')}${element('rcv_time', '2018-01-23 13:45:31')}</hbinfo>\n`,
};

export function without(values: Readonly<Record<string, string>>, name: string) {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}
