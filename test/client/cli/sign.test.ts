import { describe, expect, it } from 'vitest';
import { signCommand } from '../../../client/cli/sign.ts';
import { parseFields } from '../../../contracts/index.ts';
import {
  ASKED,
  gbk,
  joined,
  KEY,
  md5,
  SENT,
  SLIPS,
  signs,
  type Values,
  xml,
} from '../../contracts/wire/sign-slips.ts';

const bare = (values: Values, root = 'xml'): Uint8Array =>
  Buffer.from(
    `<${root}>${Object.entries(values)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')}</${root}>`,
  );
const run = (bytes: Uint8Array | string, more = {}) =>
  signCommand({ bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes, key: KEY, ...more });

describe('a body without a signature', () => {
  it('is signed: the string, the signature, and the XML with it', () => {
    const { text, exitCode } = run(bare(SENT));
    expect(exitCode).toBe(0);
    expect(text).toContain(`  string to sign  ${joined(SENT)}&key=…\n`);
    expect(text).toContain('  signature       0BDE59F92E62C9A6E624640D8FA2584A\n');
    const signed = parseFields(Buffer.from(text.slice(text.indexOf('<xml>')).trimEnd()));
    expect(signed.ok && Object.fromEntries(signed.value)).toEqual({ ...SENT, sign: signs(SENT) });
  });

  it('may have another root, and an empty sign, which is filled', () => {
    const { text, exitCode } = run(bare({ sign: '', ...SENT }, 'request'));
    expect(exitCode).toBe(0);
    expect(text.match(/<sign>/g)).toHaveLength(1);
    expect(text).toContain(`<sign><![CDATA[${signs(SENT)}]]></sign>`);
  });

  it('is right once it was signed', () => {
    const { text } = run(bare({ ...SENT, wishing: 'a &amp; b ]]&gt; c' }));
    const again = run(text.slice(text.indexOf('<xml>')).trimEnd());
    expect(again).toMatchObject({ exitCode: 0, text: expect.stringContaining('is right') });
  });

  it('is told which of its fields are not signed, and which are read otherwise', () => {
    const { text } = run(bare({ ...SENT, amt_type: 'x', total_amount: '2.00' }));
    expect(text).toContain('note: sendredpack does not know amt_type, which is not signed\n');
    expect(text).toContain('note: total_amount is 2.00, which the server reads and signs as 2\n');
  });

  it('in GBK is signed and written in UTF-8', () => {
    const { text, exitCode } = run(gbk(Buffer.from(bare(SENT)).toString()));
    expect(exitCode).toBe(0);
    expect(text).toContain('note: the body is not UTF-8');
    expect(text).toContain('<wishing><![CDATA[恭喜发财]]></wishing>');
    expect(text).toContain(signs(SENT));
  });
});

describe('the endpoint', () => {
  it.each([
    ['bill_type', ASKED, 'gethbinfo'],
    ['appid without wxappid', { mch_id: '888', appid: 'x' }, 'gethbinfo'],
    ['wxappid', SENT, 'sendredpack'],
    ['wxappid, whatever else there is', { ...SENT, appid: 'x' }, 'sendredpack'],
  ])('is told from %s', (_, values, endpoint) => {
    expect(run(bare(values)).text).toContain(`note: read as a body for ${endpoint}\n`);
  });

  it('is the given one where one is given', () => {
    const { text } = run(bare(SENT), { endpoint: 'gethbinfo' });
    expect(text).toContain('note: read as a body for gethbinfo\n');
    expect(text).toContain('gethbinfo does not know wxappid, send_name');
  });
});

