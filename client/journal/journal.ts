/**
 * The memory of payments that outlives a crash: which number was given to which payment, before it is sent for the first time.
 * Without it a process that dies between sending and noting down would pay again with another number.
 */
import type { Outcome } from '../outcome.ts';

export interface PaymentRecord {
  /** The caller's own name for the payment: the same name is the same payment, and is paid once. */
  readonly id: string;
  readonly mch_id: string;
  readonly mch_billno: string;
  readonly re_openid: string;
  /** In fen. */
  readonly total_amount: number;
  /** When the number was given out, epoch milliseconds. */
  readonly openedAtMs: number;
  /** Numbers of this payment that failed for good before, oldest first. */
  readonly formerNumbers: readonly string[];
  /** Is nothing certain yet? Then the number may have been paid, also when no outcome was ever noted. */
  readonly open: boolean;
  /** When the last send without a certain answer ended, epoch milliseconds; missing when a run died, or all is certain. */
  readonly lostAtMs?: number;
  /** The last outcome; missing until there is one. */
  readonly outcome?: Outcome;
}

export interface PaymentJournal {
  /** The latest record of a payment. */
  read(id: string): Promise<PaymentRecord | undefined>;
  /** The id of the payment that has the number, or had it; asked for numbers that callers give. Left out: not looked at. */
  holderOf?(mch_billno: string): Promise<string | undefined>;
  /** Resolves once the record would survive the death of the process and of the machine. */
  write(record: PaymentRecord): Promise<void>;
}

/** For tests, and for callers that keep orders elsewhere: it dies with the process. */
export function memoryJournal(): PaymentJournal {
  const records = new Map<string, PaymentRecord>();
  const holders = holdersOf([]);
  return {
    read: async (id) => records.get(id),
    holderOf: async (mch_billno) => holders.get(mch_billno),
    write: async (record) => {
      records.set(record.id, record);
      holders.add(record);
    },
  };
}

/** Which payment was the first to have a number. */
export interface Holders {
  get(mch_billno: string): string | undefined;
  add(record: PaymentRecord): void;
}

export function holdersOf(records: Iterable<PaymentRecord>): Holders {
  const ids = new Map<string, string>();
  const add = ({ id, mch_billno, formerNumbers }: PaymentRecord): void => {
    for (const number of [mch_billno, ...formerNumbers]) {
      if (!ids.has(number)) ids.set(number, id);
    }
  };
  for (const record of records) add(record);
  return { get: (mch_billno) => ids.get(mch_billno), add };
}
