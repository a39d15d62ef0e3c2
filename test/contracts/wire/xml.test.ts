import { describe, expect, it } from 'vitest';
import {
  parseFields,
  parseFieldsLossy,
  parseTree,
  XML_BYTES_MAX,
  type XmlReason,
} from '../../../contracts/index.ts';
import { reading, type Values } from '../support.ts';

/** `a` is the one field of the document, with this inner XML. */
const fieldWith = (inner: string): unknown => reading(`<xml><a>${inner}</a></xml>`);

describe('a document is read', () => {
  const accepted: readonly [what: string, document: string, fields: Values][] = [
    ['with the usual root', '<xml><a>1</a></xml>', { a: '1' }],
    ['with any root name (a Go client sends request)', '<request><a>1</a></request>', { a: '1' }],
    ['with a root of Chinese name', '<红包><a>1</a></红包>', { a: '1' }],
    ['with a declaration', '<?xml version="1.0"?><xml><a>1</a></xml>', { a: '1' }],
    [
      'with a declaration of its encoding, and a line after it',
      '<?xml version="1.0" encoding="UTF-8"?>\r\n<xml><a>1</a></xml>',
      { a: '1' },
    ],
    [
      'with a declaration in single quotes, and standalone',
      "<?xml version='1.0' encoding='utf-8' standalone='yes' ?><xml><a>1</a></xml>",
      { a: '1' },
    ],
    ['with a BOM', '\ufeff<xml><a>1</a></xml>', { a: '1' }],
    ['with a BOM and a declaration', '\ufeff<?xml version="1.0"?><xml><a>1</a></xml>', { a: '1' }],
    ['with white space around the root', ' \t\r\n<xml><a>1</a></xml>\r\n \t', { a: '1' }],
    ['with indentation', '<xml>\n  <a>1</a>\n\t<b>2</b>\r\n</xml>', { a: '1', b: '2' }],
    [
      'with comments everywhere',
      '<!--x--><xml><!--<c>-->\n<a>1</a><!----></xml><!--x-->',
      { a: '1' },
    ],
    [
      'with attributes, which count for nothing',
      `<xml v="1" w='2'><a b = ">">1</a></xml>`,
      { a: '1' },
    ],
    ['with spaces inside tags', '<xml\n ><a\t>1</a\r\n></xml\n>', { a: '1' }],
    ['with an empty element', '<xml><a></a><b>1</b></xml>', { a: '', b: '1' }],
    ['with self-closing elements', '<xml><a/><b /><c x="1"/></xml>', { a: '', b: '', c: '' }],
    ['with no fields', '<xml></xml>', {}],
    ['with a self-closing root', '<xml/>', {}],
    ['with names that differ in case only', '<xml><a>1</a><A>2</A></xml>', { a: '1', A: '2' }],
    [
      'with dots, dashes, digits and colons in names',
      '<xml><a.b-c_1:d>1</a.b-c_1:d></xml>',
      { 'a.b-c_1:d': '1' },
    ],
  ];

  it.each(accepted)('%s', (_, document, fields) => {
    expect(reading(document)).toEqual({ fields });
  });

  it('in the order of its fields', () => {
    const result = parseFields(Buffer.from('<xml><z>1</z><a>2</a><m>3</m></xml>'));
    expect(result.ok && [...result.value.keys()]).toEqual(['z', 'a', 'm']);
  });
});

