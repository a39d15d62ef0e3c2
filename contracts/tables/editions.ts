/** The shape of an edition, and the three of them. */
import type { Edition, EndpointName, Provenance } from '../types.ts';
import { EDITION_2014 } from './2014.ts';
import { EDITION_2015 } from './2015.ts';
import { EDITION_CURRENT } from './current.ts';
import type { RequestRow } from './fields.ts';
import type { ReplyRow } from './reply-fields.ts';

export interface EditionTable {
  readonly edition: Edition;
  readonly title: string;
  readonly source: string;
  readonly request: Readonly<Record<EndpointName, readonly RequestRow[]>>;
  readonly reply: Readonly<Record<EndpointName, readonly ReplyRow[]>>;
  /** The reasons that the page gives for return_msg; production writes err_code_des there. */
  readonly returnMessages: readonly string[];
  readonly envelope: Provenance & {
    readonly failureReturnCode: 'FAIL' | 'SUCCESS';
    /** err_code of a success; null where a success has none. */
    readonly successCode: 'SUCCESS' | null;
    readonly sendTime: boolean;
    /** Is mch_id written without CDATA? */
    readonly bareMchId: boolean;
  };
  /** send_listid: prefix, Beijing day, serial digits. */
  readonly sendListid: Provenance & { readonly prefix: string; readonly serialDigits: number };
}

export const EDITION_TABLES: Readonly<Record<Edition, EditionTable>> = {
  '2014': EDITION_2014,
  '2015': EDITION_2015,
  current: EDITION_CURRENT,
};
