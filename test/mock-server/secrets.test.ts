import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { writeXml } from '../../contracts/index.ts';
import { createSecrets } from '../../mock-server/secrets.ts';

const KEY = '192006250b4c09247ec02edce69f6a2d';
const keyAt = (index: number): string => String(index).padStart(32, 'k');

it('blots out a key wherever it stands, however many keys there are', () => {
  for (const others of [0, 500]) {
    const secrets = createSecrets([KEY]);
    for (let index = 0; index < others; index++) secrets.add(keyAt(index));
    expect(secrets.redact(`${KEY}a${KEY}${KEY}`)).toBe('[redacted]a[redacted][redacted]');
    expect(secrets.redact(KEY.slice(1))).toBe(KEY.slice(1));
    if (others > 0) expect(secrets.redact(`x${keyAt(499)}`)).toBe('x[redacted]');
  }
});

it.each(['<&>"5678901234567890123456789012', 'a]]>5678901234567890123456789012'])(
  'blots out the key %s also as XML spells it',
  (key) => {
    const secrets = createSecrets([key]);
    const xml = writeXml([
      ['section', key],
      ['bare', { bare: key }],
    ]);
    expect(secrets.redact(xml)).toMatch(
      /<section><!\[CDATA\[\[redacted\]\]\]><\/section>\s*<bare>\[redacted\]<\/bare>/,
    );
  },
);

it('blots out a private key that a client sends by mistake, also when half of it is missing', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secrets = createSecrets();
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    expect(secrets.redact(`a${pem}b`)).toBe('a[redacted]\nb');
    expect(secrets.redact(`a${pem.slice(0, 200)}`)).toBe('a[redacted]');
  }
});

it('blots out a private key without its first and last line, however it is folded, escaped, or made a name', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secrets = createSecrets();
  for (const type of ['pkcs1', 'pkcs8'] as const) {
    const pem = privateKey.export({ type, format: 'pem' }).toString();
    const base64 = pem.split('\n').slice(1, -2).join('\n');
    const bare = base64.replaceAll('\n', '');
    for (const text of [base64, bare, encodeURIComponent(bare), `k${pem.replace(/\W/g, '')}`]) {
      expect(secrets.redact(text)).toMatch(/^(kBEGIN(RSA)?PRIVATEKEY)?\[redacted\]$/);
    }
  }
  expect(secrets.redact('MII is no key')).toBe('MII is no key');
});