describe('a value is read', () => {
  const values: readonly [what: string, inner: string, value: string][] = [
    ['as text', 'text', 'text'],
    ['as CDATA', '<![CDATA[text]]>', 'text'],
    ['from empty CDATA', '<![CDATA[]]>', ''],
    ['from CDATA between text', 'a<![CDATA[b]]>c', 'abc'],
    ['from several CDATA', '<![CDATA[a]]><![CDATA[b]]>', 'ab'],
    ['from CDATA split around its own end', '<![CDATA[a]]]]><![CDATA[>b]]>', 'a]]>b'],
    ['from CDATA on a line of its own, untrimmed', '\n<![CDATA[a]]>\n', '\na\n'],
    [
      'with markup in CDATA',
      '<![CDATA[<b>&amp;</b><!--x--><!DOCTYPE y>]]>',
      '<b>&amp;</b><!--x--><!DOCTYPE y>',
    ],
    ['with the five predefined entities', '&lt;&gt;&amp;&quot;&apos;', `<>&"'`],
    ['with an entity read once, not twice', '&amp;lt;&#38;amp;', '&lt;&amp;'],
    ['with decimal references', '&#65;&#32418;&#34;', 'A红"'],
    ['with hexadecimal references in either case', '&#x7ea2;&#x7EA2;', '红红'],
    ['with references beyond the first plane', '&#128231;&#x1F9E7;', '\u{1f4e7}\u{1f9e7}'],
    ['with leading zeros in a reference', '&#000000065;&#x00000041;', 'AA'],
    ['with references to tab, line feed and carriage return', '&#9;&#10;&#13;', '\t\n\r'],
    ['with its spaces', '  lead and trail  ', '  lead and trail  '],
    ['with spaces alone', '   ', '   '],
    ['with spaces alone in CDATA', '<![CDATA[ ]]>', ' '],
    ['with emoji', '🧧👨‍👩‍👧', '🧧👨‍👩‍👧'],
    ['with > and quotes bare', `a > b "c" 'd'`, `a > b "c" 'd'`],
    ['with ]] alone', 'a]]b', 'a]]b'],
    ['with ]]&gt;', ']]&gt;', ']]>'],
    ['around a comment', '1<!-- x -->2', '12'],
    // XML's own rule for line ends; the writer's references are how a carriage return survives.
    ['with CRLF and CR as line feeds', 'a\r\nb\rc', 'a\nb\nc'],
    ['with CRLF in CDATA as a line feed', '<![CDATA[a\r\nb]]>', 'a\nb'],
    ['as digits, however many', '10000098201411111234567890', '10000098201411111234567890'],
    ['as digits with zeros around them', '0010.00', '0010.00'],
    ['as the word true', 'true', 'true'],
    ['with a zero-width no-break space inside', '\ufeffa\ufeff', '\ufeffa\ufeff'],
    ['with no-break and ideographic spaces', '\u00a0a\u3000', '\u00a0a\u3000'],
    ['with U+FFFD', '\ufffd', '\ufffd'],
    ['with DEL and U+0085, which are legal', '\u007f\u0085', '\u007f\u0085'],
  ];

  it.each(values)('%s', (_, inner, value) => {
    expect(fieldWith(inner)).toEqual({ fields: { a: value } });
  });
});