describe('a body with a signature', () => {
  it('that is right is said to be', () => {
    const { text, exitCode } = run(xml(SENT, signs(SENT)));
    expect([exitCode, text.split('\n')[0]]).toEqual([0, 'The signature is right.']);
    expect(text).not.toContain('<xml>');
  });

  it('that is wrong is told why, how to mend it, and what was signed', () => {
    const sign = md5(`${joined(SENT)}`).toLowerCase();
    const { text, exitCode } = run(xml(SENT, sign));
    expect(exitCode).toBe(1);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'The signature is wrong, and this is why:',
        '  mistake         key missing: the client left out &key= and the key',
        '  fix             end the string with &key= and the API key, then digest it',
        '                  在字符串末尾拼上 &key=API密钥，再计算摘要',
        '  mistake         digest not in upper case: the client did not put the digest in upper case',
        `  sign that came  ${sign}`,
        `  right sign      ${signs(SENT)}`,
        `  client signed   ${joined(SENT)}`,
        `  string to sign  ${joined(SENT)}&key=…`,
      ]),
    );
  });

  it('that nothing explains is told so, with the strings', () => {
    const { text, exitCode } = run(xml(SENT, '0'.repeat(32)));
    expect(exitCode).toBe(1);
    expect(text).toContain('no known mistake makes it, nor any two at once');
    expect(text).toContain(`right sign      ${signs(SENT)}`);
  });

  it('that is no UTF-8 is diagnosed all the same', () => {
    const { text, exitCode } = run(gbk(xml(SENT, signs(SENT)).toString()));
    expect([exitCode, text]).toEqual([1, expect.stringContaining('write the XML in UTF-8')]);
  });

  it('does not speak to the terminal through its values', () => {
    const odd = { ...SENT, wishing: 'a\nb\u0085\u009b2J' };
    const { text } = run(xml(odd, '0'.repeat(32)));
    expect(text).toContain('wishing=a\\nb\\u0085\\u009b2J');
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it.each(SLIPS.filter(({ key }) => !key))('never shows the key: $does', ({ body, endpoint }) => {
    for (const json of [true, false]) {
      expect(run(body, { endpoint, json }).text.toLowerCase()).not.toContain(KEY);
    }
  });
});

describe('the key', () => {
  it('may have the line feed of its file behind it', () => {
    expect(run(xml(SENT, signs(SENT)), { key: `${KEY}\n` }).exitCode).toBe(0);
  });

  it('that is empty is refused', () => {
    expect(run(bare(SENT), { key: ' \n' })).toEqual({
      exitCode: 2,
      text: 'the API key is empty: give the one of the merchant\n',
    });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['<xml>\n<a>1</b>\n</xml>', /line 2, column 8.*\[malformed\]/],
    ['', /the document is empty \[empty\]/],
    ['<xml><a>1</a><a>2</a></xml>', /<a> comes twice \[duplicate\]/],
    ['<!DOCTYPE x><xml/>', /DOCTYPE is refused.*line 1, column \d+.*\[doctype\]/],
    ['{"mch_id": "10000098"}', /line 1, column \d+.*\[malformed\]/],
  ])('is told where and why: %j', (body, why) => {
    const { text, exitCode } = run(body);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/^the body is not XML that the server reads: .+\n$/);
    expect(text).toMatch(why);
  });

  it('is told in JSON where that is asked for', () => {
    expect(JSON.parse(run('<xml>', { json: true }).text)).toMatchObject({
      kind: 'unreadable',
      reason: 'malformed',
    });
  });
});

describe('as JSON', () => {
  it('is one line with the diagnosis, the endpoint, and the signed XML where there is one', () => {
    const { text } = run(bare(SENT), { json: true });
    expect(text).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(text)).toMatchObject({
      kind: 'unsigned',
      endpoint: 'sendredpack',
      signature: signs(SENT),
      signedXml: expect.stringContaining(`<sign><![CDATA[${signs(SENT)}]]></sign>`),
    });
  });

  it('names the mistakes by their ids', () => {
    const told: unknown = JSON.parse(
      run(xml(SENT, signs(SENT).toLowerCase()), { json: true }).text,
    );
    expect(told).toMatchObject({ kind: 'mistake', mistakes: [{ id: 'digest-lower-case' }] });
    expect(told).not.toHaveProperty('signedXml');
  });
});
