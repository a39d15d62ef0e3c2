/**
 * The mistakes that people make with the signature, likeliest first: the order in which the doctor tries them, and pairs of them.
 * Each row says how it is made again (`ways`), so that it is only ever named when the signature that came is exactly what it gives.
 */
import type { Provenance } from '../types.ts';
import type { Ways } from '../wire/sign-draft.ts';
import type { FormMistakeId } from '../wire/sign-form.ts';
import * as ofEscapes from '../wire/sign-ways-escapes.ts';
import * as ofFields from '../wire/sign-ways-fields.ts';
import * as ofKey from '../wire/sign-ways-key.ts';
import * as ofValues from '../wire/sign-ways-values.ts';

/** The steps of a signature, in the order in which a client takes them. */
export const SIGN_STEPS = [
  'fields',
  'values',
  'escapes',
  'names',
  'order',
  'join',
  'key',
  'key-joint',
  'whole',
  'bytes',
] as const;
export type SignStep = (typeof SIGN_STEPS)[number];

interface MistakeRow extends Provenance {
  readonly id: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** What to do, after "to fix it,". */
  readonly fix: string;
  /** The same in Chinese. */
  readonly fix_zh: string;
}

/** A mistake that is found by making it. */
export interface SearchedMistake extends MistakeRow {
  readonly step: SignStep;
  readonly ways: Ways;
  /** Has too many ways, or is too rare, to be tried together with another. */
  readonly alone?: true;
  /** Can be made twice in one request, with two fields. */
  readonly repeats?: true;
}

/** A mistake that the signature or the body shows by its form. */
export interface ShownMistake extends MistakeRow {
  readonly id: FormMistakeId | 'body-not-utf8';
  /** What stands after "the client". */
  readonly did: string;
}

const RULE: Provenance = { source: '§5', certainty: 'documented' };
const CAUSE: Provenance = { source: '§5, §8 no. 11', certainty: 'documented' };
const GUESS: Provenance = {
  source: 'none: a slip that the rule of §5 invites',
  certainty: 'assumed',
};
const PARSERS: Provenance = { source: "clients' facts, on the way in 3", certainty: 'observed' };

