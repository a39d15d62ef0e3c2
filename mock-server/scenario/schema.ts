/**
 * The scenario file as a schema: what a file may say, what it means, and (through `z.toJSONSchema`) scenario.schema.json for editors.
 * Wire names stay as on the wire; our own carry their unit.
 */
import { z } from 'zod';
import {
  CODES,
  codeRow,
  EDITIONS,
  ENDPOINTS,
  LIMIT_CHECKS,
  LIMIT_NAMES,
  LIMITS,
  ORDER_STATES,
  SWITCH_NAMES,
  SWITCHES,
} from '../../contracts/core.ts';
import { CLOCK_RATE_MAX } from '../clock.ts';
import { complaintsAbout } from './consistency.ts';
import { faults, strikes, tlsFault } from './fault-schema.ts';
import { MERCHANT_NUMBER, MERCHANT_NUMBER_EXPECTED } from './merchant-number.ts';
import { object, oneKind, xmlText } from './parts.ts';

const fen = z.int().min(0).max(9_000_000_000_000_000);
const mchId = z.string().regex(MERCHANT_NUMBER, `${MERCHANT_NUMBER_EXPECTED} (in quotes)`);
const appid = z.string().min(1).max(32);
const instant = z.iso
  .datetime({
    offset: true,
    error: 'expected an instant with its zone, like "2026-01-31T03:00:00+08:00"',
  })
  .describe('An instant with its zone: 2026-01-31T03:00:00+08:00');
const duration = z
  .string()
  .regex(/^\d+(?:ms|s|m|h|d)$/, 'expected a duration like 500ms, 30s, 5m, 24h or 3d')
  .describe('A duration: 500ms, 30s, 5m, 24h, 3d');

const shift = z
  .string()
  .regex(/^-?\d+(?:ms|s|m|h|d)$/, 'expected a duration like 36h, or -3d to go back')
  .describe('A duration: 500ms, 30s, 5m, 36h; -3d goes back');

/** What a clock can be set to, here and while the server runs. */
export const clockSetting = oneKind('mode', [
  object({ mode: z.literal('real') }),
  object({ mode: z.literal('frozen'), at: instant.optional() }),
  object({ mode: z.literal('offset'), by: shift }),
  object({
    mode: z.literal('running'),
    from: instant.optional(),
    rate: z
      .number()
      .positive('expected a number above 0; frozen stands still')
      .max(CLOCK_RATE_MAX)
      .default(1)
      .describe('60: a minute a second'),
  }),
]).describe("Real, frozen, the host's time shifted, or running; at and from left out: from now on");

const codeNames = CODES.map((row) => row.code);
const stateNames = ORDER_STATES.map((row) => row.state);

const limits = object(
  Object.fromEntries(
    LIMIT_NAMES.map((name) => [
      name,
      z.int().min(0).nullable().optional().describe(`${LIMITS[name].title} (${LIMITS[name].unit})`),
    ]),
  ) as Record<(typeof LIMIT_NAMES)[number], z.ZodOptional<z.ZodNullable<z.ZodInt>>>,
).describe("What differs from the edition's limits; null lifts one.");

const switches = object({
  ...(Object.fromEntries(
    SWITCH_NAMES.map((name) => [
      name,
      z
        .enum(SWITCHES[name].values as readonly [string, ...string[]])
        .optional()
        .describe(`${SWITCHES[name].question} Default: ${SWITCHES[name].default}.`),
    ]),
  ) as {
    [Name in keyof typeof SWITCHES]: z.ZodOptional<
      z.ZodEnum<{ [Value in (typeof SWITCHES)[Name]['values'][number]]: Value }>
    >;
  }),
  limitOrder: z
    .array(z.enum(LIMIT_CHECKS))
    .optional()
    .describe('Checks of limits and balance that come first, in this order.'),
}).describe('Answers to what nobody knows about the real server.');

