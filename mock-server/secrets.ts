/** What must not be shown to anybody: the merchants' API keys, and any private key that a client sends by mistake. */
import { writeXml } from '../contracts/index.ts';

const BLOT = '[redacted]';

const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?/g;

/** From so many on, asking a text for each of them costs more than asking each place of the text. */
const ASKED_ONE_BY_ONE_MAX = 16;

export interface Secrets {
  /** From now on blotted out; it stays so when the merchant is gone, for the journal may still tell of it. */
  add(secret: string): void;
  /** The text without any of them. */
  redact(text: string): string;
}

export function createSecrets(initial: Iterable<string> = []): Secrets {
  const known = new Set<string>();
  const byStart = new Map<number, string[]>();

  const add = (secret: string): void => {
    for (const spelling of spellings(secret)) {
      if (spelling.length < 2 || known.has(spelling)) continue;
      known.add(spelling);
      const start = startAt(spelling, 0);
      byStart.set(start, [...(byStart.get(start) ?? []), spelling]);
    }
  };
  for (const secret of initial) add(secret);

  /** Those that stand in the text. */
  const found = (text: string): readonly string[] => {
    if (known.size <= ASKED_ONE_BY_ONE_MAX) return [...known].filter((each) => text.includes(each));
    const hits = new Set<string>();
    for (let index = 0; index + 1 < text.length; index++) {
      for (const secret of byStart.get(startAt(text, index)) ?? []) {
        if (text.startsWith(secret, index)) hits.add(secret);
      }
    }
    return [...hits];
  };

  return {
    add,
    redact(text) {
      const clean = found(text).reduce((left, secret) => left.replaceAll(secret, BLOT), text);
      return clean.includes('PRIVATE KEY') ? clean.replace(PRIVATE_KEY, BLOT) : clean;
    },
  };
}

/** Two characters as one number: a key of the map that costs nothing to make. */
function startAt(text: string, index: number): number {
  return text.charCodeAt(index) * 0x1_0000 + text.charCodeAt(index + 1);
}

/** As it is, and as a reply spells it where XML cannot carry it as it is. */
function spellings(secret: string): string[] {
  const between = (open: string, close: string, xml: string): string =>
    xml.slice(xml.indexOf(open) + open.length, xml.lastIndexOf(close));
  return [
    secret,
    between('<key><![CDATA[', ']]></key>', writeXml([['key', secret]])),
    between('<key>', '</key>', writeXml([['key', { bare: secret }]])),
  ];
}
