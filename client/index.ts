/** The public face of the client. */
export { type Attempt, learn, RETRY_POLICY, type RetryPolicy } from './attempt.ts';
export { BillnoError, type BillnoOptions, createBillnoMaker } from './billno.ts';
export {
  type ClientEvent,
  createRedpackClient,
  type OrderToPay,
  type Prepared,
  type RedpackClient,
  type SettleOptions,
} from './client.ts';
export { type ClientClock, systemClock } from './clock.ts';
export { type CertificateSource, CredentialError } from './credentials.ts';
export {
  type FileJournal,
  type FileJournalOptions,
  openFileJournal,
} from './journal/file.ts';
export { memoryJournal, type PaymentJournal, type PaymentRecord } from './journal/journal.ts';
export { JournalError } from './journal/lines.ts';
export { firstStep, nextStep, type Step } from './next-step.ts';
export { type ClientOptions, ClientOptionsError } from './options.ts';
export type { Order } from './order.ts';
export type { Violation } from './order-check.ts';
export type {
  Found,
  NotFound,
  Outcome,
  QueryOutcome,
  Receiver,
  Refused,
  Sent,
  Unknown,
  UnknownReason,
} from './outcome.ts';
export type { PaidOne, PayManyOptions } from './pay-many.ts';
export type { Settled, SettleEvent } from './settle.ts';
