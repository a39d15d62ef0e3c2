/** What must not be shown to anybody: the merchants' API keys, and any private key that a client sends by mistake. */
import { writeXml } from '../../contracts/core.ts';

const BLOT = '[redacted]';

const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?/g;

/** What base64 makes of a key's first bytes, and enough after it: one without its header is as secret. */
const BARE_KEY = /MII[\w+/=%\s]{200,}/g;

/** From so many on, asking a text for each of them costs more than asking each place of the text. */
const ASKED_ONE_BY_ONE_MAX = 96;

/** More merchants than the journal has lines cannot be told of. */
const RETIRED_MAX = 10_000;

export interface Secrets {
  /** Blotted out from now on. As many merchants may share a key as add it. */
  add(secret: string): void;
  /**
   * One merchant less has it. It stays hidden as long as the journal has lines that may tell of it.
   * @param last the newest line; @param first the oldest
   */
  retire(secret: string, last: number, first: number): void;
  /** The text without any of them. */
  redact(text: string): string;
  /** Does one of them stand in the text? */
  isIn(text: string): boolean;
}

export function createSecrets(initial: Iterable<string> = []): Secrets {
  const owners = new Map<string, number>();
  const retired = new Map<string, number>();
  const spelled = createSpellings();

  const add = (secret: string): void => {
    if (!owners.has(secret) && !retired.has(secret)) spelled.add(secret);
    owners.set(secret, (owners.get(secret) ?? 0) + 1);
  };
  for (const secret of initial) add(secret);

  return {
    add,
    retire(secret, last, first) {
      const left = (owners.get(secret) ?? 0) - 1;
      if (left > 0) owners.set(secret, left);
      else owners.delete(secret);
      retired.delete(secret);
      retired.set(secret, last);
      // In the order of their retirement, so whoever may go stands in front.
      for (const [each, toldUntil] of retired) {
        if (toldUntil >= first && retired.size <= RETIRED_MAX) break;
        retired.delete(each);
        if (!owners.has(each)) spelled.remove(each);
      }
    },
    isIn: (text) => spelled.foundIn(text).length > 0,
    redact(text) {
      const clean = spelled
        .foundIn(text)
        .reduce((left, spelling) => left.replaceAll(spelling, BLOT), text);
      const headless = clean.includes('PRIVATE KEY') ? clean.replace(PRIVATE_KEY, BLOT) : clean;
      return headless.includes('MII') ? headless.replace(BARE_KEY, BLOT) : headless;
    },
  };
}

/** Every way in which the secrets may stand in a text, found by their first two characters. */
function createSpellings() {
  /** Of how many secrets: one key may be another's in capitals. */
  const known = new Map<string, number>();
  const byStart = new Map<number, Set<string>>();

  return {
    add(secret: string): void {
      for (const spelling of spellings(secret)) {
        known.set(spelling, (known.get(spelling) ?? 0) + 1);
        const start = startAt(spelling, 0);
        byStart.set(start, (byStart.get(start) ?? new Set()).add(spelling));
      }
    },
    remove(secret: string): void {
      for (const spelling of spellings(secret)) {
        const left = (known.get(spelling) ?? 0) - 1;
        if (left > 0) {
          known.set(spelling, left);
          continue;
        }
        known.delete(spelling);
        byStart.get(startAt(spelling, 0))?.delete(spelling);
      }
    },
    foundIn(text: string): readonly string[] {
      if (known.size <= ASKED_ONE_BY_ONE_MAX) {
        return [...known.keys()].filter((each) => text.includes(each));
      }
      const hits = new Set<string>();
      for (let index = 0; index + 1 < text.length; index++) {
        for (const each of byStart.get(startAt(text, index)) ?? []) {
          if (text.startsWith(each, index)) hits.add(each);
        }
      }
      return [...hits];
    },
  };
}

/** Two characters as one number: a key of the map that costs nothing to make. */
function startAt(text: string, index: number): number {
  return text.charCodeAt(index) * 0x1_0000 + text.charCodeAt(index + 1);
}

/** As it is and in either case, each also as a reply spells it where XML cannot carry it as it is; and as programs wrap it up. */
function spellings(secret: string): ReadonlySet<string> {
  const cases = [secret, secret.toUpperCase(), secret.toLowerCase()];
  return new Set([
    ...cases.flatMap((each) => [each, ...inXml(each), encodeURIComponent(each)]),
    ...inBase64(secret),
  ]);
}

function inXml(secret: string): string[] {
  const between = (open: string, close: string, xml: string): string =>
    xml.slice(xml.indexOf(open) + open.length, xml.lastIndexOf(close));
  return [
    between('<key><![CDATA[', ']]></key>', writeXml([['key', secret]])),
    between('<key>', '</key>', writeXml([['key', { bare: secret }]])),
  ];
}

/** What three bytes become four characters of depends on where a text begins: of each beginning, what is the secret's alone. */
function inBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const last = Math.floor((padded.length * 8) / 6);
    const forms = [padded.toString('base64'), padded.toString('base64url')];
    return forms.map((form) => form.slice(first, last));
  });
}