const merchant = object({
  mch_id: mchId,
  key: z.string().length(32, 'expected the 32 characters of an API key'),
  company: z.string().min(1).max(64).default('redpack-kit').describe('OU of the certificate'),
  role: z.enum(['ordinary', 'provider']).default('ordinary').describe('provider: 服务商'),
  appids: z.array(appid).min(1).describe('Official accounts bound to the merchant'),
  mobileAppids: z
    .array(appid)
    .default([])
    .describe('Appids of mobile apps: sending with one is ILLEGAL_APPID'),
  balanceFen: z
    .union([fen, z.literal('bottomless')], {
      error: 'expected a number of fen (not in quotes) or bottomless',
    })
    .describe('Opening balance of the operating account'),
  limits: limits.default({}),
  certificate: z
    .enum(['valid', 'expired'])
    .default('valid')
    .describe('expired: the chain is good, the platform says 证书已过期'),
  productOpened: z
    .boolean()
    .default(true)
    .describe('false: NOAUTH (2014), NO_AUTH (2015), PRODUCT_AUTHORITY_UNOPEN (current)'),
  apiSending: z.enum(['open', 'closed']).default('open').describe('closed: API_METHOD_CLOSED'),
  account: z
    .enum(['normal', 'frozen'])
    .default('normal')
    .describe('frozen: PAYER_ACCOUNT_ABNORMAL'),
  scenes: z
    .array(z.string().regex(/^PRODUCT_[1-8]$/, 'expected PRODUCT_1 to PRODUCT_8'))
    .default([])
    .describe('Scenes opened for scene_id'),
  allowedIps: z
    .array(z.string())
    .optional()
    .describe('The IP white list; left out: any address may call'),
  openids: z
    .record(appid, z.array(z.string()))
    .optional()
    .describe('Known users by appid; left out: any well-formed openid'),
  riskyOpenids: z.array(z.string()).default([]).describe('Users that risk control stops'),
  subMerchants: z
    .array(mchId)
    .optional()
    .describe("A provider's sub-merchants; left out: any number"),
  msgappids: z.array(appid).optional().describe('Appids for msgappid; left out: any'),
  consumeMerchants: z
    .array(mchId)
    .default([])
    .describe('Merchants that let this one spend their money (consume_mch_id)'),
  clock: clockSetting
    .optional()
    .describe("A clock of its own; left out: the scenario's, with the other merchants"),
}).describe('A merchant: the tenant under which everything is kept.');

const condition = z.union(
  [
    z.string().describe('The value itself'),
    object({ contains: z.string().min(1) }).describe('A text that the value contains'),
    object({ startsWith: z.string().min(1) }).describe('A text that the value starts with'),
    object({ atLeast: z.int().optional(), atMost: z.int().optional() }).describe(
      'Bounds of an integer, inclusive',
    ),
  ],
  {
    error:
      'expected a text (in quotes), { contains: … }, { startsWith: … } or { atLeast: …, atMost: … }',
  },
);

const when = object({
  endpoint: z.enum(ENDPOINTS).default('sendredpack'),
  mch_id: mchId.optional(),
  fields: z
    .record(z.string(), condition)
    .optional()
    .describe('Conditions on fields, all must hold'),
  nth: z.int().min(1).optional().describe('Only the nth matching call'),
  everyNth: z.int().min(1).optional().describe('Every nth matching call'),
  first: z.int().min(1).optional().describe('The first n matching calls'),
  probability: z.number().min(0).max(1).optional().describe("Drawn from the scenario's seed"),
  per: z
    .enum(['order', 'merchant', 'global'])
    .default('merchant')
    .describe('What calls are counted by'),
}).describe('Which calls the rule is for. Calls are counted once they are readable XML.');

const then = object({
  code: z.enum(codeNames).optional().describe('err_code; left out: the call succeeds'),
  wording: z.string().optional().describe("Which of the code's wordings, by its id"),
  message: xmlText.optional().describe('err_code_des in words of your own'),
  money: z
    .enum(['moved', 'not-moved'])
    .default('not-moved')
    .describe('Was the packet paid although the answer is an error?'),
  state: z.enum(stateNames).optional().describe('The state in which the order is left'),
  fault: faults.optional(),
  strikes: strikes.optional(),
})
  .refine(({ code, state, fault }) => code ?? state ?? fault, {
    error: 'says nothing: expected a code, a state, a fault, or several of them',
  })
  .superRefine(({ code, wording }, context) => {
    const row = code && codeRow(code);
    if (!row || wording === undefined || row.wordings.some((each) => each.id === wording)) return;
    const known = row.wordings.map((each) => each.id).join(', ');
    context.addIssue({ code: 'custom', path: ['wording'], message: `expected one of ${known}` });
  })
  .describe('What happens: what is answered, whether money moves, and what befalls the answer.');

