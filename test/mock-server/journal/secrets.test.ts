import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { writeXml } from '../../../contracts/index.ts';
import { createSecrets } from '../../../mock-server/journal/secrets.ts';

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

it.each([
  '192006250b4c09247ec02edce69f6a2d',
  '192006250B4C09247EC02EDCE69F6A2D',
  'a b>c?d~f&g<h"5678901234567890AB',
])(
  'blots out the key %s also in either case, in base64 wherever it begins, and as part of a URL',
  (key) => {
    for (const others of [0, 500]) {
      const secrets = createSecrets([key]);
      for (let index = 0; index < others; index++) secrets.add(keyAt(index));
      const wrapped = [
        key.toUpperCase(),
        key.toLowerCase(),
        encodeURIComponent(key),
        ...['base64', 'base64url'].flatMap((form) =>
          ['', 'a', 'ab', 'abc', 'key=ä'].map((before) =>
            Buffer.from(`${before}${key} and more`).toString(form as BufferEncoding),
          ),
        ),
      ];
      for (const text of wrapped) {
        const shown = secrets.redact(`<x>${text}</x>`);
        expect(shown, text).toMatch(/^<x>.*\[redacted\].*<\/x>$/);
        // At its edges a character of base64 tells of a neighbour too, and stays: of the key, four bits at most.
        const left = shown.replace('[redacted]', '').slice(3, -4);
        const decoded = Buffer.from(left, 'base64').toString('latin1');
        expect(`${left} ${decoded}`.includes(key.slice(1, 5)), text).toBe(false);
        expect(secrets.isIn(text), text).toBe(true);
      }
      expect(secrets.redact(Buffer.from('nothing of it').toString('base64'))).not.toContain(
        'redacted',
      );
    }
  },
);

it('goes on blotting out a key when the same one in capitals is gone', () => {
  const secrets = createSecrets([KEY, KEY, KEY.toUpperCase()]);
  secrets.retire(KEY.toUpperCase(), 1, 2);
  expect(secrets.redact(`${KEY} ${KEY.toUpperCase()}`)).toBe('[redacted] [redacted]');
  secrets.retire(KEY, 1, 2);
  expect(secrets.redact(KEY)).toBe('[redacted]');
  secrets.add(KEY);
  secrets.retire(KEY, 1, 2);
  secrets.retire(KEY, 1, 2);
  expect(secrets.redact(KEY)).toBe(KEY);
});

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
