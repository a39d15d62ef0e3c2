/**
 * Signed sendredpack requests, each with a number of its own. Signed here and not with the
 * product's code: a mistake that both sides share would pass unseen.
 */
import { createHash } from 'node:crypto';

/** @typedef {{ mch_id: string, appid: string, key: string }} Merchant */

// A few hundred users, so that what a server keeps per user neither stays at one nor explodes.
const USERS = 500;

/**
 * @param {Merchant} merchant
 * @param {number} index decides the number, so equal indexes give equal bodies
 * @returns {string} the XML, all fields in CDATA as most SDKs send them
 */
export function signedBody(merchant, index) {
  const serial = String(index).padStart(10, '0');
  /** @type {Record<string, string>} */
  const fields = {
    nonce_str: createHash('md5').update(`bench ${serial}`).digest('hex'),
    mch_billno: `${merchant.mch_id}20250601${serial}`,
    mch_id: merchant.mch_id,
    wxappid: merchant.appid,
    send_name: '天虹百货',
    re_openid: `oxTWIuGaIt6gTKsQRLau2M0y${String(index % USERS).padStart(4, '0')}`,
    total_amount: String(100 + (index % 1000)),
    total_num: '1',
    wishing: '感谢您参加猜灯谜活动，祝您元宵节快乐！',
    client_ip: '192.168.0.1',
    act_name: '猜灯谜',
    remark: '猜越多得越多，快来抢！',
  };
  const text = Object.keys(fields)
    .sort()
    .map((name) => `${name}=${fields[name]}`)
    .join('&');
  fields.sign = createHash('md5').update(`${text}&key=${merchant.key}`).digest('hex').toUpperCase();
  const elements = Object.entries(fields).map(([k, v]) => `<${k}><![CDATA[${v}]]></${k}>`);
  return `<xml>\n${elements.join('\n')}\n</xml>`;
}
