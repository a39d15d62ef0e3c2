/** Servers made of sentences: each says one thing after the other, and a case is played against it. */
import {
  type Acceptable,
  type CaseDraft,
  caseOf,
  type ServerCase,
} from '../../../contracts/checks/server-case.ts';
import type { ServerTarget } from '../../../contracts/checks/server-target.ts';
import {
  type CheckResult,
  type VerifyOptions,
  verifyServer,
} from '../../../contracts/checks/verify.ts';
import { type Edition, type Fields, parseFields } from '../../../contracts/index.ts';
import { MERCHANT } from '../../support/verify-targets.ts';

const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');

/** What a server says; the words of a request, and which call it is, from 0. */
export type Says = (fields: Fields, index: number) => string | { readonly failure: string };

export function elements(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, text]) =>
    /^total_|_amount$/.test(name)
      ? `<${name}>${text}</${name}>`
      : `<${name}><![CDATA[${text}]]></${name}>`,
  );
  return ['<xml>', ...lines, '</xml>'].join('\n');
}

export function echoOf(fields: Fields): Record<string, string> {
  const names = ['mch_billno', 'mch_id', 'wxappid', 're_openid', 'total_amount'];
  return Object.fromEntries(
    names.filter((name) => fields.has(name)).map((name) => [name, fields.get(name) ?? '']),
  );
}

export const LIST_ID = '1000009801202601310000000000001';
export const says = (code: string, words: string) => ({
  return_code: 'SUCCESS',
  return_msg: words,
  result_code: code === 'SUCCESS' ? 'SUCCESS' : 'FAIL',
  err_code: code,
  err_code_des: words,
});
export const sent =
  (listid = LIST_ID): Says =>
  (fields) =>
    elements({ ...says('SUCCESS', '发放成功'), ...echoOf(fields), send_listid: listid });
export const refuses =
  (code: string, words = code): Says =>
  (fields) =>
    elements({ ...says(code, words), ...echoOf(fields) });
export const shows =
  (status: string, more: Readonly<Record<string, string>> = {}): Says =>
  (fields) =>
    elements({
      ...says('SUCCESS', 'OK'),
      ...echoOf(fields),
      detail_id: LIST_ID,
      status,
      send_type: 'API',
      hb_type: 'NORMAL',
      total_num: '1',
      total_amount: '100',
      ...more,
      send_time: '2026-01-31 12:00:00',
    });
export const NOTHING: Says = () => ({ failure: 'the connection was refused' });
export const page =
  (status: number): Says =>
  () =>
    `<html>${status}</html>`;

interface Made {
  readonly target: ServerTarget;
  readonly asked: Fields[];
  readonly pausesMs: number[];
}

/** A server that says these things one after the other, the last for ever; it cannot be arranged. */
export function serverThat(...lines: readonly Says[]): Made {
  const asked: Fields[] = [];
  const pausesMs: number[] = [];
  const target: ServerTarget = {
    merchant: MERCHANT,
    certificates: ['own', 'none'],
    async post(_endpoint, body) {
      const parsed = parseFields(body);
      const fields: Fields = parsed.ok ? parsed.value : new Map();
      const line = lines[Math.min(asked.length, lines.length - 1)] ?? NOTHING;
      asked.push(fields);
      const said = line(fields, asked.length - 1);
      if (typeof said !== 'string') return said;
      const status = Number(/^<html>(\d+)/.exec(said)?.[1] ?? 200);
      const contentType = status === 200 ? 'text/plain' : 'text/html';
      return { status, contentType, body: Buffer.from(said) };
    },
    pause: async (ms) => {
      pausesMs.push(ms);
    },
    nowMs: () => NOON_MS,
  };
  return { target, asked, pausesMs };
}

export function caseFor(draft: Partial<CaseDraft>, edition: Edition = 'current'): ServerCase {
  const base = { id: 'a/case', title: 'a case', source: '§1', steps: [] } as const;
  return caseOf(edition, { ...base, certainty: 'documented', ...draft });
}

export async function resultsOf(
  target: ServerTarget,
  cases: readonly ServerCase[],
  options: Partial<VerifyOptions> = {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for await (const result of verifyServer(cases, target, {
    money: 'allowed',
    runId: 'run',
    ...options,
  })) {
    results.push(result);
  }
  return results;
}

/** The result of one case; what its replies are like is another matter. */
export async function resultOf(
  { target }: Pick<Made, 'target'>,
  draft: Partial<CaseDraft>,
  options: Partial<VerifyOptions> = {},
): Promise<CheckResult> {
  const [result] = await resultsOf(target, [caseFor(draft)], options);
  if (!result) throw new Error('no result');
  return result;
}

export const PAGE: Acceptable = { answer: 'page', status: 400 };
export const NONE: Acceptable = { answer: 'nothing' };
export const NOT_ENOUGH: Acceptable = {
  answer: 'refused',
  code: 'NOTENOUGH',
  messages: ['one', 'two'],
};
export const ANY_WORDS: Acceptable = { answer: 'refused', code: 'NOTENOUGH' };
