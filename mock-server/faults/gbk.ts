/** GBK, which node reads and does not write: its own reader says which two bytes each character is. */

let table: Map<string, number> | undefined;

/** Characters that GBK does not have become `?`. */
export function toGbk(text: string): Buffer {
  table ??= readTable();
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const pair = table.get(character);
    if (code < 0x80) bytes.push(code);
    else if (pair === undefined) bytes.push('?'.charCodeAt(0));
    else bytes.push(pair >> 8, pair & 0xff);
  }
  return Buffer.from(bytes);
}

function readTable(): Map<string, number> {
  const decoder = new TextDecoder('gbk');
  const pairs = new Map<string, number>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      // What is no pair reads as U+FFFD, or as two characters.
      if (character === '\ufffd' || [...character].length !== 1) continue;
      if (!pairs.has(character)) pairs.set(character, (lead << 8) | trail);
    }
  }
  return pairs;
}
