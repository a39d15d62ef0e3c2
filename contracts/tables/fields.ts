/**
 * Every request field once: an edition picks from here, says whether it is required, and may override a column.
 * Lengths are UTF-8 bytes (domain facts §3). Wordings are the server's own, with their contradictions in punctuation (§2.2).
 */
import type { Provenance } from '../types.ts';

export interface FieldRow extends Provenance {
  readonly name: string;
  /** The field's Chinese name on the page. */
  readonly label: string;
  readonly type: 'String' | 'int';
  /** Most UTF-8 bytes of a String. */
  readonly bytesMax?: number;
  /** What a value of exactly `bytesMax` bytes meets: known to pass, or open (switch `exactLength`). */
  readonly exactLength?: 'accepted' | 'open';
  readonly pattern?: RegExp;
  /** The rule in words, where type and length do not say it. */
  readonly rule?: string;
  readonly example: string;
  /** err_code_des when the field is missing, too long, or (without `malformed`) of the wrong form. */
  readonly refusal: string;
  /** err_code_des for a value of the wrong form, where the server has a wording of its own for it. */
  readonly malformed?: string;
}

/** Who must send a field: everybody, nobody, or service providers only. */
export type Requirement = 'always' | 'optional' | 'provider';

type WholeRow = { readonly [Column in keyof Required<FieldRow>]: FieldRow[Column] };

/** A field in an edition. Every property is always there: a request reads all rows, and rows of one shape are read several times faster. */
export interface RequestRow extends WholeRow {
  readonly required: Requirement;
}

const SEEDS: Provenance = { source: 'seed 000, seed 001', certainty: 'documented' };
const SEED_2014: Provenance = { source: 'seed 000', certainty: 'documented' };
const GENERIC_REFUSAL = '请求参数错误';

const IP_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

