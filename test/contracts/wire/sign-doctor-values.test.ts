/** What a client can do to the values: each turn of each mistake is found, and what is none is not called one. */
import { describe, expect, it } from 'vitest';
import { told, toldOver } from './diagnose.ts';
import { ASKED, each, joined, lowerHex, md5, SENT, signs, type Values, xml } from './sign-slips.ts';

const wishing = (value: string): Values => ({ ...SENT, wishing: value });
const billno = (value: string): Values => ({ ...SENT, mch_billno: value });

describe('the doctor tells a client that it signed integers otherwise than the server reads them', () => {
  it('in the very digits that came', () => {
    const sent = { ...SENT, total_amount: '2.00', total_num: '01' };
    expect(toldOver(sent, sent)).toEqual([
      'signed total_amount as 2.00, which the server reads as 2, ' +
        'total_num as 01, which the server reads as 1',
    ]);
    const long = { ...SENT, total_amount: `2.${'0'.repeat(39)}` };
    expect(toldOver(long, long)).toEqual([
      `signed total_amount as 2.${'0'.repeat(38)}…, which the server reads as 2`,
    ]);
  });

  const MONEY = { ...SENT, min_value: '200', max_value: '1005' };
  it.each([
    ['signed the amount in yuan, with two decimals', '2.00', '2.00', '10.05', '1'],
    ['signed the amount in yuan', '2', '2', '10.05', '1'],
    ['signed the amount a hundred times too large', '20000', '20000', '100500', '1'],
    ['signed the amount with a decimal (100.0)', '200.0', '200.0', '1005.0', '1'],
    ['signed the amount with two decimals (100.00)', '200.00', '200.00', '1005.00', '1'],
    ['signed all integers with a decimal (100.0)', '200.0', '200.0', '1005.0', '1.0'],
  ])('%s', (did, total_amount, min_value, max_value, total_num) => {
    const signed = { ...MONEY, total_amount, min_value, max_value, total_num };
    expect(toldOver(MONEY, signed)).toEqual([did]);
  });
});

describe('the doctor does not make yuan', () => {
  it.each([
    ['of less than nothing', '-5', '-0.05'],
    ['of more than fifteen digits', '9007199254740991', '90071992547409.91'],
  ])('%s', (_, total_amount, yuan) => {
    const sent = { ...SENT, total_amount };
    expect(toldOver(sent, { ...sent, total_amount: yuan })).toEqual(['unexplained']);
  });
});

describe('the doctor tells a client what became of long numbers', () => {
  const LONG = '10000098201411111234567890';
  it.each([
    ['turned values of digits into numbers (1.0000098e+25)', LONG, '1.0000098201411111e+25'],
    ['turned long numbers into floats (1.0E+25)', LONG, '1.0000098201411E+25'],
    ['turned long numbers into floats (1.0E+25)', `1${'0'.repeat(20)}`, '1.0E+20'],
    ['turned long numbers into doubles (1.0000098E25)', LONG, '1.0000098201411111E25'],
    ['turned long numbers into floats of two digits (1.0e+25)', LONG, '1.0e+25'],
    [
      'sent long numbers through a double, which lost the last digits',
      LONG,
      '10000098201411111079641088',
    ],
    // One more than a 64-bit integer holds.
    ['turned long numbers into floats (1.0E+25)', '9223372036854775808', '9.2233720368548E+18'],
    ['turned values of digits into numbers (1.0000098e+25)', '1e3', '1000'],
    ['turned values of digits into numbers (1.0000098e+25)', '100E-2', '1'],
    ['turned values of digits into numbers (1.0000098e+25)', '-1.50', '-1.5'],
    ['turned values of digits into numbers (1.0000098e+25)', `1${'0'.repeat(39)}`, '1e+39'],
  ])('%s: %s', (did, sent, signed) => {
    // The other values of digits are small, and their own numbers.
    const rest = { ...SENT, mch_billno: 'x' };
    expect(toldOver({ ...rest, wishing: sent }, { ...rest, wishing: signed })).toEqual([did]);
  });

  it.each([
    ['what fits 64 bits', '9223372036854775807', '9.2233720368548E+18'],
    ['more than forty digits', `1${'0'.repeat(40)}`, '1e+40'],
    ['digits with a letter behind', '1e3x', '1000x'],
    ['digits with a letter before', 'x1e3', 'x1000'],
    ['a point without digits', '1.', '1'],
  ])('and nobody makes a float of %s', (_, sent, signed) => {
    expect(toldOver(billno(sent), billno(signed))).toEqual(['unexplained']);
  });

  it.each([
    ['dropped leading zeros from values of digits', '0010', '10'],
    ['dropped leading zeros from values of digits', '000', '0'],
    ['dropped leading zeros from values of digits', '07', '7'],
    ['unexplained', '00.5', '0.5'],
    ['unexplained', 'a007', 'a7'],
    ['unexplained', '007a', '7a'],
  ])('%s: %s is signed as %s', (answer, sent, signed) => {
    // Beside a number of an order that is too long to be made one.
    const dropped = { ...SENT, mch_billno: '10010404201411170000046545', wishing: signed };
    expect(toldOver({ ...SENT, wishing: sent }, dropped)).toEqual([answer]);
  });
});