describe('a document is refused', () => {
  const entity = '<!DOCTYPE x [<!ENTITY e "v">]>';
  const refused: readonly [reason: XmlReason, what: string, document: string][] = [
    ['empty', 'no bytes', ''],
    ['empty', 'white space alone', ' \r\n\t'],
    ['empty', 'a BOM alone', '\ufeff'],

    ['doctype', 'DOCTYPE', '<!DOCTYPE xml><xml><a>1</a></xml>'],
    ['doctype', 'DOCTYPE after the declaration', '<?xml version="1.0"?>\n<!DOCTYPE xml><xml/>'],
    ['doctype', 'DOCTYPE with a declared entity', `${entity}<xml><a>&e;</a></xml>`],
    [
      'doctype',
      'DOCTYPE with an external entity (XXE)',
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>',
    ],
    ['doctype', 'an external DOCTYPE', '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><xml/>'],
    ['doctype', 'a public DOCTYPE', '<!DOCTYPE x PUBLIC "-//x" "http://127.0.0.1/x.dtd"><xml/>'],
    ['doctype', 'DOCTYPE with a parameter entity', '<!DOCTYPE x [<!ENTITY % p "v"> %p;]><xml/>'],
    ['malformed', 'doctype in lower case', '<!doctype xml><xml><a>1</a></xml>'],
    ['doctype', 'DOCTYPE after a comment', '<!-- x --><!DOCTYPE xml><xml><a>1</a></xml>'],
    ['malformed', 'DOCTYPE between fields', '<xml><!DOCTYPE x><a>1</a></xml>'],
    ['malformed', 'DOCTYPE in a value', '<xml><a>1<!DOCTYPE x></a></xml>'],
    ['malformed', 'DOCTYPE after the root', '<xml><a>1</a></xml><!DOCTYPE x>'],
    ['malformed', 'ENTITY without DOCTYPE', '<xml><!ENTITY e "v"><a>1</a></xml>'],
    ['doctype', 'DOCTYPE after a BOM', `\ufeff${entity}<xml/>`],

    ['nested', 'a field in a field', '<xml><a><b>1</b></a></xml>'],
    ['nested', 'an empty field in a field', '<xml><a><b/></a></xml>'],
    ['duplicate', 'a field twice', '<xml><a>1</a><b>2</b><a>1</a></xml>'],
    ['duplicate', 'a field twice, once empty', '<xml><a>1</a><a/></xml>'],
    ['duplicate', 'a field twice, once with an attribute', '<xml><a>1</a><a b="1">2</a></xml>'],

    ['malformed', 'text and elements mixed in a field', '<xml><a>1<b>2</b></a></xml>'],
    ['malformed', 'text before a field', '<xml>text<a>1</a></xml>'],
    ['malformed', 'text after a field', '<xml><a>1</a>text</xml>'],
    ['malformed', 'text between fields', '<xml><a>1</a>,<b>1</b></xml>'],
    ['malformed', 'CDATA between fields', '<xml><a>1</a><![CDATA[x]]></xml>'],
    ['malformed', 'an escaped text between fields', '<xml><a>1</a>&amp;</xml>'],
    ['malformed', 'an ideographic space between fields', '<xml>\u3000<a>1</a></xml>'],
    ['malformed', 'a no-break space between fields', '<xml><a>1</a>\u00a0</xml>'],
    ['malformed', 'a root of text', '<xml>text</xml>'],

    ['malformed', 'no markup', 'act_name=a&sign=b'],
    ['malformed', 'JSON', '{"a":1}'],
    ['malformed', 'a raw & in text', '<xml><a>fish & chips</a></xml>'],
    ['malformed', 'a raw & before a letter', '<xml><a>a&b</a></xml>'],
    ['malformed', 'a raw < in text', '<xml><a>1 < 2</a></xml>'],
    ['malformed', 'a raw < before a digit', '<xml><a>1<2</a></xml>'],
    ['malformed', ']]> in text', '<xml><a>x]]>y</a></xml>'],
    ['malformed', ']]> after CDATA', '<xml><a><![CDATA[x]]>y]]></a></xml>'],
    ['malformed', ']]> between fields', '<xml>]]><a>1</a></xml>'],
    ['malformed', 'unclosed CDATA', '<xml><a><![CDATA[x</a></xml>'],
    ['malformed', 'an unclosed comment', '<xml><!-- <a>1</a></xml>'],
    ['malformed', 'two dashes in a comment', '<xml><!-- a -- b --><a>1</a></xml>'],
    ['malformed', 'three dashes at the end of a comment', '<xml><!-- a ---><a>1</a></xml>'],
    ['malformed', 'mismatched tags', '<xml><a>1</b></xml>'],
    ['malformed', 'tags that differ in case', '<xml><a>1</A></xml>'],
    ['malformed', 'crossed tags', '<xml><a><b></a></b></xml>'],
    ['malformed', 'an unclosed field', '<xml><a>1</xml>'],
    ['malformed', 'an unclosed root', '<xml><a>1</a>'],
    ['malformed', 'an unclosed tag', '<xml><a>1</a></xml'],
    ['malformed', 'a truncated start', '<xm'],
    ['malformed', 'a closing tag too many', '<xml><a>1</a></xml></xml>'],
    ['malformed', 'a closing tag alone', '</xml>'],
    ['malformed', 'a space before a name', '<xml>< a>1</a></xml>'],
    ['malformed', 'a space before a slash', '<xml><a>1< /a></xml>'],
    ['malformed', 'an attribute in a closing tag', '<xml><a>1</a b="1"></xml>'],
    ['malformed', 'a name that begins with a digit', '<xml><1a>1</1a></xml>'],
    ['malformed', 'a name that begins with a dash', '<xml><-a>1</-a></xml>'],
    ['malformed', 'a no-break space at the end of a name', '<xml><a\u00a0>1</a\u00a0></xml>'],
    ['malformed', 'a no-break space in a closing tag', '<xml><a>1</\u00a0a></xml>'],
    ['malformed', 'an ideographic space before a name', '<xml><\u3000a>1</a></xml>'],

    ['malformed', 'a second root', '<xml><a>1</a></xml><xml><a>2</a></xml>'],
    ['malformed', 'a second, self-closing root', '<xml><a>1</a></xml><b/>'],
    ['malformed', 'two self-closing roots', '<a/><b/>'],
    ['malformed', 'text before the root', 'x<xml><a>1</a></xml>'],
    ['malformed', 'text after the root', '<xml><a>1</a></xml>x'],
    ['malformed', 'text after a self-closing root', '<xml/>x'],
    ['malformed', 'an entity after the root', '<xml><a>1</a></xml>&amp;'],
    ['malformed', 'CDATA after the root', '<xml><a>1</a></xml><![CDATA[x]]>'],
    ['malformed', 'CDATA before the root', '<![CDATA[x]]><xml><a>1</a></xml>'],
    ['malformed', 'two BOMs', '\ufeff\ufeff<xml><a>1</a></xml>'],
    ['malformed', 'a comment and no root', '<!-- x -->'],
    ['malformed', 'a declaration and no root', '<?xml version="1.0"?>'],

    ['malformed', 'a processing instruction', '<xml><?php echo 1 ?><a>1</a></xml>'],
    ['malformed', 'a processing instruction before the root', '<?x y?><xml><a>1</a></xml>'],
    ['malformed', 'a processing instruction in a value', '<xml><a>1<?x?></a></xml>'],
    ['malformed', 'a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><xml/>'],
    ['malformed', 'a declaration after a space', ' <?xml version="1.0"?><xml><a>1</a></xml>'],
    ['malformed', 'a declaration without version', '<?xml foo?><xml><a>1</a></xml>'],
    ['malformed', 'markup in the declaration', '<?xml <!DOCTYPE x>?><xml><a>1</a></xml>'],
    [
      'malformed',
      'a declaration whose end readers see at two places',
      '<?xml a="?><xml><a>1</a></xml><!-- "?><xml><a>2</a></xml><!-- -->',
    ],
    ['malformed', 'an unclosed declaration', '<?xml version="1.0"><xml><a>1</a></xml>'],

    ['malformed', 'an attribute without quotes', '<xml><a b=1>1</a></xml>'],
    ['malformed', 'an attribute without value', '<xml><a b>1</a></xml>'],
    ['malformed', 'an attribute twice', '<xml><a b="1" b="2">1</a></xml>'],
    ['malformed', 'attributes without a space', '<xml><a b="1"c="2">1</a></xml>'],
    ['malformed', 'an open quote', '<xml><a b="1>1</a></xml>'],
    ['malformed', 'a stray = among attributes', '<xml><a = b="1">1</a></xml>'],
    ['malformed', '< in an attribute', '<xml><a b="<">1</a></xml>'],
    ['malformed', 'a raw & in an attribute', '<xml><a b="&">1</a></xml>'],
    ['malformed', 'an undeclared entity in an attribute', '<xml><a b="&e;">1</a></xml>'],

    ['malformed', 'an undeclared entity', '<xml><a>&nbsp;</a></xml>'],
    ['malformed', 'an undeclared entity between fields', '<xml>&nbsp;<a>1</a></xml>'],
    ['malformed', 'an entity in upper case', '<xml><a>&LT;</a></xml>'],
    ['malformed', 'an entity without its semicolon', '<xml><a>&amp</a></xml>'],
    ['malformed', 'an empty entity', '<xml><a>&;</a></xml>'],
    ['malformed', 'a reference without digits', '<xml><a>&#;</a></xml>'],
    ['malformed', 'a hexadecimal reference without digits', '<xml><a>&#x;</a></xml>'],
    ['malformed', 'a reference with a capital X', '<xml><a>&#X41;</a></xml>'],
    ['malformed', 'hexadecimal digits in a decimal reference', '<xml><a>&#4A;</a></xml>'],
    ['malformed', 'a reference to NUL', '<xml><a>&#0;</a></xml>'],
    ['malformed', 'a reference to a control character', '<xml><a>&#8;</a></xml>'],
    ['malformed', 'a reference to a surrogate', '<xml><a>&#xD83E;&#xDDE7;</a></xml>'],
    ['malformed', 'a reference to U+FFFE', '<xml><a>&#xFFFE;</a></xml>'],
    ['malformed', 'a reference beyond Unicode', '<xml><a>&#x110000;</a></xml>'],
    ['malformed', 'a reference far beyond Unicode', '<xml><a>&#99999999999999;</a></xml>'],

    ['malformed', 'NUL', '<xml><a>\u0000</a></xml>'],
    ['malformed', 'a control character', '<xml><a>a\u0008b</a></xml>'],
    ['malformed', 'a control character in CDATA', '<xml><a><![CDATA[\u001f]]></a></xml>'],
    ['malformed', 'a control character in a comment', '<xml><!-- \u000b --><a>1</a></xml>'],
    ['malformed', 'U+FFFE', '<xml><a>\ufffe</a></xml>'],
    ['malformed', 'U+FFFF', '<xml><a>\uffff</a></xml>'],
  ];

  it.each(refused)('as %s: %s', (reason, _, document) => {
    expect(reading(document)).toEqual({ refused: reason });
  });

  // The scan for `<!` must not be led past markup by section marks inside an attribute.
  it.each([
    ['a comment mark', '<!--', '-->'],
    ['a CDATA mark', '<![CDATA[', ']]>'],
  ])('when %s in attributes hides a DOCTYPE', (_, open, close) => {
    const document = `<xml><a b="${open}">1</a><!DOCTYPE x [<!ENTITY e "v">]><c b="${close}">2</c></xml>`;
    expect(reading(document)).toHaveProperty('refused');
  });

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', 'isPrototypeOf'])(
    'when it refers to &%s;, which every JavaScript object has and XML has not',
    (name) => {
      expect(fieldWith(`&${name};`)).toEqual({ refused: 'malformed' });
    },
  );
});