export const SEARCHED_MISTAKES: readonly SearchedMistake[] = [
  {
    id: 'sign-type-signed',
    title: 'sign_type signed',
    step: 'fields',
    ways: ofFields.signTypeSigned,
    fix: 'neither send nor sign sign_type: the red packet API does not have it',
    fix_zh: '红包接口没有 sign_type 参数：不要发送，也不要参与签名',
    source: 'E77',
    certainty: 'observed',
  },
  {
    id: 'unknown-signed',
    title: 'a field signed that the endpoint does not know',
    step: 'fields',
    ways: ofFields.unknownSigned,
    fix: "sign and send only the fields of the endpoint's page",
    fix_zh: '只发送并签名接口文档列出的参数',
    source: 'E78, E79',
    certainty: 'observed',
  },
  {
    id: 'integers-as-written',
    title: 'an integer signed as it was written',
    step: 'values',
    ways: ofValues.integersAsWritten,
    fix: 'write amounts as whole fen without decimals, spaces or leading zeros: 100, not 1.00',
    fix_zh: '金额以分为单位写成整数，不带小数点、空格或前导零，例如 100 而不是 1.00',
    source: 'E32, E80',
    certainty: 'observed',
  },
  {
    id: 'empty-signed',
    title: 'empty fields signed',
    step: 'fields',
    ways: ofFields.emptySigned,
    fix: 'leave fields without a value out of the string to sign',
    fix_zh: '值为空的参数不参与签名',
    ...CAUSE,
  },
  {
    id: 'not-sorted',
    title: 'fields not sorted',
    step: 'order',
    ways: ofFields.notSorted,
    fix: 'sort the fields by name in ASCII order before joining them',
    fix_zh: '先把参数名按 ASCII 码从小到大排序，再拼接',
    ...CAUSE,
  },
  {
    id: 'key-missing',
    title: 'key missing',
    step: 'key-joint',
    ways: ofKey.keyMissing,
    fix: 'end the string with &key= and the API key, then digest it',
    fix_zh: '在字符串末尾拼上 &key=API密钥，再计算摘要',
    ...RULE,
  },
  {
    id: 'gbk-signed',
    title: 'GBK bytes signed',
    step: 'bytes',
    ways: ofKey.gbkSigned,
    fix: 'digest the UTF-8 bytes of the string: name UTF-8, never the default charset of the system',
    fix_zh: '计算摘要时明确使用 UTF-8 编码取字节，不要用系统默认编码（GBK）',
    source: '§8 no. 12',
    certainty: 'documented',
  },
  {
    id: 'narrow-signed',
    title: 'characters cut down to one byte',
    step: 'bytes',
    ways: ofKey.narrowSigned,
    fix: 'digest the UTF-8 bytes of the string: name UTF-8 where the digest takes its text',
    fix_zh: '计算摘要时明确使用 UTF-8 编码，不要用 latin1、binary 或 ASCII',
    source: 'borball/weixin-sdk issue 28',
    certainty: 'observed',
  },
  {
    id: 'url-encoded',
    title: 'values url-encoded',
    step: 'escapes',
    ways: ofEscapes.urlEncoded,
    fix: 'sign the values raw, without url-encoding',
    fix_zh: '签名用参数的原始值，不要做 URL 编码',
    ...CAUSE,
  },
  {
    id: 'key-white-space',
    title: 'white space around the key',
    step: 'key',
    ways: ofKey.keyWhiteSpace,
    fix: 'trim the key where it is read, and digest nothing behind it (echo adds a line feed)',
    fix_zh: '读取密钥后去掉首尾空格和换行，密钥之后不要再有任何字符（echo 会多一个换行）',
    ...GUESS,
  },
  {
    id: 'sign-signed',
    title: 'sign itself signed',
    step: 'fields',
    ways: ofFields.signSigned,
    fix: 'leave sign out of the string to sign',
    fix_zh: 'sign 参数本身不参与签名',
    ...RULE,
  },
  {
    id: 'key-joined-otherwise',
    title: 'key joined otherwise than by &key=',
    step: 'key-joint',
    ways: ofKey.keyJoinedOtherwise,
    fix: 'put exactly &key= and the API key behind the last field',
    fix_zh: '密钥以 &key=API密钥 的形式拼在最后一个参数之后，一个字符都不能差',
    ...RULE,
  },
  {
    id: 'white-space-dropped',
    title: 'white space of values dropped for signing',
    step: 'values',
    ways: ofValues.whiteSpaceDropped,
    fix: 'sign exactly what is sent: trim before both, and do not indent text inside its element',
    fix_zh: '签名的值与发送的值必须完全一致：先去空格再签名和发送，元素内的文本不要换行缩进',
    ...PARSERS,
  },
  {
    id: 'cdata-signed',
    title: 'CDATA markers signed',
    step: 'escapes',
    ways: ofEscapes.cdataSigned,
    fix: 'sign the bare values; CDATA belongs to the XML only',
    fix_zh: '签名用不带 CDATA 标记的原值，CDATA 只在拼 XML 时加',
    ...RULE,
  },
  {
    id: 'escaped-signed',
    title: 'values signed that were escaped for XML',
    step: 'escapes',
    ways: ofEscapes.escapedSigned,
    fix: 'sign first, escape when writing the XML: & is signed as &, not as &amp;',
    fix_zh: '先用原值签名，写 XML 时再转义：参与签名的是 &，不是 &amp;',
    source: "clients' facts, on the way in 2",
    certainty: 'observed',
  },
  {
    id: 'unescaped-signed',
    title: 'text escaped once too often',
    step: 'values',
    ways: ofValues.unescapedSigned,
    fix: 'inside CDATA write the text as it is: &amp; there is five characters, not an ampersand',
    fix_zh: 'CDATA 内直接写原文，不要再转义：CDATA 里的 &amp; 就是五个字符',
    source: "clients' facts, on the way in 2 and 7",
    certainty: 'observed',
  },
  {
    id: 'numbers-parsed',
    title: 'long digits turned into a number',
    step: 'values',
    ways: ofValues.numbersParsed,
    fix: 'keep mch_billno, mch_id and all ids as strings; switch number parsing off in XML and JSON readers',
    fix_zh: '订单号、商户号等一律用字符串，关闭 XML/JSON 解析器的数字转换',
    ...PARSERS,
  },
  {
    id: 'zeros-dropped',
    title: 'leading zeros dropped',
    step: 'values',
    ways: ofValues.zerosDropped,
    fix: 'keep mch_billno and all ids as strings: 0010 is not 10',
    fix_zh: '订单号等一律用字符串：0010 不等于 10',
    ...PARSERS,
  },
  {
    id: 'other-unit',
    title: 'amount signed in another unit',
    step: 'values',
    ways: ofValues.otherUnit,
    fix: 'change yuan to fen once, before signing, and sign and send the same number',
    fix_zh: '签名前就把元换算成分，签名和发送用同一个数',
    ...GUESS,
  },
  {
    id: 'as-float',
    title: 'amount signed as a float',
    step: 'values',
    ways: ofValues.asFloat,
    fix: 'hold amounts as integers of fen; write them without decimals in both places',
    fix_zh: '金额用整数类型（分），签名和发送都不要带小数',
    source: 'E80; borball/weixin-sdk issue 33',
    certainty: 'observed',
  },
  {
    id: 'json-escaped',
    title: 'values escaped as JSON',
    step: 'escapes',
    ways: ofEscapes.jsonEscaped,
    fix: 'sign the characters themselves, not their \\u escapes (JSON_UNESCAPED_UNICODE, ensure_ascii=False)',
    fix_zh:
      '签名用字符本身而不是 \\u 转义（PHP 用 JSON_UNESCAPED_UNICODE，Python 用 ensure_ascii=False）',
    ...GUESS,
  },
  {
    id: 'left-out',
    title: 'a documented field left out of the signature',
    step: 'fields',
    ways: ofFields.leftOut,
    repeats: true,
    fix: 'sign every field that is sent with a value; set the last one before signing',
    fix_zh: '所有非空的已发送参数都要参与签名，签名之后不要再添加参数',
    ...RULE,
  },
  {
    id: 'null-signed',
    title: 'fields without a value signed as null',
    step: 'fields',
    ways: ofFields.nullSigned,
    fix: 'leave fields without a value out of the string to sign',
    fix_zh: '没有值的参数不参与签名，不要拼成 null',
    ...GUESS,
  },
  {
    id: 'key-sorted-in',
    title: 'key sorted in among the fields',
    step: 'key-joint',
    ways: ofKey.keySortedIn,
    fix: 'sort the fields without the key, and put &key= behind them',
    fix_zh: '密钥不参与排序，排序拼接完再在末尾加 &key=',
    ...RULE,
  },
  {
    id: 'key-quoted',
    title: 'quotation marks around the key',
    step: 'key',
    ways: ofKey.keyQuoted,
    fix: 'take the quotation marks off the key',
    fix_zh: '去掉密钥两边的引号',
    ...GUESS,
  },
  {
    id: 'key-case',
    title: 'key in another case',
    step: 'key',
    ways: ofKey.keyCase,
    fix: 'use the key letter for letter as it was set',
    fix_zh: '密钥区分大小写，按商户平台设置的原样使用',
    ...RULE,
  },
  {
    id: 'whole-case',
    title: 'the whole string in another case',
    step: 'whole',
    ways: ofKey.wholeChanged,
    fix: 'digest the string as it is, and put only the digest in upper case',
    fix_zh: '对原字符串计算摘要，只把摘要转成大写',
    ...RULE,
  },
  {
    id: 'value-case',
    title: 'values in another case',
    step: 'values',
    ways: ofValues.valueCase,
    fix: 'sign the values as they are sent; only the digest is put in upper case',
    fix_zh: '参数值按原样签名，只把最后的摘要转成大写',
    ...RULE,
  },
  {
    id: 'names-differ',
    title: 'a field signed under another name',
    step: 'names',
    ways: ofFields.namesDiffer,
    repeats: true,
    fix: 'sign a field under the very name that it has in the XML (sendredpack has wxappid, gethbinfo appid)',
    fix_zh: '签名用的参数名要与 XML 元素名一致（sendredpack 用 wxappid，gethbinfo 用 appid）',
    ...GUESS,
  },
  {
    id: 'name-case',
    title: 'names in another case',
    step: 'names',
    ways: ofFields.nameCase,
    fix: 'sign the names of the page, with underscores and in lower case, not those of your class',
    fix_zh: '签名用文档中的参数名（小写加下划线），不要用类的属性名',
    ...RULE,
  },
  {
    id: 'joined-otherwise',
    title: 'fields joined otherwise than name=value&',
    step: 'join',
    ways: ofFields.joinedOtherwise,
    fix: 'join the fields as name=value with one & between them and nothing else',
    fix_zh: '以 参数名=值 的形式用一个 & 连接，不加引号、换行或其他字符',
    ...RULE,
  },
  {
    id: 'url-decoded',
    title: 'values decoded for signing',
    step: 'values',
    ways: ofValues.urlDecoded,
    fix: 'sign risk_info as it is sent, url-encoded',
    fix_zh: 'risk_info 以发送时的 URL 编码形式参与签名',
    source: '§1.1, K3',
    certainty: 'documented',
  },
  {
    id: 'line-ends',
    title: 'line ends changed on the way',
    step: 'values',
    ways: ofValues.lineEnds,
    fix: 'send no line ends in values, or LF alone: XML turns CR LF into LF',
    fix_zh: '参数值不要含换行；如有只用 LF，因为 XML 会把 CRLF 变成 LF',
    source: 'XML 1.0 §2.11',
    certainty: 'documented',
  },
  {
    id: 'encoded-twice',
    title: 'UTF-8 encoded twice',
    step: 'bytes',
    ways: ofKey.encodedTwice,
    fix: 'encode the string as UTF-8 once: hand the digest a string or its bytes, not bytes read as characters',
    fix_zh: '字符串只做一次 UTF-8 编码，不要把 UTF-8 字节当字符再编码一次',
    ...GUESS,
  },
  {
    id: 'wide-signed',
    title: 'another Unicode form signed',
    step: 'bytes',
    ways: ofKey.wideSigned,
    fix: 'digest plain UTF-8: no UTF-16, no byte order mark, emoji in four bytes',
    fix_zh: '对标准 UTF-8 字节计算摘要：不用 UTF-16、不带 BOM，emoji 占四个字节',
    ...GUESS,
  },
  {
    id: 'whole-encoded',
    title: 'the whole string url-encoded',
    step: 'whole',
    ways: ofKey.wholeEncoded,
    fix: 'digest the string as it is, without url-encoding',
    fix_zh: '对原字符串计算摘要，不要做 URL 编码',
    ...GUESS,
  },
  {
    id: 'key-of-the-documentation',
    title: 'the example key of the documentation used',
    step: 'key',
    ways: ofKey.keyOfTheDocumentation,
    fix: "use the merchant's own API key, set in the merchant platform under API security",
    fix_zh: '使用商户平台“API安全”里设置的密钥，不要用文档示例密钥',
    ...GUESS,
  },
  {
    id: 'digested-twice',
    title: 'digested twice',
    step: 'whole',
    ways: ofKey.digestedTwice,
    alone: true,
    fix: 'digest the string once',
    fix_zh: '只计算一次 MD5',
    ...GUESS,
  },
  {
    id: 'white-space-lost',
    title: 'white space of a value lost on the way',
    step: 'values',
    ways: ofValues.whiteSpaceLost,
    alone: true,
    fix: 'sign exactly what is sent: trim the value before both',
    fix_zh: '签名的值与发送的值必须完全一致：先去掉首尾空白再签名和发送',
    ...PARSERS,
  },
];

