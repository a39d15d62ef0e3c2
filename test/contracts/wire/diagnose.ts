/** A body, as the doctor's tests ask about it. */
import { diagnoseBody, type EndpointName, type SignDiagnosis } from '../../../contracts/index.ts';
import { KEY, type Slip, signs, type Values, xml } from './sign-slips.ts';

export function diagnose(
  body: Uint8Array,
  endpoint: EndpointName = 'sendredpack',
  key = KEY,
): SignDiagnosis {
  const read = diagnoseBody(body, () => endpoint, key);
  if (!read.ok) throw new Error(read.refusal.detail);
  return read.value.diagnosis;
}

/** What a client is told that it did; the kind of the answer where it made no mistake that is known. */
export function told({ body, endpoint, key }: Pick<Slip, 'body' | 'endpoint' | 'key'>) {
  const diagnosis = diagnose(body, endpoint, key);
  return diagnosis.kind === 'mistake' ? diagnosis.mistakes.map(({ did }) => did) : [diagnosis.kind];
}

/** The same of a client that sends one thing and signs another, rightly. */
export function toldOver(sent: Values, signed: Values): readonly string[] {
  return told({ body: xml(sent, signs(signed)) });
}