describe('bytes that are not UTF-8', () => {
  const wrapped = (...bytes: number[]): Uint8Array =>
    Buffer.concat([Buffer.from('<xml><a>'), Buffer.from(bytes), Buffer.from('</a></xml>')]);
  const gbk = wrapped(0xba, 0xec, 0xb0, 0xfc); // 红包 in GBK

  it.each([
    ['GBK', gbk],
    ['a lone continuation byte', wrapped(0x80)],
    ['a truncated sequence', wrapped(0xe7, 0xba)],
    ['an overlong <', wrapped(0xc0, 0xbc)],
    ['an encoded surrogate', wrapped(0xed, 0xa0, 0x80)],
    ['a byte that UTF-8 has not', wrapped(0xff)],
    ['UTF-16', Buffer.from('\ufeff<xml><a>1</a></xml>', 'utf16le')],
  ])('are refused: %s', (_, bytes) => {
    expect(reading(bytes)).toEqual({ refused: 'not-utf8' });
  });

  it('are read with U+FFFD where only an echo is wanted', () => {
    const result = parseFieldsLossy(gbk);
    expect(result.ok && result.value.get('a')).toMatch(/^\ufffd+/);
  });

  it('are refused even there when they are no XML', () => {
    const result = parseFieldsLossy(Buffer.concat([gbk, Buffer.from('<')]));
    expect(result.ok).toBe(false);
  });
});

