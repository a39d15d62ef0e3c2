/** The fields of the answers: what the pages list, and what production really sends (domain facts §1.2, §1.4, §7.2). */
import type { Provenance } from '../types.ts';

export interface ReplyRow extends Provenance {
  readonly name: string;
  readonly label: string;
  readonly type: 'String' | 'int';
  readonly bytesMax?: number;
  /** When the page says it comes; what production does instead stands in `observed`. */
  readonly when: 'always' | 'optional' | 'communicated' | 'success' | 'never';
  readonly observed?: string;
  readonly example?: string;
}

const PAGE: Provenance = { source: 'seed 000', certainty: 'documented' };
const QUERY: Provenance = { source: 'E1, §7.2', certainty: 'documented' };

const returnCode: ReplyRow = {
  ...PAGE,
  name: 'return_code',
  label: '返回状态码',
  type: 'String',
  bytesMax: 16,
  when: 'always',
  example: 'SUCCESS',
};
const returnMsg: ReplyRow = {
  ...PAGE,
  name: 'return_msg',
  label: '返回信息',
  type: 'String',
  bytesMax: 128,
  when: 'optional',
  observed: 'always there, equal to err_code_des',
  example: '签名失败',
};
const sign: ReplyRow = {
  ...PAGE,
  name: 'sign',
  label: '签名',
  type: 'String',
  bytesMax: 32,
  when: 'communicated',
  observed: 'never there (E30)',
  example: 'C380BEC2BFD727A4B6845133519F3AD6',
};
const resultCode: ReplyRow = {
  ...PAGE,
  name: 'result_code',
  label: '业务结果',
  type: 'String',
  bytesMax: 16,
  when: 'communicated',
  observed: 'always there',
  example: 'SUCCESS',
};
const errCode: ReplyRow = {
  ...PAGE,
  name: 'err_code',
  label: '错误代码',
  type: 'String',
  bytesMax: 32,
  when: 'optional',
  observed: 'in successes too since mid 2016, as SUCCESS',
  example: 'SYSTEMERROR',
};
const errCodeDes: ReplyRow = {
  ...PAGE,
  name: 'err_code_des',
  label: '错误代码描述',
  type: 'String',
  bytesMax: 128,
  when: 'optional',
  example: '系统错误',
};

const ECHOED = 'in failures too';

const ENVELOPE_ROWS = [returnCode, returnMsg, sign, resultCode, errCode, errCodeDes] as const;

const SEND_ECHO: readonly ReplyRow[] = [
  {
    ...PAGE,
    name: 'mch_billno',
    label: '商户订单号',
    type: 'String',
    bytesMax: 28,
    when: 'success',
    observed: ECHOED,
    example: '10000098201411111234567890',
  },
  {
    ...PAGE,
    name: 'mch_id',
    label: '商户号',
    type: 'String',
    bytesMax: 32,
    when: 'success',
    observed: ECHOED,
    example: '10000098',
  },
  {
    ...PAGE,
    name: 'wxappid',
    label: '公众账号appid',
    type: 'String',
    bytesMax: 32,
    when: 'success',
    observed: ECHOED,
    example: 'wx8888888888888888',
  },
  {
    ...PAGE,
    name: 're_openid',
    label: '用户openid',
    type: 'String',
    bytesMax: 32,
    when: 'success',
    observed: ECHOED,
    example: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
  },
  {
    ...PAGE,
    name: 'total_amount',
    label: '付款金额',
    type: 'int',
    when: 'success',
    observed: `${ECHOED}, as the integer that was read`,
    example: '1000',
  },
];

const TOTAL_NUM: ReplyRow = {
  name: 'total_num',
  label: '红包发放总人数',
  type: 'int',
  when: 'optional',
  observed: 'only when it is not 1',
  source: 'E33, E5, E34',
  certainty: 'observed',
};
const SEND_LISTID: ReplyRow = {
  ...PAGE,
  name: 'send_listid',
  label: '微信单号',
  type: 'String',
  bytesMax: 32,
  when: 'success',
  observed: '28 digits until 2016-06, 31 since',
  example: '100000000020150520314766074200',
};
const SEND_TIME: ReplyRow = {
  ...PAGE,
  name: 'send_time',
  label: '发放成功时间',
  type: 'String',
  bytesMax: 32,
  when: 'success',
  observed: 'until mid 2016',
  example: '20150520102602',
};

