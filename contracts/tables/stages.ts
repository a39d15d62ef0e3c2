/**
 * The order in which the real server looks at a request. It is precedence: when two checks fail at once, the first stage answers.
 * Best evidence is one developer's dated log of one order number (domain facts §3.1, E5).
 */
export const STAGES = [
  {
    name: 'front',
    title: 'front server: TLS, client certificate chain, size',
    certainty: 'observed',
  },
  { name: 'xml', title: 'XML is well-formed and flat', certainty: 'observed' },
  { name: 'fields', title: 'field format; the merchant exists', certainty: 'observed' },
  { name: 'certificate', title: "the certificate is this merchant's", certainty: 'observed' },
  { name: 'signature', title: 'the signature', certainty: 'observed' },
  { name: 'frequency', title: 'call rate (position unknown, E47)', certainty: 'assumed' },
  {
    name: 'identity',
    title: 'appid, openid and sub-merchant belong together',
    certainty: 'assumed',
  },
  { name: 'product', title: 'product opened, sending by API switched on', certainty: 'observed' },
  { name: 'address', title: 'the caller is on the IP white list', certainty: 'observed' },
  { name: 'order', title: 'the order number: new, repeated, or changed', certainty: 'observed' },
  { name: 'amount', title: 'amount range and scene', certainty: 'observed' },
  { name: 'quota', title: 'windows and quotas of user and merchant', certainty: 'assumed' },
  { name: 'risk', title: 'risk control of the user', certainty: 'assumed' },
  { name: 'balance', title: 'balance of the operating account', certainty: 'assumed' },
  { name: 'payment', title: 'the payment itself', certainty: 'observed' },
] as const;

export type Stage = (typeof STAGES)[number]['name'];

const POSITIONS = new Map<Stage, number>(STAGES.map((stage, index) => [stage.name, index]));

/** @returns negative when `a` is looked at before `b` */
export function compareStages(a: Stage, b: Stage): number {
  return (POSITIONS.get(a) ?? 0) - (POSITIONS.get(b) ?? 0);
}
