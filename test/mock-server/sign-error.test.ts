/** A SIGN_ERROR is explained where a developer looks: in the journal, and in the line of the log. */
import { describe, expect, it } from 'vitest';
import { ENDPOINT_ROWS } from '../../contracts/index.ts';
import { requestLine } from '../../mock-server/cli/text.ts';
import { exchange } from '../../mock-server/exchange.ts';
import type { JournalEntry } from '../../mock-server/journal/entry.ts';
import {
  gbk,
  joined,
  KEY,
  md5,
  SENT,
  signs,
  type Values,
  xml,
} from '../contracts/wire/sign-slips.ts';
import { inProcess } from '../support/in-process.ts';

const MINE: Values = {
  ...SENT,
  mch_id: '10000098',
  wxappid: 'wx8888888888888888',
  total_amount: '100',
};

/** Posts these bytes as the merchant. @returns what the journal then says of it */
async function journalOf(body: Uint8Array): Promise<JournalEntry> {
  const { mock } = inProcess();
  const peer = { kind: 'merchant', mchId: '10000098', serial: '01' } as const;
  const answer = await exchange(mock, {
    endpoint: ENDPOINT_ROWS.sendredpack,
    body,
    peer,
    callerIp: '127.0.0.1',
    edge: { wait: async () => true, canaryUrl: async () => '' },
  });
  expect(Buffer.from(answer.body).toString()).toContain('<err_code><![CDATA[SIGN_ERROR]]>');
  const entry = mock.journal.entries().at(-1);
  if (!entry) throw new Error('the journal is empty');
  return entry;
}

describe('the journal and the log line explain', () => {
  const cdata = (value: string): string => `<![CDATA[${value}]]>`;
  const marked = Object.fromEntries(
    Object.entries(MINE).map(([name, value]) => [name, cdata(value)]),
  );

  it.each([
    [
      'a signed sign_type',
      xml({ ...MINE, sign_type: 'MD5' }, signs({ ...MINE, sign_type: 'MD5' })),
      'signed sign_type, which sendredpack does not know',
    ],
    ['a missing key', xml(MINE, md5(joined(MINE))), 'left out &key= and the key'],
    ['CDATA markers', xml(MINE, signs(marked)), 'signed the CDATA markers along with the values'],
    ['a body in GBK', gbk(xml(MINE, signs(MINE)).toString()), 'sent a body in GBK, not in UTF-8'],
    [
      'two mistakes at once',
      xml(MINE, md5(joined(MINE).split('&').reverse().join('&'))),
      'sorted the names backwards, and left out &key=',
    ],
  ])('%s', async (_, body, why) => {
    const entry = await journalOf(body);
    expect(entry.why).toContain(`the client ${why}`);
    expect(entry.why).toContain('; to fix it, ');
    expect(requestLine(entry)).toContain(entry.why);
    expect(requestLine(entry)).toMatch(/^[^\n]+\n$/);
  });

  it('a missing signature as a missing one', async () => {
    expect((await journalOf(xml(MINE, ''))).why).toBe('sign is missing or empty');
  });

  it('what has no explanation with the string that the server signs, in one line', async () => {
    const entry = await journalOf(xml({ ...MINE, remark: 'a\nb' }, '0'.repeat(32)));
    const text = joined({ ...MINE, remark: 'a\\nb' });
    expect(entry.why).toContain(`the server signs "${text}&key=…"`);
    expect(requestLine(entry)).toContain(`${text}&key=…`);
  });

  it('never with the key or the right signature', async () => {
    for (const sign of ['0'.repeat(32), signs(MINE).toLowerCase(), md5(joined(MINE))]) {
      const entry = await journalOf(xml(MINE, sign));
      expect(JSON.stringify(entry)).not.toContain(KEY);
      expect(JSON.stringify(entry)).not.toContain(signs(MINE));
    }
  });
});
