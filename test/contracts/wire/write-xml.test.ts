import { describe, expect, it } from 'vitest';
import { parseTree, writeXml } from '../../../contracts/index.ts';
import { reading } from '../support.ts';

describe('writeXml', () => {
  // Domain facts §1.4, with documentation's numbers in place of the real merchant's.
  it('writes the layout of a captured success, byte for byte', () => {
    const text = writeXml([
      ['return_code', 'SUCCESS'],
      ['return_msg', '发放成功'],
      ['mch_id', '10000098'],
      ['total_amount', 200],
      ['send_listid', '1000041701201408201400000000001'],
    ]);
    expect(text).toBe(
      [
        '<xml>',
        '<return_code><![CDATA[SUCCESS]]></return_code>',
        '<return_msg><![CDATA[发放成功]]></return_msg>',
        '<mch_id><![CDATA[10000098]]></mch_id>',
        '<total_amount>200</total_amount>',
        '<send_listid><![CDATA[1000041701201408201400000000001]]></send_listid>',
        '</xml>',
      ].join('\n'),
    );
  });

  it.each([
    ['an empty text', '', '<![CDATA[]]>'],
    ['markup', '<b>&</b>', '<![CDATA[<b>&</b>]]>'],
    ['the end of CDATA', 'a]]>b', '<![CDATA[a]]]]><![CDATA[>b]]>'],
    ['the end of CDATA after brackets', ']]]>', '<![CDATA[]]]]]><![CDATA[>]]>'],
    ['a carriage return', 'a\rb', '<![CDATA[a]]>&#13;<![CDATA[b]]>'],
    ['brackets, a carriage return and >', ']]\r>', '<![CDATA[]]]]>&#13;<![CDATA[>]]>'],
  ])('writes %s so that it can be read back', (_, value, written) => {
    const text = writeXml([['a', value]]);
    expect(text).toBe(`<xml>\n<a>${written}</a>\n</xml>`);
    expect(reading(text)).toEqual({ fields: { a: value } });
  });

  it('writes numbers bare', () => {
    expect(writeXml([['a', 0]])).toBe('<xml>\n<a>0</a>\n</xml>');
    expect(writeXml([['a', Number.MAX_SAFE_INTEGER]])).toContain('<a>9007199254740991</a>');
  });

  it('writes a bare text escaped', () => {
    const text = writeXml([['mch_id', { bare: `<&>'"\r]]>` }]]);
    expect(text).toBe(`<xml>\n<mch_id>&lt;&amp;&gt;'"&#13;]]&gt;</mch_id>\n</xml>`);
    expect(reading(text)).toEqual({ fields: { mch_id: `<&>'"\r]]>` } });
  });

  it('writes a list as elements, one a line', () => {
    const text = writeXml([['hblist', [['hbinfo', [['amount', 100]]]]]]);
    expect(text).toBe(
      '<xml>\n<hblist>\n<hbinfo>\n<amount>100</amount>\n</hbinfo>\n</hblist>\n</xml>',
    );
    expect(parseTree(Buffer.from(text)).ok).toBe(true);
  });

  it('writes nothing but the root for nothing', () => {
    expect(writeXml([])).toBe('<xml>\n</xml>');
  });
});
