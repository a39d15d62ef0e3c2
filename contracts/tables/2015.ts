/** The second edition: wiki chapter 13_5, 2015 to mid 2016, seed document 001. Three required fields and six optional ones are gone. */

import type { EditionTable } from './editions.ts';
import { pick } from './fields.ts';
import { QUERY_REQUEST } from './query-request.ts';
import { QUERY_REPLY, SEND_REPLY_EARLY } from './reply-fields.ts';

const TOTAL_NUM_WORDING = { refusal: '参数错误:total_num必须为1', source: 'seed 001, E6' } as const;

export const EDITION_2015: EditionTable = {
  edition: '2015',
  title: 'wiki chapter 13_5, 2015 to mid 2016',
  source: 'seed 001',
  request: {
    sendredpack: [
      pick('nonce_str', 'always'),
      pick('sign', 'always'),
      pick('mch_billno', 'always'),
      pick('mch_id', 'always'),
      pick('wxappid', 'always'),
      pick('send_name', 'always'),
      pick('re_openid', 'always'),
      pick('total_amount', 'always'),
      pick('total_num', 'always', TOTAL_NUM_WORDING),
      pick('wishing', 'always'),
      pick('client_ip', 'always'),
      pick('act_name', 'always'),
      pick('remark', 'always'),
    ],
    gethbinfo: QUERY_REQUEST,
  },
  reply: { sendredpack: SEND_REPLY_EARLY, gethbinfo: QUERY_REPLY },
  returnMessages: ['签名失败', '参数格式校验错误'],
  envelope: {
    failureReturnCode: 'SUCCESS',
    successCode: null,
    sendTime: true,
    bareMchId: true,
    source: 'E10, E14, E6',
    certainty: 'observed',
  },
  sendListid: {
    prefix: '1000000000',
    serialDigits: 10,
    source: 'E7; E6 shows another prefix',
    certainty: 'assumed',
  },
};