const expectation = object({
  connection: z
    .enum(['answered', 'dropped', 'silent', 'refused'])
    .optional()
    .describe(
      'answered (the default), dropped before the answer was whole, silent for as long as one waits (a moment), or refused: no TLS',
    ),
  http: z.int().optional().describe('The HTTP status; left out: 200'),
  headers: z.record(z.string(), z.string()).optional().describe('Headers, in lower case'),
  contains: z.string().min(1).optional().describe('A text that the body contains'),
  readable: z
    .boolean()
    .optional()
    .describe('Is the body XML for a strict reader: UTF-8, well-formed, no DOCTYPE?'),
  tookMsAtLeast: z.int().min(1).optional().describe('How late the answer is'),
  return_code: z.string().optional(),
  return_msg: z.string().optional(),
  result_code: z.string().optional(),
  err_code: z.string().nullable().optional(),
  err_code_des: z.string().optional(),
  mch_billno: z.string().optional(),
  mch_id: z.string().optional(),
  wxappid: z.string().optional(),
  re_openid: z.string().optional(),
  total_amount: z.string().optional(),
  total_num: z.string().optional(),
  status: z.string().optional(),
  refund_time: z.string().optional(),
  refund_amount: z.string().optional(),
  reason: z.string().optional(),
  absent: z.array(z.string()).optional().describe('Elements that the answer must not have'),
}).describe('What the answer says; null: the element is absent.');

const callOptions = {
  as: mchId.optional().describe('The merchant that calls; left out: the first'),
  certificate: z
    .union([z.literal('own'), z.literal('none'), mchId])
    .default('own')
    .describe("own, none, or another merchant's number"),
  sign: z.enum(['right', 'wrong', 'missing']).default('right'),
  times: z.int().min(1).max(20_000).default(1).describe('How often; each time with a fresh number'),
  expect: expectation,
};
const overrides = z
  .record(z.string(), z.string().nullable())
  .describe("What differs from the edition's sample request; null leaves a field out");

const step = z
  .union(
    [
      object({ send: overrides, ...callOptions }),
      object({ query: overrides, ...callOptions }),
      object({
        post: z.string().describe('A body as it is'),
        to: z.enum(ENDPOINTS).default('sendredpack'),
        certificate: callOptions.certificate,
        as: callOptions.as,
        expect: expectation,
      }),
      object({
        postBase64: z
          .base64()
          .describe('A body as it is, in base64: for bytes that no YAML text can hold'),
        to: z.enum(ENDPOINTS).default('sendredpack'),
        certificate: callOptions.certificate,
        as: callOptions.as,
        expect: expectation,
      }),
      object({ advance: duration }),
      object({ topUpFen: fen, as: callOptions.as }),
      object({ claim: z.string().describe('mch_billno'), as: callOptions.as }),
    ],
    {
      error: 'expected a step: send, query, post, postBase64, advance, topUpFen or claim',
    },
  )
  .describe('One step of how to see it; the tests play them all.');

export const scenarioSchema = object({
  title: z.string().min(1).describe('One line for `redpack-mock scenarios`'),
  title_zh: z.string().min(1).optional().describe('The same in Chinese'),
  description: z.string().optional().describe('What happens, and what a right client does'),
  edition: z.enum(EDITIONS).default('current'),
  clock: clockSetting.default({ mode: 'real' }),
  seed: z.int().default(1).describe('For ids and probabilities'),
  switches: switches.default({}),
  tls: object({ fault: tlsFault.optional() })
    .optional()
    .describe('How the listener itself misbehaves, on every connection'),
  merchants: z.array(merchant).min(1),
  rules: z
    .array(object({ when, then }))
    .default([])
    .describe('The first rule that matches a call decides'),
  steps: z.array(step).default([]).describe('How to see it, step by step'),
}).superRefine((scenario, context) => {
  for (const { path, message } of complaintsAbout(scenario)) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
});

export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;
export type ScenarioMerchant = Scenario['merchants'][number];
export type ScenarioRule = Scenario['rules'][number];

/** The schema for editors, as the text of scenario.schema.json. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'redpack-mock scenario', ...schema }, null, 2)}\n`;
}