export const SHOWN_MISTAKES: Readonly<Record<ShownMistake['id'], ShownMistake>> = {
  'body-not-utf8': {
    id: 'body-not-utf8',
    title: 'body in GBK',
    did: 'sent a body in GBK, not in UTF-8',
    fix: 'write the XML in UTF-8',
    fix_zh: '请求报文使用 UTF-8 编码，不要用 GBK',
    source: '§8 no. 12',
    certainty: 'documented',
  },
  'sign-spaced': {
    id: 'sign-spaced',
    title: 'white space around sign',
    did: 'wrote white space around the value of sign',
    fix: 'write the 32 digits of sign without spaces or line ends',
    fix_zh: 'sign 的值前后不要有空格或换行',
    ...PARSERS,
  },
  'digest-lower-case': {
    id: 'digest-lower-case',
    title: 'digest not in upper case',
    did: 'did not put the digest in upper case',
    fix: 'put the hex digits of the digest in upper case',
    fix_zh: '把摘要的十六进制字母转成大写',
    ...RULE,
  },
  'digest-hmac': {
    id: 'digest-hmac',
    title: 'HMAC-SHA256 instead of MD5',
    did: 'signed with HMAC-SHA256 instead of MD5',
    fix: 'sign red packets with MD5',
    fix_zh: '红包接口只支持 MD5 签名，不要用 HMAC-SHA256',
    source: 'E77',
    certainty: 'observed',
  },
  'digest-sha256': {
    id: 'digest-sha256',
    title: 'SHA-256 instead of MD5',
    did: 'digested with SHA-256 instead of MD5',
    fix: 'digest with MD5',
    fix_zh: '使用 MD5 计算摘要',
    ...GUESS,
  },
  'digest-sha1': {
    id: 'digest-sha1',
    title: 'SHA-1 instead of MD5',
    did: 'digested with SHA-1 instead of MD5',
    fix: 'digest with MD5; SHA-1 belongs to the JS-SDK',
    fix_zh: '使用 MD5 计算摘要，SHA-1 是 JS-SDK 的签名方式',
    ...GUESS,
  },
  'digest-base64': {
    id: 'digest-base64',
    title: 'digest in base64',
    did: 'wrote the digest in base64 instead of hex',
    fix: 'write the digest as 32 hex digits in upper case',
    fix_zh: '摘要写成 32 位大写十六进制，不要用 base64',
    ...GUESS,
  },
  'digest-short': {
    id: 'digest-short',
    title: 'half the digest',
    did: 'wrote the middle 16 digits of the digest instead of all 32',
    fix: 'write all 32 digits of the digest',
    fix_zh: '使用 32 位 MD5，不要用 16 位 MD5',
    ...GUESS,
  },
  'digest-zeros-dropped': {
    id: 'digest-zeros-dropped',
    title: 'zeros of the digest dropped',
    did: 'dropped zeros of the digest, which has 32 digits always',
    fix: 'write two hex digits for each byte (%02X), not a big integer in base 16',
    fix_zh: '每个字节输出两位十六进制（%02X），不要用 BigInteger.toString(16)',
    source: 'reports on BigInteger.toString(16), developer.aliyun.com/article/1093933',
    certainty: 'observed',
  },
};

/** All rows, for a list of them. */
export const SIGN_MISTAKES: readonly (SearchedMistake | ShownMistake)[] = [
  ...Object.values(SHOWN_MISTAKES),
  ...SEARCHED_MISTAKES,
];
