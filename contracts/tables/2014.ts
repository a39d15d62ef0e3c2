/** The first edition: 2014-11 to mid 2015, seed document 000. Rows in the order of its table. */

import type { EditionTable } from './editions.ts';
import { pick } from './fields.ts';
import { QUERY_REQUEST } from './query-request.ts';
import { QUERY_REPLY, SEND_REPLY_EARLY } from './reply-fields.ts';

const TOTAL_NUM_WORDING = { refusal: '参数错误:total_num必须为1', source: 'seed 000, E6' } as const;

export const EDITION_2014: EditionTable = {
  edition: '2014',
  title: 'cashredopenapi, 2014-11 to mid 2015',
  source: 'seed 000',
  request: {
    sendredpack: [
      pick('nonce_str', 'always'),
      pick('sign', 'always'),
      pick('mch_billno', 'always'),
      pick('mch_id', 'always'),
      pick('sub_mch_id', 'provider'),
      pick('wxappid', 'always'),
      pick('nick_name', 'always'),
      pick('send_name', 'always'),
      pick('re_openid', 'always'),
      pick('total_amount', 'always'),
      pick('min_value', 'always'),
      pick('max_value', 'always'),
      pick('total_num', 'always', TOTAL_NUM_WORDING),
      pick('wishing', 'always'),
      pick('client_ip', 'always'),
      pick('act_name', 'always'),
      pick('act_id', 'optional'),
      pick('remark', 'always'),
      pick('logo_imgurl', 'optional'),
      pick('share_content', 'optional'),
      pick('share_url', 'optional'),
      pick('share_imgurl', 'optional'),
    ],
    gethbinfo: QUERY_REQUEST,
  },
  reply: { sendredpack: SEND_REPLY_EARLY, gethbinfo: QUERY_REPLY },
  returnMessages: ['签名失败', '参数格式校验错误'],
  envelope: {
    failureReturnCode: 'FAIL',
    successCode: null,
    sendTime: true,
    bareMchId: true,
    source: 'E7, E8, E9',
    certainty: 'observed',
  },
  sendListid: { prefix: '1000000000', serialDigits: 10, source: 'E7', certainty: 'observed' },
};
