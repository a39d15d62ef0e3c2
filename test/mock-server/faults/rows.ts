/** What real clients see of each fault: a row each, for wire.test.ts. */
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { parseTree, signMd5, stringToSign } from '../../../contracts/index.ts';
import type { ScenarioInput } from '../../../mock-server/index.ts';
import type { Curled } from '../../support/curl.ts';
import { KEY, OTHER_OPENID } from '../../support/in-process.ts';

type Then = NonNullable<ScenarioInput['rules']>[number]['then'];
export type Fault = Extract<Then['fault'], { kind: string }>;

/** An answer as undici gives it. */
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** `curl` and `undici` sent a packet each; these hold what they got against the fault. */
export interface Row {
  readonly what: string;
  readonly fault: Fault;
  readonly scenario?: Partial<ScenarioInput>;
  readonly curl?: readonly string[];
  /** @param number that was sent */
  curled(answer: Curled, number: string): void;
  heard(answer: Got | string, number: string): void;
}

/** A fault that both see in the body, status and headers of a whole answer. */
function inAnswer(
  what: string,
  fault: Fault,
  check: (answer: { status: number; body: Buffer; type: string }, number: string) => void,
  more: Pick<Row, 'scenario'> = {},
): Row {
  return {
    what,
    fault,
    ...more,
    curled: ({ exit, status, body, type, complaint }, number) => {
      expect(complaint).toBe('');
      expect(exit).toBe(0);
      check({ status, body, type }, number);
    },
    heard: (answer, number) => {
      if (typeof answer === 'string') throw new Error(answer);
      const { status, body, headers } = answer;
      check({ status, body, type: String(headers['content-type']) }, number);
    },
  };
}

function fieldsOf(body: Buffer): Record<string, string> {
  const tree = parseTree(body);
  if (!tree.ok) throw new Error(`${tree.refusal.detail}: ${body.toString()}`);
  return Object.fromEntries(tree.value.children.map(({ name, text }) => [name, text]));
}

const unreadable =
  (reason: string) =>
  ({ body }: { body: Buffer }): void => {
    const tree = parseTree(body);
    expect(tree.ok ? 'readable' : tree.refusal.reason).toBe(reason);
  };

const SUCCESS = { return_code: 'SUCCESS', result_code: 'SUCCESS', err_code: 'SUCCESS' };
const whole = ({ body }: { body: Buffer }): void => expect(fieldsOf(body)).toMatchObject(SUCCESS);

