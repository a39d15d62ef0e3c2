/**
 * What nobody knows, or what sources contradict each other about (domain facts §9, clients' facts): each a named switch with a
 * stated default. A scenario sets them; the default is what the evidence favours.
 */

interface Choice<Value extends string> {
  readonly question: string;
  readonly values: readonly Value[];
  readonly default: Value;
  readonly source: string;
}

function choice<const Value extends string>(
  question: string,
  values: readonly Value[],
  preset: NoInfer<Value>,
  source: string,
): Choice<Value> {
  return { question, values, default: preset, source };
}

/** The checks of the stages amount, quota, risk and balance, in the default order: which comes first is unknown (§3.1 no. 8). */
export const LIMIT_CHECKS = [
  'amount',
  'closed-hours',
  'packets-per-minute',
  'user-per-minute',
  'packets-per-day',
  'fen-per-day',
  'user-packets-per-day',
  'user-fen-per-day',
  'risk',
  'balance',
] as const;
export type LimitCheck = (typeof LIMIT_CHECKS)[number];

export const SWITCHES = {
  exactLength: choice(
    'Is a value of exactly the maximum length accepted, where the message says "fewer than"?',
    ['accepted', 'refused'],
    'accepted',
    '§9 no. 7: the type is String(32), nonce_str has the same message and 32 is accepted',
  ),
  replySigned: choice(
    'Do replies carry a sign?',
    ['never', 'success', 'always'],
    'never',
    '§9 no. 1: all pages say yes, about 25 captures say no; gethbinfo is never signed',
  ),
  failureReturnCode: choice(
    'return_code of a business failure',
    ['edition', 'FAIL', 'SUCCESS'],
    'edition',
    '§9 no. 2: FAIL until 2015-04, SUCCESS since 2015-12',
  ),
  xmlErrorEnvelope: choice(
    'Envelope of XML_ERROR in the modern editions (captured in 2014 only)',
    ['edition', 'FAIL'],
    'edition',
    '§9 no. 7',
  ),
  amountBounds: choice(
    'Are the ends of the amount range allowed?',
    ['inclusive', 'exclusive'],
    'inclusive',
    '§9 no. 3: rules say inclusive, the message exclusive; 1.00 passes',
  ),
  rateLimitCode: choice(
    'What too many packets in a minute are answered with',
    ['edition', 'FREQ_LIMIT', 'SECOND_OVER_LIMITED'],
    'edition',
    '§9 no. 5: SECOND_OVER_LIMITED documented until 2016-17, FREQ_LIMIT since',
  ),
  repeatedNumber: choice(
    'The same number with the same openid and amount again, after success',
    ['stored-answer', 'SEND_FAILED'],
    'stored-answer',
    '§9 no. 6: no capture; every source agrees that it never pays twice',
  ),
  changedAmount: choice(
    'The same number with another amount',
    ['FATAL_ERROR', 'PARAM_ERROR'],
    'FATAL_ERROR',
    '§3: the page says FATAL_ERROR, a sibling API adds PARAM_ERROR',
  ),
  getMethod: choice(
    'GET on an endpoint',
    ['XML_ERROR', '405'],
    'XML_ERROR',
    '§9 no. 7: no evidence; taken for an empty post',
  ),
  wordings: choice(
    'err_code_des as captured, or as on the page',
    ['live', 'documented'],
    'live',
    '§9 no. 9 and 10',
  ),
  signUnknownFields: choice(
    'Does a field that the endpoint does not know take part in the signature?',
    ['no', 'accept-either'],
    'no',
    '§5: such a field breaks the signature in production (E77-E79)',
  ),
  notUtf8: choice(
    'A body that is not UTF-8',
    ['SIGN_ERROR', 'XML_ERROR'],
    'SIGN_ERROR',
    '§8 no. 12',
  ),
  sceneNotOpened: choice(
    'A scene_id that the merchant has not opened',
    ['PARAM_ERROR', 'MONEY_LIMIT'],
    'PARAM_ERROR',
    '§4: both were reported (E60, E61; E76)',
  ),
  noCertificate: choice(
    'A caller without a client certificate',
    ['CA_ERROR', '400-page', 'refuse-handshake'],
    'CA_ERROR',
    '§3: XML on this path (E43); the page is what /secapi answers; the handshake is the harshest',
  ),
  contentType: choice(
    'Content-Type of an XML answer',
    ['text/plain', 'text/xml', 'application/xml', 'text/html'],
    'text/plain',
    '§9 no. 7: no capture; all four are fine with every client',
  ),
} as const;

export type SwitchName = keyof typeof SWITCHES;
export type SwitchValue<Name extends SwitchName> = (typeof SWITCHES)[Name]['values'][number];

/** All switches set; `limitOrder` puts some of the last checks first, the others follow in their default order. */
export type Switches = { readonly [Name in SwitchName]: SwitchValue<Name> } & {
  readonly limitOrder: readonly LimitCheck[];
};

export const SWITCH_NAMES = Object.keys(SWITCHES) as readonly SwitchName[];

/** The defaults, with what a scenario sets. */
export function switchesOf(own: Partial<Switches> = {}): Switches {
  const defaults = Object.fromEntries(SWITCH_NAMES.map((name) => [name, SWITCHES[name].default]));
  const first = own.limitOrder ?? [];
  const limitOrder = [...first, ...LIMIT_CHECKS.filter((check) => !first.includes(check))];
  return { ...(defaults as Omit<Switches, 'limitOrder'>), ...own, limitOrder };
}