describe('the doctor tells a client where white space went', () => {
  it.each([
    ['signed the values trimmed', ' a  b ', 'a  b'],
    ['signed the values with their spaces taken out', ' a  b ', 'ab'],
    ['signed the values with runs of white space made one space', 'a \n b', 'a b'],
    ['signed line ends as CR LF, which arrive as LF', 'a\nb\nc', 'a\r\nb\r\nc'],
    ['signed line ends as CR, which arrive as LF', 'a\nb\nc', 'a\rb\rc'],
    ['signed the values without their line ends', 'a \nb\nc', 'a bc'],
    ['signed wishing with a space behind, which is not in the body', 'a', 'a '],
    ['signed wishing with a space before, which is not in the body', 'a', ' a'],
    ['signed wishing with a line feed behind, which is not in the body', 'a', 'a\n'],
    ['signed wishing with CR LF behind, which is not in the body', 'a', 'a\r\n'],
  ])('%s', (did, sent, signed) => {
    expect(toldOver(wishing(sent), wishing(signed))).toEqual([did]);
  });

  it('but does not guess it around integers, nor in fields without a value', () => {
    expect(toldOver(SENT, { ...SENT, total_num: '1 ' })).toEqual(['unexplained']);
    expect(toldOver({ ...SENT, scene_id: '' }, { ...SENT, scene_id: ' ' })).toEqual([
      'unexplained',
    ]);
  });
});

