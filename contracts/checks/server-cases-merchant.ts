/** Cases about who the merchant is and what he may: identity, product, address, risk, scenes, and which of them answers first. */
import { FIELDS } from '../tables/fields.ts';
import { limitsOf } from '../tables/limits.ts';
import type { Edition } from '../types.ts';
import {
  type Acceptable,
  type CallStep,
  type CaseDraft,
  type MerchantNeeds,
  NOON,
  type Overrides,
  SENT,
  send,
} from './server-case.ts';
import { providerFields } from './server-cases-requests.ts';
import { refusedWith } from './wordings.ts';

/** An address of the documentation's range, from which nobody calls. */
const NOBODYS_IP = '203.0.113.1';
/** Any appid that is not the merchant's account. */
const MOBILE_APPID = FIELDS.msgappid.example;

export function merchantCases(edition: Edition): CaseDraft[] {
  return [
    ...identityCases(edition),
    ...(edition === 'current' ? providerCases() : []),
    ...productCases(edition),
    ...stageCases(edition),
    ...(edition === 'current' ? sceneCases() : []),
    ...amountCases(),
  ];
}

function given(merchant: MerchantNeeds): Pick<CaseDraft, 'needs'> {
  return { needs: { merchant, at: NOON } };
}

function identityCases(edition: Edition): CaseDraft[] {
  const mobile =
    edition === '2014'
      ? refusedWith(edition, 'PARAM_ERROR', 'appid-mismatch')
      : refusedWith(edition, 'ILLEGAL_APPID');
  return [
    {
      id: 'sendredpack/identity/wxappid/official-account',
      title: "refuses the appid of a mobile app, the merchant's own too",
      source: '§2.1',
      certainty: edition === '2014' ? 'assumed' : 'documented',
      ...given({ mobileAppids: [MOBILE_APPID] }),
      steps: [send({ fields: { wxappid: MOBILE_APPID } }, mobile)],
    },
    {
      id: 'sendredpack/identity/re_openid/of-wxappid',
      title: 'refuses a user of another official account',
      source: 'seed 000, E50',
      certainty: 'documented',
      ...given({ openids: { wx8888888888888888: [FIELDS.re_openid.example] } }),
      steps: [
        send({}, refusedWith(edition, 'OPENID_ERROR')),
        send({ number: 'b', fields: { re_openid: FIELDS.re_openid.example } }, SENT),
      ],
    },
  ];
}

function providerCases(): CaseDraft[] {
  const fields = providerFields('current');
  const provider = (
    id: string,
    title: string,
    needs: MerchantNeeds,
    accept: Acceptable,
  ): CaseDraft => ({
    id,
    title,
    source: '§2.1',
    certainty: 'documented',
    ...given({ role: 'provider', ...needs }),
    steps: [send({ fields }, accept)],
  });
  return [
    provider(
      'sendredpack/identity/sub_mch_id/relation',
      'refuses a sub-merchant that is not the provider’s',
      { subMerchants: [FIELDS.consume_mch_id.example] },
      refusedWith('current', 'ACCEPTMODE_ERROR'),
    ),
    provider(
      'sendredpack/identity/msgappid/bound',
      'refuses a msgappid that is not bound',
      { msgappids: [FIELDS.wxappid.example] },
      refusedWith('current', 'MSGAPPID_ERROR'),
    ),
    provider('sendredpack/identity/provider', 'sends for a provider', {}, SENT),
    {
      id: 'sendredpack/identity/consume_mch_id/authorised',
      title: 'refuses to spend the money of a merchant that has not authorised it',
      source: 'E52',
      certainty: 'observed',
      steps: [
        send(
          { fields: { consume_mch_id: FIELDS.consume_mch_id.example } },
          refusedWith('current', 'NO_CONSUME_COMPETENCE'),
        ),
      ],
    },
  ];
}

function unopened(edition: Edition): Acceptable {
  if (edition === 'current') return refusedWith(edition, 'PRODUCT_AUTHORITY_UNOPEN');
  return edition === '2014'
    ? refusedWith(edition, 'NOAUTH')
    : refusedWith(edition, 'NO_AUTH', 'no-permission');
}

function unlisted(edition: Edition): Acceptable {
  return edition === '2014'
    ? refusedWith(edition, 'NOAUTH')
    : refusedWith(edition, 'NO_AUTH', 'ip');
}

function productCases(edition: Edition): CaseDraft[] {
  const risk =
    edition === '2014' ? refusedWith(edition, 'NOAUTH') : refusedWith(edition, 'NO_AUTH', 'risk');
  const early = edition === '2014' ? ('assumed' as const) : ('observed' as const);
  const cases: CaseDraft[] = [
    {
      id: 'sendredpack/product/opened',
      title: 'refuses a merchant that has not opened red packets',
      source: 'seed 000, E5, E51',
      certainty: edition === '2015' ? 'assumed' : edition === '2014' ? 'documented' : 'observed',
      ...given({ productOpened: false }),
      steps: [send({}, unopened(edition))],
    },
    {
      id: 'sendredpack/address/allowed',
      title: 'refuses an address that is not on the white list',
      source: 'E14, E37, E5',
      certainty: early,
      ...given({ allowedIps: [NOBODYS_IP] }),
      steps: [send({}, unlisted(edition))],
    },
    {
      id: 'sendredpack/risk/user',
      title: 'refuses a user whom risk control stops',
      source: 'E36',
      certainty: early,
      ...given({ riskyUsers: ['a'] }),
      steps: [send({}, risk), send({ number: 'b', user: 'b' }, SENT)],
    },
  ];
  if (edition !== 'current') return cases;
  return [
    ...cases,
    {
      id: 'sendredpack/product/api-sending',
      title: 'refuses when sending by API is switched off',
      source: '§2.1',
      certainty: 'documented',
      ...given({ apiSending: 'closed' }),
      steps: [send({}, refusedWith(edition, 'API_METHOD_CLOSED'))],
    },
    {
      id: 'sendredpack/product/account',
      title: 'refuses a merchant that is frozen',
      source: 'E53',
      certainty: 'assumed',
      ...given({ account: 'frozen' }),
      steps: [send({}, refusedWith(edition, 'PAYER_ACCOUNT_ABNORMAL'))],
    },
  ];
}

