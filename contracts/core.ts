/** What decides a call: types, tables, rules, replies, the wire. Apart from the checks, whose loading a server's start need not pay for. */
export { type Refusal, type RefusalContext, type RefusalDetail, refuse } from './refusal.ts';
export type { QueriedOrder, ReplyContext } from './reply.ts';
export {
  queryAnswered,
  refused,
  sendSucceeded,
  signReply,
  unreadable,
} from './reply.ts';
export { fieldRefusals, firstRefusal, type MerchantFacts, type Submission } from './rules.ts';
export { type SampleMerchant, sampleRequest } from './sample.ts';
export { ANSWER_FAULTS, type AnswerFaultRow } from './tables/answer-faults.ts';
export { type Clause, clausesOf } from './tables/clauses.ts';
export type { Advice, CodeName, CodeRow, NumberAfter, Wording } from './tables/codes.ts';
export { CODES, codeRow, codesOf, findCode, wordingOf } from './tables/codes.ts';
export type { EditionTable } from './tables/editions.ts';
export { EDITION_TABLES } from './tables/editions.ts';
export type { EndpointRow } from './tables/endpoints.ts';
export { ENDPOINT_ROWS, endpointAt, REAL_HOST, SIGNED_FIELDS } from './tables/endpoints.ts';
export type { FieldName, FieldRow, RequestRow, Requirement } from './tables/fields.ts';
export { FIELDS } from './tables/fields.ts';
export type { LimitName, LimitRow, Limits } from './tables/limits.ts';
export { LIMIT_NAMES, LIMITS, limitsOf } from './tables/limits.ts';
export type { OrderState, ReplyRow } from './tables/reply-fields.ts';
export { ORDER_STATES } from './tables/reply-fields.ts';
export { SIGN_MISTAKES } from './tables/sign-mistakes.ts';
export type { Stage } from './tables/stages.ts';
export { compareStages, STAGES } from './tables/stages.ts';
export type { LimitCheck, Switches, SwitchName, SwitchValue } from './tables/switches.ts';
export { LIMIT_CHECKS, SWITCH_NAMES, SWITCHES, switchesOf } from './tables/switches.ts';
export { TRAPS, type TrapName, type TrapRow } from './tables/traps.ts';
export type { Certainty, Edition, EndpointName, Fields, Peer, Provenance } from './types.ts';
export { EDITIONS, ENDPOINTS } from './types.ts';
export * from './wire/beijing-time.ts';
export { encodeGbk } from './wire/gbk.ts';
export { readInt, toYuan, utf8Bytes } from './wire/measure.ts';
export type { SignedFields } from './wire/sign.ts';
export {
  sameSignature,
  signHmacSha256,
  signMd5,
  stringServerSigns,
  stringToSign,
} from './wire/sign.ts';
export type {
  BodyDiagnosis,
  ProvedMistake,
  SignDiagnosis,
  SignQuestion,
} from './wire/sign-doctor.ts';
export { diagnoseBody, diagnoseSign } from './wire/sign-doctor.ts';
export type {
  XmlElement,
  XmlEntry,
  XmlReason,
  XmlRefusal,
  XmlResult,
  XmlValue,
} from './wire/xml.ts';
export { parseFields, parseFieldsLossy, parseTree, writeXml, XML_BYTES_MAX } from './wire/xml.ts';
