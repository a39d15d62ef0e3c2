/** Runs of a client, made of entries as a journal has them: what a test says, and the rest as a careful client's call has it. */
import type { AuditEntry } from '../../../contracts/index.ts';

const OPENID = 'oxTWIuGaIt6gTKsQRLau2M0yL16E';
export const OTHER_OPENID = 'onqOjjmM1tad-3ROpncN-yUfa6uI';

/** Noon in Beijing. */
export const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');

export type Changes = Partial<Omit<AuditEntry, 'request'>> & {
  readonly request?: Readonly<Record<string, string>>;
};

export const paid = { verdict: 'sent', paid: true } as const satisfies Changes;

export type Call = (index: number) => AuditEntry;

export function refused(code: string, words = '', isPaid = false): Changes {
  const reply = `<xml><err_code_des><![CDATA[${words}]]></err_code_des></xml>`;
  return { verdict: 'refused', code, paid: isPaid, reply };
}

export function found(status: string): Changes {
  return { verdict: 'found', reply: `<xml>\n<status><![CDATA[${status}]]></status>\n</xml>` };
}

/** One call after another, two seconds apart unless a call says when it came. */
export function runOf(...calls: readonly Call[]): AuditEntry[] {
  return calls.map((call, index) => call(index));
}

export function send(mch_billno: string, changes: Changes = paid): Call {
  return call('sendredpack', changes, {
    nonce_str: '',
    mch_billno,
    mch_id: '10000098',
    wxappid: 'wx8888888888888888',
    send_name: '天虹百货',
    re_openid: OPENID,
    total_amount: '1000',
    total_num: '1',
    wishing: '感谢您参加猜灯谜活动',
    client_ip: '192.168.0.1',
    act_name: '猜灯谜抢红包',
    remark: '猜越多得越多',
  });
}

export function query(mch_billno: string, changes: Changes): Call {
  return call('gethbinfo', changes, {
    nonce_str: '',
    mch_billno,
    mch_id: '10000098',
    appid: 'wx8888888888888888',
    bill_type: 'MCHT',
  });
}

function call(
  endpoint: AuditEntry['endpoint'],
  { request, ...changes }: Changes,
  usual: Readonly<Record<string, string>>,
) {
  return (index: number): AuditEntry => {
    const realAtMs = NOON_MS + index * 2_000;
    const own = { nonce_str: `nonce${index}`, sign: `SIGN${index}` };
    return {
      sequence: index + 1,
      atMs: changes.realAtMs ?? realAtMs,
      realAtMs,
      endpoint,
      peer: { kind: 'merchant', mchId: '10000098', serial: '01' },
      verdict: endpoint === 'gethbinfo' ? 'found' : 'sent',
      paid: endpoint === 'sendredpack',
      httpStatus: 200,
      reply: '',
      connection: 1,
      ...changes,
      request: { ...usual, ...own, ...request },
    };
  };
}

/** So long after noon, by both clocks. */
export function later(ms: number) {
  return { realAtMs: NOON_MS + ms, atMs: NOON_MS + ms };
}

export function withFields(
  request: Readonly<Record<string, string>>,
  changes: Changes = paid,
): Changes {
  return { ...changes, request };
}

export function times(count: number, make: (index: number) => Call): Call[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** `count` packets, `gapMs` apart, the first `fromMs` after noon. */
export function packets(
  count: number,
  gapMs: number,
  { fromMs = 0, ...changes }: Changes & { readonly fromMs?: number } = {},
): Call[] {
  return times(count, (index) =>
    send(`${fromMs}n${index}`, { ...paid, ...later(fromMs + index * gapMs), ...changes }),
  );
}

/** The call without these fields: as of a request that could not be read, or was written by hand. */
export function without(made: Call, ...names: readonly string[]): Call {
  return (index) => {
    const entry = made(index);
    const left = Object.entries(entry.request).filter(([name]) => !names.includes(name));
    return { ...entry, request: Object.fromEntries(left) };
  };
}

/** A fetch of what the DOCTYPE of an answer pointed to. */
export const canary: Call = (index) => ({
  ...send('A')(index),
  endpoint: 'canary',
  verdict: 'canary',
  paid: false,
});
