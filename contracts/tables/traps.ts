/**
 * The pitfalls of the API (domain facts §8) that a server can set and see, by name: what a client's tests should have met once.
 * Those that happen before a request leaves the client (no. 14) are not here: no server sees them.
 */
import type { Provenance } from '../types.ts';

export interface TrapRow extends Provenance {
  readonly name: string;
  readonly title: string;
  readonly title_zh: string;
}

export const TRAPS = [
  trap(
    1,
    'unknown-but-paid',
    'paid, and answered with an error or not at all',
    '已付款但应答为错误或丢失',
  ),
  trap(2, 'processing', 'PROCESSING under result_code FAIL', 'PROCESSING 以 FAIL 返回'),
  trap(
    3,
    'fail-under-success',
    'result_code FAIL under return_code SUCCESS',
    'return_code 为 SUCCESS 而业务失败',
  ),
  trap(4, 'sending-with-reason', 'SENDING with a reason', '查询为 SENDING 且带失败原因'),
  trap(
    5,
    'not-found-but-sent',
    'NOT_FOUND for an order that was sent',
    '已发送的订单查询为 NOT_FOUND',
  ),
  trap(6, 'send-failed', 'a number that has failed for good', '单号已最终失败'),
  trap(7, 'number-collision', 'a number that was used for another', '单号与其他发放冲突'),
  trap(
    8,
    'new-nonce-old-number',
    'a repeat with a new nonce, answered as before',
    '换随机串重试同一单号',
  ),
  trap(9, 'bytes-not-characters', 'a Chinese text near its limit of bytes', '中文文本接近字节上限'),
  trap(10, 'decimal-amount', 'an amount that is no whole number', '金额为小数'),
  trap(11, 'wrong-signature', 'a signature that does not match', '签名错误'),
  trap(12, 'not-utf8', 'a body that is not UTF-8', '请求体不是 UTF-8'),
  trap(13, 'certificate', 'no certificate, or a wrong one', '缺少证书或证书错误'),
  trap(15, 'appid-and-openid', 'an appid or openid that does not belong', 'appid 与 openid 不匹配'),
  trap(16, 'no-auth-address', 'NO_AUTH because of the address', 'NO_AUTH：IP 不在白名单'),
  trap(16, 'no-auth-risk', 'NO_AUTH because of risk control', 'NO_AUTH：风控拦截'),
  trap(17, 'scene', 'an amount that needs a scene', '金额需要场景 scene_id'),
  trap(18, 'msgappid', 'msgappid sent, or missing, in the wrong role', 'msgappid 与商户角色不符'),
  trap(19, 'unsigned-success', 'a success without sign', '成功应答不含签名'),
  trap(20, 'xml-of-another-shape', 'new, missing or reordered elements', '应答元素增减或换序'),
  trap(21, 'doctype', 'an answer with a DOCTYPE', '应答包含 DOCTYPE'),
  trap(22, 'expired-number', 'a number of yesterday that has expired', '过期单号重发'),
  trap(23, 'closed-hours', 'sending outside the open hours of Beijing', '北京时间关闭时段发送'),
  trap(24, 'throttled', 'a call that was throttled', '调用频率受限'),
  trap(25, 'not-enough', 'an operating account without enough money', '运营账户余额不足'),
  trap(26, 'unknown-code', 'a code that no page has', '文档没有的错误码'),
  trap(1, 'lost-answer', 'an answer that never came', '应答未到达'),
  trap(13, 'gateway-page', "a gateway's page in place of an answer", '网关错误页面'),
] as const satisfies readonly TrapRow[];

export type TrapName = (typeof TRAPS)[number]['name'];

function trap<const Name extends string>(no: number, name: Name, title: string, title_zh: string) {
  return { name, title, title_zh, source: `§8 no. ${no}`, certainty: 'observed' } as const;
}