export const FIELDS = {
  nonce_str: {
    ...SEEDS,
    name: 'nonce_str',
    label: '随机字符串',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'at most 32 bytes; 32 hex digits are accepted in practice (E23)',
    example: '5K8264ILTKCH16CQ2502SI8ZNMTM67VS',
    refusal: '参数错误:nonce_str字段必填,并且少于32字符',
  },
  sign: {
    ...SEEDS,
    name: 'sign',
    label: '签名',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'MD5, upper-case hex; a missing or wrong one is SIGN_ERROR, not PARAM_ERROR',
    example: 'C380BEC2BFD727A4B6845133519F3AD6',
    refusal: '签名错误',
  },
  mch_billno: {
    ...SEEDS,
    name: 'mch_billno',
    label: '商户订单号',
    type: 'String',
    bytesMax: 28,
    exactLength: 'accepted',
    pattern: /^[0-9A-Za-z]+$/,
    rule: 'unique; 0-9 A-Z a-z, case matters; mch_id + yyyymmdd + 10 digits is advice only (E5, E12, E24)',
    example: '10000098201411111234567890',
    refusal: '参数错误:订单号字段必填,最长为28个字符.',
  },
  mch_id: {
    ...SEEDS,
    name: 'mch_id',
    label: '商户号',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    pattern: /^[0-9A-Za-z]+$/,
    example: '10000098',
    refusal: '参数错误:输入的商户号有误',
  },
  sub_mch_id: {
    ...SEED_2014,
    name: 'sub_mch_id',
    label: '子商户号',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'service providers only; the message is made after that of msgappid (E58)',
    example: '10000090',
    refusal: '参数错误:授理模式下sub_mch_id字段必填,并且最长32字符.',
  },
  wxappid: {
    ...SEEDS,
    name: 'wxappid',
    label: '公众账号appid',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: "an official account's appid, bound to mch_id; never a mobile app's",
    example: 'wx8888888888888888',
    refusal: '参数错误:appid字段必填,最长为32个字符',
  },
  msgappid: {
    source: 'E3, E58',
    certainty: 'observed',
    name: 'msgappid',
    label: '触达用户appid',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'service providers only; an ordinary merchant must not send it (E59)',
    example: 'wx28b16568a629bb33',
    refusal: '参数错误:授理模式下msgappid字段必填,并且最长32字符.',
  },
  nick_name: {
    ...SEED_2014,
    name: 'nick_name',
    label: '提供方名称',
    type: 'String',
    bytesMax: 32,
    exactLength: 'open',
    rule: 'the table says 32, the message 16; the table is followed',
    example: '天虹百货',
    refusal: '参数错误:nick_name字段必填，并且少于16字符',
  },
  send_name: {
    ...SEEDS,
    name: 'send_name',
    label: '商户名称',
    type: 'String',
    bytesMax: 32,
    exactLength: 'open',
    example: '天虹百货',
    refusal: '参数错误:send_name字段必填,并且少于32字符',
  },
  re_openid: {
    ...SEEDS,
    name: 're_openid',
    label: '用户openid',
    type: 'String',
    bytesMax: 32,
    exactLength: 'open',
    pattern: /^[0-9A-Za-z_-]{28}$/,
    rule: '28 characters: one of 27 was refused as malformed (E57)',
    example: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
    refusal: '参数错误:re_openid字段为必填并且少于32个字符',
    malformed: '参数错误:re_openid字段不正确,请检查是否合法',
  },
  total_amount: {
    ...SEEDS,
    name: 'total_amount',
    label: '付款金额',
    type: 'int',
    rule: 'fen, a positive 32-bit integer',
    example: '1000',
    refusal: '参数错误:红包金额参数错误',
  },
  min_value: {
    ...SEED_2014,
    name: 'min_value',
    label: '最小红包金额',
    type: 'int',
    rule: 'min_value = max_value = total_amount',
    example: '1000',
    refusal: '参数错误:发放金额、最小金额、最大金额必须相等.',
  },
  max_value: {
    ...SEED_2014,
    name: 'max_value',
    label: '最大红包金额',
    type: 'int',
    rule: 'min_value = max_value = total_amount',
    example: '1000',
    refusal: '参数错误:发放金额、最小金额、最大金额必须相等.',
  },
  total_num: {
    ...SEEDS,
    name: 'total_num',
    label: '红包发放总人数',
    type: 'int',
    rule: 'total_num = 1',
    example: '1',
    refusal: '参数错误:total_num必须等于1',
  },
  wishing: {
    ...SEEDS,
    name: 'wishing',
    label: '红包祝福语',
    type: 'String',
    bytesMax: 128,
    exactLength: 'open',
    example: '感谢您参加猜灯谜活动，祝您元宵节快乐！',
    refusal: '参数错误:wishing字段为必填,并且少于128个字符',
  },
  client_ip: {
    ...SEEDS,
    name: 'client_ip',
    label: 'Ip地址',
    type: 'String',
    bytesMax: 15,
    exactLength: 'accepted',
    pattern: IP_V4,
    rule: 'any IPv4, private ones too (E23, E26); it is not the address of the white list',
    example: '192.168.0.1',
    refusal: '参数错误:client_ip必须是合法的IP字符串',
  },
  act_name: {
    ...SEEDS,
    name: 'act_name',
    label: '活动名称',
    type: 'String',
    bytesMax: 32,
    exactLength: 'open',
    example: '猜灯谜抢红包活动',
    refusal: '参数错误:act_name字段必填,并且少于32个字符.',
  },
  act_id: {
    source: 'seed 000 (sample only)',
    certainty: 'documented',
    name: 'act_id',
    label: '活动id',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'stands in the sample of 2014, in no table: length assumed',
    example: 'act_id',
    refusal: GENERIC_REFUSAL,
  },
  remark: {
    ...SEEDS,
    name: 'remark',
    label: '备注',
    type: 'String',
    bytesMax: 256,
    exactLength: 'open',
    example: '猜越多得越多，快来抢！',
    refusal: '参数错误:remark字段为必填,并且少于256字符',
  },
  logo_imgurl: {
    ...SEED_2014,
    name: 'logo_imgurl',
    label: '商户logo的url',
    type: 'String',
    bytesMax: 128,
    exactLength: 'accepted',
    example: 'https://wx.gtimg.com/mch/img/ico-logo.png',
    refusal: GENERIC_REFUSAL,
  },
  share_content: {
    ...SEED_2014,
    name: 'share_content',
    label: '分享文案',
    type: 'String',
    bytesMax: 256,
    exactLength: 'accepted',
    example: '快来参加猜灯谜活动',
    refusal: GENERIC_REFUSAL,
  },
  share_url: {
    ...SEED_2014,
    name: 'share_url',
    label: '分享链接',
    type: 'String',
    bytesMax: 128,
    exactLength: 'accepted',
    example: 'http://www.qq.com',
    refusal: GENERIC_REFUSAL,
  },
  share_imgurl: {
    ...SEED_2014,
    name: 'share_imgurl',
    label: '分享的图片',
    type: 'String',
    bytesMax: 128,
    exactLength: 'accepted',
    example: 'https://wx.gtimg.com/mch/img/ico-logo.png',
    refusal: GENERIC_REFUSAL,
  },
  scene_id: {
    source: 'E4, E27, E28',
    certainty: 'documented',
    name: 'scene_id',
    label: '场景id',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    pattern: /^PRODUCT_[1-8]$/,
    rule: 'PRODUCT_1 to PRODUCT_8; needed below 1 yuan and above 200',
    example: 'PRODUCT_8',
    refusal: '参数错误:该场景未开通，请登陆商户平台：产品中心-现金红包-产品设置-使用场景 进行开通',
  },
  risk_info: {
    source: 'E4',
    certainty: 'documented',
    name: 'risk_info',
    label: '活动信息',
    type: 'String',
    bytesMax: 128,
    exactLength: 'accepted',
    rule: 'url-encoded posttime, mobile, deviceid, clientversion; the encoded text is what is signed',
    example: 'posttime%3d123123412%26clientversion%3d234134%26mobile%3d122344545%26deviceid%3dIOS',
    refusal: GENERIC_REFUSAL,
  },
  consume_mch_id: {
    source: 'E2, E29',
    certainty: 'documented',
    name: 'consume_mch_id',
    label: '资金授权商户号',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'the merchant whose money is spent, where it has authorised this one',
    example: '1222000096',
    refusal: GENERIC_REFUSAL,
  },
  appid: {
    source: 'E1, §7.2',
    certainty: 'documented',
    name: 'appid',
    label: 'Appid',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    rule: 'gethbinfo calls it appid, not wxappid',
    example: 'wx8888888888888888',
    refusal: '参数错误:appid字段必填,最长为32个字符',
  },
  bill_type: {
    source: 'E1, §7.2',
    certainty: 'documented',
    name: 'bill_type',
    label: '订单类型',
    type: 'String',
    bytesMax: 32,
    exactLength: 'accepted',
    pattern: /^MCHT$/,
    rule: 'MCHT: look the number up as mch_billno',
    example: 'MCHT',
    refusal: GENERIC_REFUSAL,
  },
} as const satisfies Readonly<Record<string, FieldRow>>;

export type FieldName = keyof typeof FIELDS;

/** A row of an edition: the field as it stands, with the edition's own requirement and what it says differently. */
export function pick(
  name: FieldName,
  required: Requirement,
  override: Partial<FieldRow> = {},
): RequestRow {
  const row: FieldRow = { ...FIELDS[name], ...override };
  return {
    name: row.name,
    label: row.label,
    type: row.type,
    bytesMax: row.bytesMax,
    exactLength: row.exactLength,
    pattern: row.pattern,
    rule: row.rule,
    example: row.example,
    refusal: row.refusal,
    malformed: row.malformed,
    source: row.source,
    certainty: row.certainty,
    required,
  };
}
