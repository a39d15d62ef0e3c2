/** What the bare servers answer to everything: a success of our server, as long to the byte. */

const FIELDS = [
  '<return_code><![CDATA[SUCCESS]]></return_code>',
  '<return_msg><![CDATA[发放成功]]></return_msg>',
  '<result_code><![CDATA[SUCCESS]]></result_code>',
  '<err_code><![CDATA[SUCCESS]]></err_code>',
  '<err_code_des><![CDATA[发放成功]]></err_code_des>',
  '<mch_billno><![CDATA[10000098202506010000000000]]></mch_billno>',
  '<mch_id><![CDATA[10000098]]></mch_id>',
  '<wxappid><![CDATA[wx8888888888888888]]></wxappid>',
  '<re_openid><![CDATA[oxTWIuGaIt6gTKsQRLau2M0y0000]]></re_openid>',
  '<total_amount>1000</total_amount>',
  '<send_listid><![CDATA[1000041701202506010000000000001]]></send_listid>',
];

export const ANSWER = `<xml>\n${FIELDS.join('\n')}\n</xml>`;

export const ANSWER_HEADERS = { 'content-type': 'text/plain', server: 'nginx' };

export const PATH = '/mmpaymkttransfers/sendredpack';
