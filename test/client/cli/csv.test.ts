/** CSV files as spreadsheets leave them, to rows or to all that is wrong with them; and results that no spreadsheet runs. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../client/cli/csv-file.ts';
import { resultsText } from '../../../client/cli/results.ts';
import { misfits } from '../../../client/cli/resume.ts';
import { type Row, rowsOf } from '../../../client/cli/rows.ts';
import type { PaymentRecord } from '../../../client/journal/journal.ts';
import { toYuan } from '../../../contracts/index.ts';
import { SEED } from '../../support/seed.ts';
import { OPENID, OTHER_OPENID } from './support.ts';

function rowsIn(text: string | Uint8Array, ignoreUnknownColumns = false) {
  const csv = readCsv(typeof text === 'string' ? Buffer.from(text) : text);
  if (!csv.ok) throw new Error(`${csv.line}: ${csv.message}`);
  return rowsOf(csv.header, csv.records, { edition: 'current', ignoreUnknownColumns });
}

const faultsIn = (text: string): readonly string[] => rowsIn(text).faults;

describe('a file', () => {
  it.each([
    ['UTF-8', Buffer.from(`openid,amount,wishing\n${OPENID},1.00,恭喜发财\n`)],
    ['UTF-8 with a mark', Buffer.from(`\ufeffopenid,amount,wishing\n${OPENID},1.00,恭喜发财\n`)],
    ['lines of Windows', Buffer.from(`openid,amount,wishing\r\n${OPENID},1.00,恭喜发财\r\n`)],
    ['lines of an old Mac', Buffer.from(`openid,amount,wishing\r${OPENID},1.00,恭喜发财`)],
    ['semicolons', Buffer.from(`openid;amount;wishing\n${OPENID};1.00;恭喜发财\n`)],
    ['tabs', Buffer.from(`openid\tamount\twishing\n${OPENID}\t1.00\t恭喜发财\n`)],
    [
      'quotes, and empty rows below',
      Buffer.from(`"openid","amount",wishing\n"${OPENID}","1.00","恭喜发财"\n\n,,\n`),
    ],
    [
      'other cases and spaces',
      Buffer.from(` OpenID , Amount ,WISHING\n ${OPENID} , 1.00 ,恭喜发财\n`),
    ],
    [
      'GBK',
      Buffer.concat([
        Buffer.from(`re_openid,amount,wishing\n${OPENID},1.00,`),
        Buffer.from([0xb9, 0xa7, 0xcf, 0xb2, 0xb7, 0xa2, 0xb2, 0xc6]),
      ]),
    ],
  ])('%s', (_name, bytes) => {
    expect(rowsIn(bytes)).toEqual({
      rows: [
        {
          line: 2,
          name: `${OPENID} 100`,
          openid: OPENID,
          amountFen: 100,
          fields: { wishing: '恭喜发财' },
        },
      ],
      faults: [],
    });
  });

  it('is told to be GBK when it was not UTF-8', () => {
    expect(readCsv(Buffer.from([0xb9, 0xa7, 0x0a]))).toMatchObject({ ok: true, gbk: true });
    expect(readCsv(Buffer.from('a,b\n'))).toMatchObject({ ok: true, gbk: false });
  });

  it.each([
    ['nothing', Buffer.from(''), 1, 'the file is empty'],
    ['UTF-16', Buffer.from('\ufeffa,b', 'utf16le'), 1, 'the file is UTF-16: save it as CSV UTF-8'],
    ['neither UTF-8 nor GBK', Buffer.from([0x61, 0xff, 0xff]), 1, 'neither UTF-8 nor GBK'],
    ['a quote that never ends', Buffer.from('a,b\n1,"2\n3"\n4,"5\n6,7\n8,9\n'), 4, 'never ends'],
    ['a quote that never ends at once', Buffer.from('a,"b\n1,2\n'), 1, 'never ends'],
    ['a quote within', Buffer.from('a,b\n\n1,2"3\n'), 3, 'a quote in the middle of a value'],
  ])('with %s is refused', (_name, bytes, line, message) => {
    expect(readCsv(bytes)).toEqual({ ok: false, line, message: expect.stringContaining(message) });
  });

  it.each(['\n', '\r\n'])('counts lines as an editor does, also within quotes (%j)', (end) => {
    const lines = ['openid,amount,wishing', `${OPENID},1,"a`, 'b"', '', `${OTHER_OPENID},x,c`, ''];
    const { rows, faults } = rowsIn(lines.join(end));
    expect(rows.map(({ line, fields }) => [line, fields.wishing])).toEqual([[2, 'a\nb']]);
    expect(faults).toEqual([expect.stringMatching(/^5: amount: x: /)]);
  });

  it('of any values comes back as it was written', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !/\r/.test(text));
    const amount = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, amount), { minLength: 1, maxLength: 8 }), (values) => {
        const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const body = values.map(([text, fen], i) => `${i},o${i},${toYuan(fen)},${quote(text)}\n`);
        const { rows, faults } = rowsIn(`id,openid,amount,remark\n${body.join('')}`);
        expect(faults).toEqual([]);
        expect(rows.map(({ amountFen, fields }) => [fields.remark ?? '', amountFen])).toEqual(
          values,
        );
      }),
      { seed: SEED },
    );
  });
});

describe('all that is wrong is said at once, with its line', () => {
  it('in the columns', () => {
    expect(faultsIn('id,who,amount,fen,amount\n')).toEqual([
      expect.stringMatching(
        /^1: column who: expected one of id, openid, amount, fen, mch_billno, /,
      ),
      '1: column amount comes twice',
      '1: no column openid',
      expect.stringMatching(/^1: expected one column with the amount, either amount /),
    ]);
  });

  it.each(['nonce_str', 'sign', 'mch_id', 'total_num', 'min_value', 'nick_name', 'total_amount'])(
    'a column %s is not the caller’s to set',
    (name) => {
      expect(faultsIn(`openid,amount,${name}\n`)).toEqual([
        expect.stringContaining(`1: column ${name}: expected one of`),
      ]);
    },
  );

  it('a column that is no field is left alone when asked to', () => {
    const text = `openid,name,amount\n${OPENID},张三,1.00\n`;
    expect(rowsIn(text).faults).toEqual([expect.stringContaining('--ignore-unknown-columns')]);
    expect(rowsIn(text, true)).toMatchObject({ rows: [{ fields: {} }], faults: [] });
  });

  it('in the rows', () => {
    const text = [
      'id,openid,amount,mch_billno',
      `a,${OPENID},1.005,`,
      `,${OPENID},１,`,
      'c,,1.00,',
      `d,${OPENID},1,000.00`,
      `e,${OPENID},1.00`,
      `f,${OPENID},1.00,n1`,
      `f,${OPENID},1.00,n1`,
      '',
    ].join('\n');
    expect(faultsIn(text)).toEqual([
      '2: amount: 1.005: at most two decimals: a fen is the smallest',
      '3: amount: １: full-width characters: write it like 1.00',
      '3: id: every row needs one when there is such a column',
      '4: openid: missing',
      '6: 3 values, the header has 4: a value with a comma needs quotes',
      '8: id f is that of line 7',
      '8: mch_billno n1 is that of line 7',
    ]);
  });

  it('a header alone', () => {
    expect(faultsIn('openid,amount\n')).toEqual(['1: no rows below the names of the columns']);
  });

  it('two rows alike may be one payment or two: they need ids', () => {
    const twice = `${OPENID},1.00\n${OPENID},1.0\n`;
    expect(faultsIn(`openid,amount\n${twice}`)).toEqual([
      `3: ${OPENID} gets 1.00 yuan on line 2 too: if both are meant, give every row an id, in a column id`,
    ]);
    expect(faultsIn(`id,openid,amount\na,${OPENID},1.00\nb,${OPENID},1.00\n`)).toEqual([]);
    expect(faultsIn(`openid,amount,mch_billno\n${OPENID},1,a\n${OPENID},1,b\n`)).toEqual([]);
  });
});

describe('a file that was changed since', () => {
  const row = (name: string, openid: string, amountFen: number, mch_billno?: string): Row => ({
    line: 2,
    name,
    openid,
    amountFen,
    fields: mch_billno ? { mch_billno } : {},
  });
  const record = (changes: Partial<PaymentRecord>): PaymentRecord => ({
    id: 'a',
    mch_id: '10000098',
    mch_billno: 'n1',
    re_openid: OPENID,
    total_amount: 100,
    openedAtMs: 0,
    formerNumbers: ['n0'],
    open: true,
    ...changes,
  });
  const refused = { kind: 'refused', mch_billno: 'n1', by: 'wechat', code: 'NOTENOUGH' } as const;
  const free = {
    open: false,
    outcome: { ...refused, message: '', advice: 'same', numberFree: false },
  } as const;

  it.each([
    ['fits as it was', record({}), row('a', OPENID, 100), 0],
    ['fits with its number', record({}), row('a', OPENID, 100, 'n1'), 0],
    ['fits with a number of before', record({}), row('a', OPENID, 100, 'n0'), 0],
    ['has another amount', record({}), row('a', OPENID, 101), 1],
    ['has another user', record({}), row('a', OTHER_OPENID, 100), 1],
    ['has another number', record({}), row('a', OPENID, 100, 'n2'), 1],
    ['has another name', record({}), row('b', OPENID, 100), 1],
    ['is another merchant’s', record({ mch_id: '888' }), row('a', OPENID, 100), 1],
    ['was refused: nothing hangs on it', record(free), row('b', OPENID, 100), 0],
  ])('%s', (_name, before, now, count) => {
    expect(misfits([before], [now], '10000098')).toHaveLength(count);
  });
});

describe('results', () => {
  const HOSTILE = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', '=cmd|"/c calc"!A1', '-oABC'];

  it('have a mark for Excel, and no cell begins like a formula', () => {
    const results = HOSTILE.map((text) => ({
      row: { line: 2, name: text, openid: text, amountFen: 100, fields: {} },
      outcome: {
        kind: 'unknown',
        mch_billno: 'n1',
        why: 'unreadable',
        detail: `${text}\u001b[2J`,
      } as const,
      formerNumbers: [],
    }));
    const text = resultsText(results);
    expect(text.startsWith('\ufeffline,id,openid,amount,outcome,')).toBe(true);
    const cells = parse(text, { bom: true }).flat() as string[];
    expect(cells.filter((cell) => /^[=+\-@\t\r＝＋－＠]/.test(cell))).toEqual([]);
    for (const hostile of HOSTILE) expect(cells).toContain(`'${hostile}`);
    expect(text).not.toContain('\u001b');
  });

  it('tell a row that was not begun', () => {
    const row = { line: 7, name: 'a', openid: OPENID, amountFen: 30, fields: {} };
    const text = resultsText([{ row, outcome: undefined, formerNumbers: ['n0', 'n1'] }]);
    expect(text).toContain(`7,a,${OPENID},0.30,not begun,,,,,,n0 n1\n`);
  });
});
