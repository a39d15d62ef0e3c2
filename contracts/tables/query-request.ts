/** gethbinfo's request, the same in every edition (domain facts §7.2, E1). */
import { pick } from './fields.ts';

export const QUERY_REQUEST = [
  pick('nonce_str', 'always'),
  pick('sign', 'always'),
  pick('mch_billno', 'always'),
  pick('mch_id', 'always'),
  pick('appid', 'always'),
  pick('bill_type', 'always'),
] as const;