describe('size', () => {
  const ofBytes = (bytes: number): Uint8Array => {
    const frame = '<xml><a></a></xml>';
    return Buffer.from(frame.replace('</a>', `${'x'.repeat(bytes - frame.length)}</a>`));
  };

  it('of the maximum is read', () => {
    expect(ofBytes(XML_BYTES_MAX).length).toBe(XML_BYTES_MAX);
    expect(reading(ofBytes(XML_BYTES_MAX))).toHaveProperty('fields');
  });

  it('of one byte more is refused, before anything else is looked at', () => {
    expect(reading(ofBytes(XML_BYTES_MAX + 1))).toEqual({ refused: 'oversize' });
    expect(reading(Buffer.alloc(XML_BYTES_MAX + 1, 0xff))).toEqual({ refused: 'oversize' });
  });

  it('is in bytes, not characters, and the caller can set it', () => {
    const document = Buffer.from('<xml><a>红包</a></xml>');
    expect(parseFields(document, document.length).ok).toBe(true);
    expect(parseFields(document, document.length - 1).ok).toBe(false);
  });

  // Each would be slow, or overflow the stack, in a reader that goes back or down.
  it.each([
    ['20000 elements deep', '<a>'.repeat(20_000)],
    ['9000 elements deep and closed', '<a>'.repeat(9_000) + '</a>'.repeat(9_000)],
    ['of <', '<'.repeat(65_000)],
    ['of &a', `<xml><a>${'&a'.repeat(30_000)};</a></xml>`],
    ['of &amp;', `<xml><a>${'&amp;'.repeat(13_000)}</a></xml>`],
    ['of CDATA', `<xml><a>${'<![CDATA[x]]>'.repeat(5_000)}</a></xml>`],
    ['of comments', `${'<!---->'.repeat(9_000)}<xml/>`],
    ['of <!', `<xml>${'<!'.repeat(30_000)}</xml>`],
    ['of ?', `<?xml ${'?'.repeat(65_000)}`],
    ['of spaces in a tag', `<xml><a${' '.repeat(65_000)}/></xml>`],
    ['of = in a tag', `<xml><a ${'='.repeat(65_000)}/></xml>`],
    ['of empty fields', `<xml>${'<a/>'.repeat(16_000)}</xml>`],
  ])('does not matter to the time: a document %s', (_, document) => {
    const began = performance.now();
    reading(document);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a field whose name JavaScript objects have', () => {
  it.each([
    'toString',
    'hasOwnProperty',
    'valueOf',
    'isPrototypeOf',
    '__defineGetter__',
    'constructor',
    'prototype',
    '__proto__',
  ])('is refused or keeps its name: %s', (name) => {
    const result = parseFields(Buffer.from(`<xml><${name}>1</${name}><a>2</a></xml>`));
    const names = result.ok ? [...result.value.keys()] : [name, 'a'];
    expect(names).toEqual([name, 'a']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('is not taken for another field', () => {
    const two = '<xml><valueOf>1</valueOf><__valueOf>2</__valueOf></xml>';
    expect(reading(two)).not.toEqual({ refused: 'duplicate' });
  });

  it('as the root is refused or read, never thrown on', () => {
    expect(() => reading('<__proto__><a>1</a></__proto__>')).not.toThrow();
    expect(() => reading('<constructor><a>1</a></constructor>')).not.toThrow();
  });
});

describe('a tree', () => {
  it('keeps the list of a reply', () => {
    const document =
      '<xml>\n<a>1</a>\n<hblist>\n<hbinfo>\n<b><![CDATA[2]]></b>\n</hbinfo>\n</hblist>\n</xml>';
    const result = parseTree(Buffer.from(document));
    const list = result.ok ? result.value.children[1] : undefined;
    expect(list?.name).toBe('hblist');
    expect(list?.children[0]?.children[0]).toMatchObject({ name: 'b', text: '2', children: [] });
  });

  it('allows a name twice, and not text among elements', () => {
    expect(parseTree(Buffer.from('<xml><a/><a/></xml>')).ok).toBe(true);
    expect(parseTree(Buffer.from('<xml><a>1<b/></a></xml>')).ok).toBe(false);
  });
});

describe('what is refused', () => {
  it.each([
    ['<xml><a>1</b></xml>', /^unexpected close tag\. \(line 1, column \d+\)$/],
    ['<xml>\n\n<a>1</c>\n</xml>', /\(line 3, column \d+\)$/],
    ['<!DOCTYPE xml><xml/>', /^DOCTYPE is refused, and so is all it declares \(line 1, /],
    ['<?php echo 1 ?><xml/>', /^processing instructions are refused \(line 1, /],
    ['<xml><a>1<b>2</b></a></xml>', /^<a> mixes text and elements \(line 1, /],
    ['<xml><a><b>2</b></a></xml>', /^<a> holds elements, not a value$/],
    ['<xml><a>1</a><a>2</a></xml>', /^<a> comes twice$/],
    ['<xml>1</xml>', /^<xml> holds text where fields were expected$/],
    // What XML 1.1 would allow: the real server reads 1.0, whatever is declared.
    ['<?xml version="1.1"?><xml><a>&#1;</a></xml>', /^malformed character entity. \(line 1, /],
    [' ', /^the document is empty$/],
  ])('%j says what, and where', (document, detail) => {
    const result = parseFields(Buffer.from(document));
    expect(result.ok ? 'read' : result.refusal.detail).toMatch(detail);
  });

  it('for its size says both figures', () => {
    const result = parseFields(Buffer.from('<xml><a>1</a></xml>'), 10);
    expect(result.ok ? 'read' : result.refusal.detail).toBe(
      'the document has 19 bytes, at most 10',
    );
  });
});
