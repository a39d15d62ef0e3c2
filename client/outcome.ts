/**
 * What became of a call, as values that cannot be ignored. The rule that they stand for: `sent` and `refused` are certain,
 * everything else is `unknown`, and what is unknown keeps its number (domain facts §2.1, official standing rules).
 */
import type { Advice, OrderState } from '../contracts/core.ts';
import type { Violation } from './order-check.ts';

/** The packet was sent: now, or by an earlier try of the same number. */
export interface Sent {
  readonly kind: 'sent';
  readonly mch_billno: string;
  /** A text of 28 to 31 digits: too long for a number. Missing when the reply had none. */
  readonly send_listid: string | undefined;
  readonly amountFen: number;
  /** What said so: the answer to sendredpack, or gethbinfo. */
  readonly by: 'reply' | 'query';
  /** Where the packet is, when gethbinfo said so. REFUND: it was sent, nobody claimed it, the money is back. */
  readonly status?: Extract<OrderState, 'SENT' | 'RECEIVED' | 'RFUND_ING' | 'REFUND'>;
}

/** Nothing was paid by this call, and that is certain. */
export interface Refused {
  readonly kind: 'refused';
  /** undefined: it never got that far. */
  readonly mch_billno: string | undefined;
  /**
   * Who refused: `wechat` answered with an error code; `checks`: the order breaks the contract, nothing was dialled;
   * `connection`: the request never left (no route, no name, a certificate that one side does not take).
   */
  readonly by: 'wechat' | 'checks' | 'connection';
  /** err_code, or `ORDER_INVALID`, or the code of the connection's failure (`ECONNREFUSED` …). */
  readonly code: string;
  /** err_code_des, or a sentence of ours. Not for machines. */
  readonly message: string;
  /**
   * What to do next. `same`: the same number and order again, when `retryAfter` is over. `query`: ask gethbinfo, then the same number.
   * `new`: this number is dead, take a new one. `fix`: mend order, settings or account first; the number is still good.
   */
  readonly advice: Advice;
  /** When to try again: ms from now, or the turn of the Beijing minute or day, or eight o'clock. */
  readonly retryAfter?: number | 'next-minute' | 'next-day' | 'hour-8';
  /** May the order be changed before the same number is tried again? false: openid and amount are bound to it. */
  readonly numberFree: boolean;
  /** Everything that is wrong with the order; `by: 'checks'` only. */
  readonly violations?: readonly Violation[];
}

/** Nobody knows whether the packet was sent. Keep the number: another one may pay twice. */
export interface Unknown {
  readonly kind: 'unknown';
  /** The number to settle. */
  readonly mch_billno: string;
  readonly why: UnknownReason;
  /** For people: what came, or what did not. */
  readonly detail: string;
  /** err_code, when there was one. */
  readonly code?: string;
  readonly httpStatus?: number;
  /** How long to leave the number alone, ms, where the facts say. */
  readonly retryAfterMs?: number;
}

/**
 * `system-error`, `processing`: WeChat's own "do not know yet". `unknown-code`: an err_code of no edition. `timeout`, `cut`: the
 * request left and no whole answer came. `unreadable`: what came is no answer of the API (HTML, broken XML, DOCTYPE, not UTF-8).
 * `certificate-page`: the front server's page about the client certificate; repeating will not help. `forged`: a wrong signature. `other-order`: an answer about another number, merchant, user or amount. `contradiction`: an answer
 * that says two things. `aborted`: the caller gave up. `in-progress`: gethbinfo says SENDING. `deadline`: tried until the deadline.
 * `too-old`: gethbinfo no longer remembers the number, so nothing can be settled by asking. `order-invalid`: an earlier run left the
 * number open, and the order that came now breaks the contract.
 */
export type UnknownReason =
  | 'system-error'
  | 'processing'
  | 'unknown-code'
  | 'timeout'
  | 'cut'
  | 'unreadable'
  | 'certificate-page'
  | 'forged'
  | 'other-order'
  | 'contradiction'
  | 'aborted'
  | 'in-progress'
  | 'deadline'
  | 'too-old'
  | 'order-invalid';

/** What became of a packet. */
export type Outcome = Sent | Refused | Unknown;

/** An order as gethbinfo tells it. Amounts in fen; times as on the wire, `yyyy-MM-dd HH:mm:ss` in Beijing. */
export interface Found {
  readonly kind: 'found';
  readonly mch_billno: string;
  readonly status: OrderState;
  /** The send_listid. */
  readonly detail_id: string | undefined;
  readonly amountFen: number;
  readonly totalNum: number;
  /** Why it is not sent yet, or never will be. */
  readonly reason: string | undefined;
  readonly send_time: string | undefined;
  readonly refund_time: string | undefined;
  readonly refundFen: number | undefined;
  /** Who opened it; a RECEIVED packet may come without the list. */
  readonly receivers: readonly Receiver[];
}

export interface Receiver {
  readonly openid: string;
  readonly amountFen: number;
  readonly rcv_time: string | undefined;
}

/** gethbinfo has no such number. It may still be on its way: never take this for failed. */
export interface NotFound {
  readonly kind: 'not-found';
  readonly mch_billno: string;
}

export type QueryOutcome = Found | NotFound | Refused | Unknown;