/** The developer's dated log, stage by stage (§3.1): everything is wrong at once, then one thing fewer each time. */
function stageCases(edition: Edition): CaseDraft[] {
  const stage = (
    id: string,
    merchant: MerchantNeeds,
    step: Omit<CallStep, 'call' | 'accept'>,
    accept: Acceptable,
  ): CaseDraft => ({
    id: `sendredpack/precedence/${id}`,
    title: `answers ${id.replaceAll('-', ' ')}`,
    source: '§3.1, E5',
    certainty: 'observed',
    ...given(merchant),
    steps: [send(step, accept)],
  });
  const expired = { certificate: 'expired' as const };
  const closed = { productOpened: false as const };
  const far = { allowedIps: [NOBODYS_IP] };
  const poor = { balanceFen: 0 };
  const caError = refusedWith(edition, 'CA_ERROR', 'expired');
  const tooMuch: Overrides = { total_amount: '20001' };
  const moneyLimit: Acceptable = { answer: 'refused', code: 'MONEY_LIMIT' };
  return [
    stage(
      'fields-before-everything',
      { ...expired, ...closed, ...far, ...poor },
      { sign: 'wrong-key', fields: { total_num: '2' } },
      { answer: 'refused', code: 'PARAM_ERROR' },
    ),
    stage(
      'certificate-before-signature',
      { ...expired, ...closed, ...far, ...poor },
      { sign: 'wrong-key' },
      caError,
    ),
    stage(
      'signature-before-product',
      { ...closed, ...far, ...poor },
      { sign: 'wrong-key', fields: tooMuch },
      { answer: 'refused', code: 'SIGN_ERROR' },
    ),
    stage(
      'product-before-address',
      { ...closed, ...far, ...poor },
      { fields: tooMuch },
      unopened(edition),
    ),
    stage('address-before-amount', { ...far, ...poor }, { fields: tooMuch }, unlisted(edition)),
    {
      ...stage('amount-before-balance', poor, { fields: tooMuch }, moneyLimit),
      certainty: 'assumed',
    },
  ];
}

function sceneCases(): CaseDraft[] {
  const { sceneFenMin, sceneFenMax } = limitsOf('current');
  const [min, max] = [sceneFenMin ?? 30, sceneFenMax ?? 499_900];
  const moneyLimit: Acceptable = { answer: 'refused', code: 'MONEY_LIMIT' };
  const withScene = (fen: number, number: string, accept: Acceptable): CallStep =>
    send(
      { number, user: number, fields: { scene_id: 'PRODUCT_2', total_amount: String(fen) } },
      accept,
    );
  const range = (id: string, fen: number, accept: Acceptable): CaseDraft => ({
    id: `sendredpack/amount/scene/${id}`,
    title: `${accept === SENT ? 'accepts' : 'refuses'} ${fen} fen with an opened scene`,
    source: 'E27, E76',
    certainty: 'observed',
    ...given({ scenes: ['PRODUCT_2'], limits: { userFenPerDay: null } }),
    steps: [withScene(fen, 'a', accept)],
  });
  return [
    range('minimum', min, SENT),
    range('below-minimum', min - 1, moneyLimit),
    range('maximum', max, SENT),
    range('above-maximum', max + 1, moneyLimit),
    {
      id: 'sendredpack/amount/scene-opened',
      title: 'refuses a scene that the merchant has not opened',
      source: 'E60, E61, E76',
      certainty: 'observed',
      ...given({ scenes: ['PRODUCT_1'] }),
      steps: [
        withScene(20_001, 'a', refusedWith('current', 'PARAM_ERROR', 'scene-not-opened')),
        withScene(99, 'b', refusedWith('current', 'PARAM_ERROR', 'scene-not-opened')),
      ].map((step) => ({ ...step, accept: [...step.accept, moneyLimit] })),
    },
  ];
}

function amountCases(): CaseDraft[] {
  const accepted = (fen: number, certainty: 'observed' | 'assumed', source: string): CaseDraft => ({
    id: `sendredpack/amount/accepts-${fen}`,
    title: `accepts ${fen} fen`,
    source,
    certainty,
    steps: [send({ fields: { total_amount: String(fen) } }, SENT)],
  });
  return [
    accepted(100, 'observed', 'E34, E5; §9 no. 3'),
    accepted(101, 'observed', 'E34'),
    accepted(20_000, 'assumed', 'seed 000; §9 no. 3'),
    accepted(19_999, 'observed', 'seed 000'),
  ];
}
