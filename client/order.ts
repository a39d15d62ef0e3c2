/** An order as a caller writes it, by edition, and the fields that go over the wire for it. */
import { EDITION_TABLES, type Edition, type Fields } from '../contracts/core.ts';

/** What every edition asks of the caller. Wire names; the client adds nonce_str, sign, mch_id, wxappid and total_num. */
type CommonOrder = {
  /** 1 to 28 of 0-9 A-Z a-z, unique for the merchant, case matters. Left out: the client makes one. */
  readonly mch_billno?: string;
  /** The user, by its openid under the client's appid. */
  readonly re_openid: string;
  /** In fen, a whole number: 100 is one yuan. */
  readonly total_amount: number;
  /** Who sends, at most 32 UTF-8 bytes: ten Chinese characters. */
  readonly send_name: string;
  /** At most 128 UTF-8 bytes. */
  readonly wishing: string;
  /** At most 32 UTF-8 bytes. */
  readonly act_name: string;
  /** At most 256 UTF-8 bytes. */
  readonly remark: string;
  /** Any IPv4 address, of the machine that calls as a rule; it is not the address of the white list. */
  readonly client_ip: string;
};

interface EditionOrders {
  '2014': CommonOrder & {
    readonly nick_name: string;
    readonly sub_mch_id?: string;
    readonly act_id?: string;
    readonly logo_imgurl?: string;
    readonly share_content?: string;
    readonly share_url?: string;
    readonly share_imgurl?: string;
  };
  '2015': CommonOrder;
  current: CommonOrder & {
    /** PRODUCT_1 to PRODUCT_8: for less than 1 or more than 200 yuan. */
    readonly scene_id?: string;
    /** The url-encoded text itself. */
    readonly risk_info?: string;
    readonly consume_mch_id?: string;
    /** Service providers only, and then required. */
    readonly sub_mch_id?: string;
    /** Service providers only, and then required. */
    readonly msgappid?: string;
  };
}

/** An order of an edition. */
export type Order<E extends Edition = Edition> = EditionOrders[E];

/** Who pays. */
export interface Payer {
  readonly mchId: string;
  readonly appid: string;
}

/** What the client fills in; an order may not. */
const OWN_FIELDS: readonly string[] = [
  'nonce_str',
  'sign',
  'mch_id',
  'wxappid',
  'min_value',
  'max_value',
  'total_num',
];

const namesOf = (edition: Edition): readonly string[] =>
  EDITION_TABLES[edition].request.sendredpack.map((row) => row.name);
/** The names of an edition's sendredpack, in table order. */
const NAMES: Readonly<Record<Edition, readonly string[]>> = {
  '2014': namesOf('2014'),
  '2015': namesOf('2015'),
  current: namesOf('current'),
};

/** Keys of the order that the edition's sendredpack does not have, or that are the client's to fill. */
export function strangersIn(edition: Edition, order: object): string[] {
  const names = NAMES[edition];
  return Object.keys(order).filter((name) => OWN_FIELDS.includes(name) || !names.includes(name));
}

/** The fields of a sendredpack but `sign`, in table order; what the caller left out or empty stays out. */
export function fieldsOfOrder(
  edition: Edition,
  order: Order,
  own: Payer & { mch_billno: string; nonce_str: string },
): Fields {
  const amount = amountText(order.total_amount);
  const ours: Readonly<Record<string, unknown>> = {
    nonce_str: own.nonce_str,
    mch_billno: own.mch_billno,
    mch_id: own.mchId,
    wxappid: own.appid,
    total_amount: amount,
    min_value: amount,
    max_value: amount,
    total_num: '1',
  };
  // Two lookups instead of one object laid over the other, which costs more than the signature.
  const theirs: Readonly<Record<string, unknown>> = order;
  const fields = new Map<string, string>();
  for (const name of NAMES[edition]) {
    const value = ours[name] ?? theirs[name];
    if (typeof value === 'string' && value !== '') fields.set(name, value);
  }
  return fields;
}

/** Digits as the wire has them; what is no whole number of fen is left to the check to refuse. */
function amountText(amountFen: number): string {
  return Number.isSafeInteger(amountFen) ? String(amountFen) : '';
}