describe('the doctor tells a client that it signed another writing of the same value', () => {
  const ALL = `a/b & <c> "d" 'e' ~(f)*! 50% +红`;
  const PERCENT = "a%2Fb%20%26%20%3Cc%3E%20%22d%22%20'e'%20~(f)*!%2050%25%20%2B%E7%BA%A2";
  const RFC = PERCENT.replaceAll("'", '%27')
    .replace('(', '%28')
    .replace(')', '%29')
    .replace('*', '%2A')
    .replace('!', '%21');
  const FORM = RFC.replaceAll('%20', '+').replace('~', '%7E');
  const ASCII = ALL.replace('红', '%E7%BA%A2');
  const ADDRESS = "a/b%20&%20%3Cc%3E%20%22d%22%20'e'%20~(f)*!%2050%25%20+%E7%BA%A2";

  it.each([
    ['space is %20', RFC],
    ['as a form, space is +', FORM],
    ["space is %20, !'()* as they are", PERCENT],
    ['as a form, * as it is', FORM.replace('%2A', '*')],
    ['only what is not ASCII', ASCII],
    ['as an address, ASCII punctuation as it is', ADDRESS],
  ])('url-encoded: %s', (how, signed) => {
    const plain = { ...ASKED, bill_type: ALL };
    const query = (value: string) => {
      const sign = signs({ ...plain, bill_type: value });
      return told({ body: xml(plain, sign), endpoint: 'gethbinfo' });
    };
    expect(query(signed)).toEqual([`url-encoded the values (${how})`]);
    expect(query(lowerHex(signed))).toEqual([`url-encoded the values (${how}, lower-case hex)`]);
  });

  it.each([
    ['(\\u7ea2)', 'a/b "\\u7ea2\\u00e9\\n\\t"'],
    ['(\\u7ea2, \\/)', 'a\\/b "\\u7ea2\\u00e9\\n\\t"'],
    ['(\\u7EA2)', 'a/b "\\u7EA2\\u00E9\\n\\t"'],
  ])('escaped as JSON %s', (how, signed) => {
    const sent = { ...ASKED, bill_type: 'a/b "红é\n\t"' };
    const sign = signs({ ...sent, bill_type: signed.replaceAll('"', '\\"') });
    expect(told({ body: xml(sent, sign), endpoint: 'gethbinfo' })).toEqual([
      `signed the values escaped as JSON ${how}`,
    ]);
  });

  it('with / as \\/ and nothing else', () => {
    const sent = { ...SENT, remark: 'a/b/c' };
    expect(toldOver(sent, { ...sent, remark: 'a\\/b\\/c' })).toEqual([
      'signed the values with / as \\/',
    ]);
  });

  it.each([
    ['(& is &amp;)', `a &amp; b &lt;c&gt; "d" 'e' &amp;`],
    ['(& is &amp;, " is &quot;)', `a &amp; b &lt;c&gt; &quot;d&quot; 'e' &amp;`],
    [
      '(& is &amp;, " is &quot;, \' is &#39;)',
      'a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#39; &amp;',
    ],
    [
      '(& is &amp;, " is &quot;, \' is &#039;)',
      'a &amp; b &lt;c&gt; &quot;d&quot; &#039;e&#039; &amp;',
    ],
    [
      '(& is &amp;, " is &quot;, \' is &apos;)',
      'a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos; &amp;',
    ],
  ])('escaped for XML %s', (how, signed) => {
    expect(toldOver(wishing(`a & b <c> "d" 'e' &`), wishing(signed))).toEqual([
      `signed the values escaped for XML ${how}`,
    ]);
  });

  it('with & as &amp; alone', () => {
    expect(toldOver(wishing('a & <b> &'), wishing('a &amp; <b> &amp;'))).toEqual([
      'signed the values with & as &amp; alone',
    ]);
  });

  it('unescaped, every entity of them', () => {
    const sent = '&lt;&gt;&quot;&apos;&#39;&#039;&#34;&amp;';
    expect(toldOver(wishing(sent), wishing(`<>"'''"&`))).toEqual([
      'signed the plain text and sent it escaped once too often (&amp; in CDATA)',
    ]);
  });

  it('url-decoded, with + as it is or as a space; what is no encoding stays', () => {
    const sent = { ...SENT, risk_info: 'a%3d1+b', wishing: '100%' };
    expect(toldOver(sent, { ...sent, risk_info: 'a=1+b' })).toEqual([
      'signed values url-decoded that are sent url-encoded',
    ]);
    expect(toldOver(sent, { ...sent, risk_info: 'a=1 b' })).toEqual([
      'signed values decoded as a form (+ is a space) that are sent encoded',
    ]);
  });

  it('in lower or upper case', () => {
    const sent = wishing('Happy New Year');
    expect(
      toldOver(
        sent,
        each(sent, (value) => value.toUpperCase()),
      ),
    ).toEqual(['signed the values in upper case']);
    // With a key that is not in lower case already, as the rest of the string is.
    const key = 'K'.repeat(32);
    const lower = each(sent, (value) => value.toLowerCase());
    expect(told({ body: xml(sent, md5(`${joined(lower)}&key=${key}`)), key })).toEqual([
      'signed the values in lower case',
    ]);
  });
});

describe('the doctor tells a client that it signed what stands between the tags', () => {
  const inCdata = (value: string): string => `<![CDATA[${value}]]>`;
  /** A body that writes each value by itself. */
  const written = (values: Values, signed: Values, write: (value: string) => string) =>
    told({ body: xml(values, signs(signed), write) });

  it('around every value, or around texts alone', () => {
    const texts = { ...each(SENT, inCdata), total_amount: '200', total_num: '1' };
    expect(written(SENT, each(SENT, inCdata), (value) => value)).toEqual([
      'signed CDATA markers around every value',
    ]);
    expect(written(SENT, texts, (value) => value)).toEqual([
      'signed CDATA markers around every text',
    ]);
  });

  it('the markers that were sent, where only some values have them', () => {
    const inText = (value: string) => (/^\d+$/.test(value) ? value : inCdata(value));
    expect(written(SENT, each(SENT, inText), inText)).toEqual([
      'signed the CDATA markers along with the values',
    ]);
  });

  it('but only where a tag is written as usual', () => {
    const signed = { ...each(SENT, inCdata), remark: 'r', wishing: 'w' };
    const body = xml({ ...SENT, remark: 'r', wishing: 'w' }, signs(signed), inCdata)
      .toString()
      .replace('<remark><![CDATA[r]]>', '<remark >r')
      .replace('<wishing><![CDATA[w]]></wishing>', '<wishing>w</wishing >');
    expect(told({ body: Buffer.from(body) })).toEqual([
      'signed the CDATA markers along with the values',
    ]);
  });

  it('the escapes that were sent, but not the markers', () => {
    const sent = { ...SENT, wishing: 'a &amp; b', remark: '红&lt;包' };
    const write = (value: string) => (value.includes('&') ? value : inCdata(value));
    expect(written(sent, sent, write)).toEqual([
      'signed the values as they stand in the XML, escapes and all',
    ]);
  });
});