export const rows: readonly Row[] = [
  {
    what: 'never answers',
    fault: { kind: 'never-answer' },
    curl: ['--max-time', '0.8'],
    curled: (answer) => expect(answer).toMatchObject({ exit: 28, status: 0 }),
    heard: (answer) => expect(answer).toBe('TimeoutError 23'),
  },
  {
    what: 'never ends an answer that it began',
    fault: { kind: 'never-answer', at: 'mid-body', keptBytes: 50 },
    curl: ['--max-time', '0.8'],
    curled: ({ exit, status, body }) => {
      expect({ exit, status, length: body.length }).toEqual({ exit: 28, status: 200, length: 50 });
    },
    heard: (answer) => expect(answer).toBe('TimeoutError 23'),
  },
  {
    what: 'drops the connection before the headers',
    fault: { kind: 'drop' },
    // 52: empty reply. 56: the end of TLS came without good-bye.
    curled: ({ exit, status }) => expect([52, 56].includes(exit) && status).toBe(0),
    heard: (answer) => expect(answer).toBe('SocketError UND_ERR_SOCKET'),
  },
  {
    what: 'drops the connection in the middle of the body',
    fault: { kind: 'drop', at: 'mid-body', keptBytes: 50 },
    curled: ({ exit, status, body }) => {
      expect([18, 56]).toContain(exit);
      expect({ status, length: body.length }).toEqual({ status: 200, length: 50 });
    },
    heard: (answer) => expect(answer).toBe('SocketError UND_ERR_SOCKET'),
  },
  {
    what: 'drips',
    fault: { kind: 'drip', bytesPerSecond: 6_000 },
    curled: ({ body, tookMs }) => {
      whole({ body });
      expect(tookMs).toBeGreaterThan((body.length / 6_000) * 1_000 - 20);
    },
    heard: (answer) => (typeof answer === 'string' ? expect(answer).toBe('') : whole(answer)),
  },
  inAnswer(
    'says another content type',
    { kind: 'content-type', value: 'application/json' },
    (answer) => {
      whole(answer);
      expect(answer.type).toBe('application/json');
    },
  ),
  {
    what: 'compresses unasked',
    fault: { kind: 'gzip' },
    curl: ['--compressed'],
    curled: whole,
    heard: (answer) => {
      if (typeof answer === 'string') throw new Error(answer);
      expect(answer.headers['content-encoding']).toBe('gzip');
      whole({ body: gunzipSync(answer.body) });
    },
  },
  {
    what: 'compresses without a word',
    fault: { kind: 'gzip', as: 'unlabelled' },
    curl: ['--compressed'],
    curled: ({ body }) => whole({ body: gunzipSync(body) }),
    heard: (answer) => {
      if (typeof answer === 'string') throw new Error(answer);
      expect(answer.headers['content-encoding']).toBeUndefined();
      whole({ body: gunzipSync(answer.body) });
    },
  },
  {
    what: 'calls a plain answer gzip',
    fault: { kind: 'gzip', as: 'mislabelled' },
    curl: ['--compressed'],
    curled: ({ exit }) => expect(exit).toBe(61),
    heard: (answer) => {
      if (typeof answer === 'string') throw new Error(answer);
      expect(answer.headers['content-encoding']).toBe('gzip');
      whole(answer);
    },
  },
  {
    what: 'cuts the answer into chunks',
    fault: { kind: 'chunked', chunkBytes: 7 },
    // The chunks themselves: each begins with its length and CR LF.
    curl: ['--raw'],
    curled: ({ body }) => expect(body.toString()).toMatch(/^7\r\n<xml>\n<\r\n7\r\n/),
    heard: (answer) => {
      if (typeof answer === 'string') throw new Error(answer);
      expect(answer.headers['content-length']).toBeUndefined();
      whole(answer);
    },
  },
  ...([400, 403, 404, 413, 500, 502, 503, 504] as const).map((status) =>
    inAnswer(`shows the page of ${status}`, { kind: 'page', status }, (answer) => {
      expect({ status: answer.status, type: answer.type }).toEqual({ status, type: 'text/html' });
      expect(answer.body.toString()).toMatch(new RegExp(`^<html>\r\n<head><title>${status} `));
    }),
  ),
  inAnswer('redirects', { kind: 'redirect', status: 307 }, ({ status }) =>
    expect(status).toBe(307),
  ),
  inAnswer('ends the document early', { kind: 'truncate', keptBytes: 100 }, (answer) => {
    expect(answer.body).toHaveLength(100);
    unreadable('malformed')(answer);
  }),
  inAnswer('has an empty body', { kind: 'truncate', keptBytes: 0 }, unreadable('empty')),
  ...(['ampersand', 'unclosed', 'crossed', 'control-character', 'trailing'] as const).map((as) =>
    inAnswer(`is malformed: ${as}`, { kind: 'malformed', as }, unreadable('malformed')),
  ),
  inAnswer('is GBK', { kind: 'encoding', as: 'gbk' }, (answer) => {
    unreadable('not-utf8')(answer);
    const text = new TextDecoder('gbk').decode(answer.body);
    expect(fieldsOf(Buffer.from(text)).return_msg).toBe('发放成功');
  }),
  inAnswer('is GBK and says so', { kind: 'encoding', as: 'gbk-declared' }, ({ body }) => {
    const text = new TextDecoder('gbk').decode(body);
    expect(text).toMatch(/^<\?xml version="1.0" encoding="GBK"\?>\n<xml>\n/);
    expect(text).toContain('发放成功');
  }),
  inAnswer('begins with a byte order mark', { kind: 'encoding', as: 'bom' }, (answer) => {
    expect(answer.body.subarray(0, 3).toString('hex')).toBe('efbbbf');
    whole(answer);
  }),
  inAnswer('begins with a declaration', { kind: 'encoding', as: 'declaration' }, (answer) => {
    expect(answer.body.toString()).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<xml>\n/);
    whole(answer);
  }),
  inAnswer('is huge', { kind: 'huge', bytes: 2_000_000 }, ({ body }) => {
    expect(body.length).toBeGreaterThan(2_000_000);
    expect(parseTree(body, body.length).ok).toBe(true);
    expect(parseTree(body).ok).toBe(false);
  }),
  ...(['general', 'parameter', 'dtd'] as const).map((as) =>
    inAnswer(`has an external entity: ${as}`, { kind: 'external-entity', as }, (answer) => {
      unreadable('doctype')(answer);
      expect(answer.body.toString()).toMatch(
        /"http:\/\/127\.0\.0\.1:\d+\/redpack-mock\/canary\/\d+"/,
      );
    }),
  ),
  inAnswer('is an entity bomb', { kind: 'entity-bomb' }, (answer) => {
    unreadable('doctype')(answer);
    expect(answer.body.length).toBeLessThan(1_500);
  }),
  inAnswer('is signed', { kind: 'sign', as: 'added' }, ({ body }) => {
    const { sign, ...fields } = fieldsOf(body);
    expect(sign).toBe(signMd5(stringToSign(new Map(Object.entries(fields))), KEY));
  }),
  inAnswer('is signed wrongly', { kind: 'sign', as: 'wrong' }, ({ body }) => {
    const { sign, ...fields } = fieldsOf(body);
    expect(sign).toMatch(/^[0-9A-F]{32}$/);
    expect(sign).not.toBe(signMd5(stringToSign(new Map(Object.entries(fields))), KEY));
  }),
  inAnswer(
    'lacks the sign that all others have',
    { kind: 'sign', as: 'missing' },
    ({ body }) => expect(fieldsOf(body).sign).toBeUndefined(),
    { scenario: { switches: { replySigned: 'always' } } },
  ),
  inAnswer('is of another order', { kind: 'other-order' }, ({ body }, number) => {
    const { mch_billno, re_openid, ...fields } = fieldsOf(body);
    expect(mch_billno).not.toBe(number);
    expect(re_openid).toBe(OTHER_OPENID);
    expect(fields).toMatchObject(SUCCESS);
  }),
  inAnswer(
    'says back something else',
    { kind: 'wrong-echo', fields: { total_amount: '9900', wxappid: null, act_id: 'x' } },
    ({ body }, number) => {
      const fields = fieldsOf(body);
      expect(fields).toMatchObject({ mch_billno: number, total_amount: '9900', act_id: 'x' });
      expect(fields.wxappid).toBeUndefined();
      expect(body.toString()).toContain('<total_amount>9900</total_amount>');
    },
  ),
  inAnswer(
    'has a number for a code',
    { kind: 'err-code', value: '268458547' },
    ({ body }, number) => {
      const fields = fieldsOf(body);
      expect(fields).toMatchObject({
        result_code: 'FAIL',
        err_code: '268458547',
        mch_billno: number,
      });
      expect(fields.send_listid).toBeUndefined();
    },
  ),
  inAnswer('has new elements', { kind: 'unknown-fields' }, ({ body }) => {
    expect(fieldsOf(body)).toMatchObject({ ...SUCCESS, promotion_tag: 'NEW', settle_batch: '' });
  }),
  inAnswer('has its elements in another order', { kind: 'reordered' }, ({ body }) => {
    const names = Object.keys(fieldsOf(body));
    expect(fieldsOf(body)).toMatchObject(SUCCESS);
    expect(names.slice(0, 5)).not.toEqual([
      'return_code',
      'return_msg',
      'result_code',
      'err_code',
      'err_code_des',
    ]);
  }),
];
