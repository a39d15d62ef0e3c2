/**
 * A small honest client that sends red packets as it should, and knows nothing of this package: node:https, its own signature, its own
 * reading of answers. Every habit that matters can be changed; one change makes a mutant.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whom to pay, and how much. */
export interface Order {
  readonly openid: string;
  readonly amountFen: number;
  readonly wishing?: string;
}

export interface Account {
  readonly url: string;
  readonly mchId: string;
  readonly key: string;
  readonly appid: string;
  /** PEM; no certificate and key: the client comes without. */
  readonly ca: string;
  readonly cert?: string;
  readonly certKey?: string;
}

/** What an answer is to the client. An err_code is itself; what gethbinfo says of an order is its status. */
type Heard = 'SUCCESS' | 'no answer' | 'page' | 'unreadable' | (string & {});
export type Step = 'done' | 'give up' | 'query' | 'same number' | 'new number';

type Fields = Record<string, string>;

export interface Habits {
  /** What to do after a send that was answered so. */
  afterSend(heard: Heard): Step;
  /** What to do after a query that was answered so. */
  afterQuery(heard: Heard): Step;
  /** Before the same number is sent again. */
  readonly pauseMs: number;
  readonly attemptsMax: number;
  /** Before anything is read: is this answer believed? */
  believes(reply: string): boolean | Promise<boolean>;
  newNumber(mchId: string): string;
  newNonce(): string;
  /** The fields of a send before they are signed. */
  fields(fields: Fields): Fields;
  sign(fields: Fields, key: string): string;
  /** The body, from the signed fields. */
  write(fields: Fields, key: string): string | Buffer;
  readonly keepAlive: boolean;
}

const MENDABLE = [
  'PARAM_ERROR',
  'SIGN_ERROR',
  'CA_ERROR',
  'XML_ERROR',
  'ILLEGAL_APPID',
  'OPENID_ERROR',
];
const WAITING = ['NOTENOUGH', 'SENDNUM_LIMIT', 'RCVDAMOUNT_LIMIT', 'SENDAMOUNT_LIMIT', 'NO_AUTH'];

let numbers = 0;

export const CAREFUL: Habits = {
  afterSend(heard) {
    if (heard === 'SUCCESS') return 'done';
    if (heard === 'SEND_FAILED') return 'new number';
    if (heard === 'FREQ_LIMIT') return 'same number';
    if (MENDABLE.includes(heard) || WAITING.includes(heard) || heard === 'page 4xx')
      return 'give up';
    return 'query';
  },
  afterQuery(heard) {
    if (['SENT', 'RECEIVED', 'RFUND_ING', 'REFUND'].includes(heard)) return 'done';
    if (heard === 'FAILED') return 'new number';
    return heard === 'SENDING' ? 'query' : 'same number';
  },
  pauseMs: 1_050,
  attemptsMax: 4,
  believes: () => true,
  newNumber: (mchId) => `${mchId}20260131${String(++numbers).padStart(10, '0')}`,
  newNonce: () => randomBytes(16).toString('hex'),
  fields: (fields) => fields,
  sign: (fields, key) => {
    const names = Object.keys(fields).filter((name) => fields[name] !== '');
    const text = names.sort().map((name) => `${name}=${fields[name]}`);
    return createHash('md5')
      .update(`${text.join('&')}&key=${key}`)
      .digest('hex')
      .toUpperCase();
  },
  write: (fields) =>
    `<xml>${Object.entries(fields)
      .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
      .join('')}</xml>`,
  keepAlive: true,
};

/** Pays each order, one after the other. */
export async function payOut(
  account: Account,
  orders: readonly Order[],
  habits: Habits = CAREFUL,
): Promise<void> {
  const agent = new Agent({
    keepAlive: habits.keepAlive,
    maxSockets: 1,
    ca: account.ca,
    ...(account.cert ? { cert: account.cert, key: account.certKey } : {}),
    // The names of the certificate are the mock's own business here.
    ...(habits.keepAlive ? {} : { maxCachedSessions: 0 }),
  });
  try {
    for (const order of orders) await payOne({ account, habits, agent }, order);
  } finally {
    agent.destroy();
  }
}

interface Desk {
  readonly account: Account;
  readonly habits: Habits;
  readonly agent: Agent;
}

async function payOne(desk: Desk, order: Order): Promise<void> {
  const { habits, account } = desk;
  let number = habits.newNumber(account.mchId);
  let step: Step = 'same number';
  let sends = 0;
  for (let calls = 0; calls < 2 * habits.attemptsMax; calls++) {
    if (step === 'query') {
      if (calls > 1) await sleep(Math.min(habits.pauseMs, 200));
      step = habits.afterQuery(await query(desk, number));
    } else if (step === 'done' || step === 'give up' || sends === habits.attemptsMax) {
      return;
    } else {
      if (step === 'new number') number = habits.newNumber(account.mchId);
      if (step === 'same number' && sends > 0) await sleep(habits.pauseMs);
      sends += 1;
      step = habits.afterSend(await send(desk, number, order));
    }
  }
}

function send(desk: Desk, number: string, order: Order): Promise<Heard> {
  const { account, habits } = desk;
  return call(
    desk,
    'sendredpack',
    habits.fields({
      nonce_str: habits.newNonce(),
      mch_billno: number,
      mch_id: account.mchId,
      wxappid: account.appid,
      send_name: '天虹百货',
      re_openid: order.openid,
      total_amount: String(order.amountFen),
      total_num: '1',
      wishing: order.wishing ?? '恭喜发财',
      client_ip: '192.168.0.1',
      act_name: '猜灯谜',
      remark: '猜越多得越多',
    }),
  );
}

function query(desk: Desk, number: string): Promise<Heard> {
  const { account, habits } = desk;
  return call(desk, 'gethbinfo', {
    nonce_str: habits.newNonce(),
    mch_billno: number,
    mch_id: account.mchId,
    appid: account.appid,
    bill_type: 'MCHT',
  });
}

async function call(desk: Desk, endpoint: string, fields: Fields): Promise<Heard> {
  const { habits, account } = desk;
  const sign = habits.sign(fields, account.key);
  const body = habits.write({ ...fields, sign }, account.key);
  const answer = await post(desk, `/mmpaymkttransfers/${endpoint}`, body);
  if (answer === undefined) return 'no answer';
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 404) return 'page 4xx';
  if (answer.status !== 200 || /<html/i.test(answer.text)) return 'page';
  if (!(await habits.believes(answer.text))) return 'no answer';
  return hear(answer.text);
}

/** A document with a DOCTYPE is not read, and neither is one that ends too early. */
function hear(text: string): Heard {
  if (!/^<xml>[\s\S]*<\/xml>\s*$/.test(text) || text.includes('<!DOCTYPE')) return 'unreadable';
  const element = (name: string) =>
    new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(text)?.[1] ?? '';
  if (element('result_code') !== 'SUCCESS') return element('err_code') || 'unreadable';
  return element('status') || 'SUCCESS';
}

function post(
  { account, agent }: Desk,
  path: string,
  body: string | Buffer,
): Promise<{ status: number; text: string } | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(`${account.url}${path}`, { method: 'POST', agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', () => resolve(undefined));
      incoming.on('close', () => {
        if (!incoming.complete) return resolve(undefined);
        resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    outgoing.setTimeout(2_000, () => outgoing.destroy());
    outgoing.on('error', () => resolve(undefined));
    outgoing.end(body);
  });
}
