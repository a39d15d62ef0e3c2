/** The edition in force since mid 2016: wiki chapter 13_4, now /doc/v2; with the service provider's fields. */

import type { EditionTable } from './editions.ts';
import { pick } from './fields.ts';
import { QUERY_REQUEST } from './query-request.ts';
import { QUERY_REPLY, SEND_REPLY_CURRENT } from './reply-fields.ts';

export const EDITION_CURRENT: EditionTable = {
  edition: 'current',
  title: 'wiki chapter 13_4 and /doc/v2, mid 2016 to today',
  source: 'E22, E27, E28, §1.1',
  request: {
    sendredpack: [
      pick('nonce_str', 'always'),
      pick('sign', 'always'),
      pick('mch_billno', 'always'),
      pick('mch_id', 'always'),
      pick('sub_mch_id', 'provider'),
      pick('wxappid', 'always'),
      pick('msgappid', 'provider'),
      pick('send_name', 'always'),
      pick('re_openid', 'always'),
      pick('total_amount', 'always'),
      pick('total_num', 'always', { source: 'E33, E5', certainty: 'observed' }),
      pick('wishing', 'always'),
      pick('client_ip', 'always'),
      pick('act_name', 'always'),
      pick('remark', 'always'),
      pick('scene_id', 'optional'),
      pick('risk_info', 'optional'),
      pick('consume_mch_id', 'optional'),
    ],
    gethbinfo: QUERY_REQUEST,
  },
  reply: { sendredpack: SEND_REPLY_CURRENT, gethbinfo: QUERY_REPLY },
  returnMessages: [],
  envelope: {
    failureReturnCode: 'SUCCESS',
    successCode: 'SUCCESS',
    sendTime: false,
    bareMchId: false,
    source: 'E11, E12, E13',
    certainty: 'observed',
  },
  sendListid: { prefix: '1000041701', serialDigits: 13, source: 'E12, E13', certainty: 'observed' },
};