/** 2014 and 2015: the page prints the last two rows without their variable names. */
export const SEND_REPLY_EARLY: readonly ReplyRow[] = [
  ...ENVELOPE_ROWS,
  ...SEND_ECHO,
  TOTAL_NUM,
  SEND_TIME,
  SEND_LISTID,
];

export const SEND_REPLY_CURRENT: readonly ReplyRow[] = [
  ...ENVELOPE_ROWS,
  ...SEND_ECHO,
  TOTAL_NUM,
  SEND_LISTID,
];

export const QUERY_REPLY: readonly ReplyRow[] = [
  ...ENVELOPE_ROWS,
  {
    ...QUERY,
    name: 'mch_billno',
    label: '商户订单号',
    type: 'String',
    bytesMax: 28,
    when: 'success',
    observed: ECHOED,
  },
  {
    ...QUERY,
    name: 'mch_id',
    label: '商户号',
    type: 'String',
    bytesMax: 32,
    when: 'success',
    observed: ECHOED,
  },
  { ...QUERY, name: 'detail_id', label: '红包单号', type: 'String', bytesMax: 32, when: 'success' },
  { ...QUERY, name: 'status', label: '红包状态', type: 'String', bytesMax: 16, when: 'success' },
  { ...QUERY, name: 'send_type', label: '发放类型', type: 'String', bytesMax: 32, when: 'success' },
  { ...QUERY, name: 'hb_type', label: '红包类型', type: 'String', bytesMax: 32, when: 'success' },
  { ...QUERY, name: 'total_num', label: '红包个数', type: 'int', when: 'success' },
  { ...QUERY, name: 'total_amount', label: '红包金额', type: 'int', when: 'success' },
  {
    ...QUERY,
    name: 'reason',
    label: '失败原因',
    type: 'String',
    bytesMax: 32,
    when: 'optional',
    observed: 'real ones are longer than 32 (E24)',
  },
  {
    ...QUERY,
    name: 'send_time',
    label: '红包发送时间',
    type: 'String',
    bytesMax: 32,
    when: 'success',
  },
  {
    ...QUERY,
    name: 'refund_time',
    label: '红包退款时间',
    type: 'String',
    bytesMax: 32,
    when: 'optional',
  },
  { ...QUERY, name: 'refund_amount', label: '红包退款金额', type: 'int', when: 'optional' },
  {
    ...QUERY,
    name: 'wishing',
    label: '祝福语',
    type: 'String',
    bytesMax: 128,
    when: 'optional',
    observed: 'never for packets sent by API',
  },
  {
    ...QUERY,
    name: 'remark',
    label: '活动描述',
    type: 'String',
    bytesMax: 256,
    when: 'optional',
    observed: 'never for packets sent by API',
  },
  {
    ...QUERY,
    name: 'act_name',
    label: '活动名称',
    type: 'String',
    bytesMax: 32,
    when: 'optional',
    observed: 'never for packets sent by API',
  },
  {
    ...QUERY,
    name: 'hblist',
    label: '裂变红包领取列表',
    type: 'String',
    when: 'optional',
    observed: 'when received: hbinfo with openid, amount, rcv_time',
  },
];

/** gethbinfo's statuses; RFUND_ING is spelt so, and absent from the first edition (§7.2). */
export const ORDER_STATES = [
  { state: 'SENDING', label: '发放中' },
  { state: 'SENT', label: '已发放待领取' },
  { state: 'FAILED', label: '发放失败' },
  { state: 'RECEIVED', label: '已领取' },
  { state: 'RFUND_ING', label: '退款中' },
  { state: 'REFUND', label: '已退款' },
] as const;
export type OrderState = (typeof ORDER_STATES)[number]['state'];
