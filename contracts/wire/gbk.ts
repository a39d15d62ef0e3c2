/**
 * GBK, which old clients write or sign in. Node decodes it and cannot encode it: the way back is every two-byte sequence decoded,
 * once, when somebody first asks (about 10 ms).
 */

const LEAD_FIRST = 0x81;
const LEAD_LAST = 0xfe;
const TRAIL_FIRST = 0x40;
const TRAIL_LAST = 0xfe;
const LINE_FEED = 0x0a;
const QUESTION_MARK = 0x3f;
const UNDECODED = '\ufffd';

/** @returns undefined when the bytes are no GBK, or this Node was built without it */
export function decodeGbk(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('gbk', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What GBK does not have becomes `?`, as encoders do it. @returns undefined when this Node was built without GBK */
export function encodeGbk(text: string): Uint8Array | undefined {
  sequences ??= readSequences();
  if (sequences.size === 0) return undefined;
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const sequence = code < 0x80 ? code : (sequences.get(character) ?? QUESTION_MARK);
    if (sequence > 0xff) bytes.push(sequence >> 8);
    bytes.push(sequence & 0xff);
  }
  return Uint8Array.from(bytes);
}

let sequences: ReadonlyMap<string, number> | undefined;

/** Each character to its two bytes as one number; empty when there is no GBK. */
function readSequences(): ReadonlyMap<string, number> {
  const codes: number[] = [];
  const bytes: number[] = [];
  for (let lead = LEAD_FIRST; lead <= LEAD_LAST; lead += 1) {
    for (let trail = TRAIL_FIRST; trail <= TRAIL_LAST; trail += 1) {
      codes.push((lead << 8) | trail);
      // A line end after each: a sequence that is none must not swallow the next.
      bytes.push(lead, trail, LINE_FEED);
    }
  }
  const found = new Map<string, number>();
  const characters = decodeLossy(Uint8Array.from(bytes)).split('\n');
  for (const [index, code] of codes.entries()) {
    const character = characters[index];
    if (character?.length !== 1 || character === UNDECODED || found.has(character)) continue;
    found.set(character, code);
  }
  return found;
}

function decodeLossy(bytes: Uint8Array): string {
  try {
    return new TextDecoder('gbk').decode(bytes);
  } catch {
    // This Node was built without it.
    return '';
  }
}
