/** Order numbers: their shape, their day, and that no two processes of a machine make the same one. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BillnoError, type BillnoOptions, createBillnoMaker } from '../../client/index.ts';
import { MCH_ID } from './support.ts';

const DIST = resolve('dist/client/index.js');
const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');
const DAY_MS = 86_400_000;

let dir: string;
let count = 0;
const children: ChildProcess[] = [];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'redpack-billno-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function maker(more: Partial<BillnoOptions> = {}): () => string {
  const own = join(dir, String(++count));
  return createBillnoMaker({
    mchId: MCH_ID,
    nowMs: () => NOON_MS,
    random: Math.random,
    dir: own,
    ...more,
  });
}

describe('an order number', () => {
  it('is mch_id, day and ten digits', () => {
    expect(maker()()).toMatch(/^1000009820260131\d{10}$/);
  });

  it.each(['10000098', '1900006031'])('has 28 bytes at most for mch_id %s', (mchId) => {
    const number = maker({ mchId })();
    expect(number).toMatch(/^[0-9]{26,28}$/);
    expect(Buffer.byteLength(number)).toBeLessThanOrEqual(28);
  });

  it('has its day in Beijing, which turns at 16:00 in Greenwich', () => {
    let nowMs = Date.parse('2026-01-31T15:59:59.999Z');
    const make = maker({ nowMs: () => nowMs });
    expect(make().slice(8, 16)).toBe('20260131');
    nowMs += 1;
    expect(make().slice(8, 16)).toBe('20260201');
  });

  it('has the digits of its instance', () => {
    expect(maker({ instance: 7 })().slice(16, 18)).toBe('07');
    expect(maker({ instance: 99 })().slice(16, 18)).toBe('99');
  });

  it('is made once, also past the end of a block, and after the clock was set back a day', () => {
    let nowMs = NOON_MS;
    const make = maker({ nowMs: () => nowMs });
    const numbers = new Set<string>();
    for (let nth = 0; nth < 25_000; nth++) {
      if (nth === 12_000) nowMs -= DAY_MS;
      if (nth === 13_000) nowMs += DAY_MS;
      numbers.add(make());
    }
    expect(numbers.size).toBe(25_000);
  });

  it('is another one in the next process, though chance is the same', () => {
    const shared = join(dir, 'same-chance');
    const draws = (): (() => number) => {
      let state = 0;
      return () => {
        state = (state + 0.123_456_7) % 1;
        return state;
      };
    };
    const numbers = [1, 2, 3].map(() => maker({ dir: shared, random: draws() })());
    expect(new Set(numbers).size).toBe(3);
  });

  it('leaves no more behind than the blocks of two days', () => {
    let nowMs = NOON_MS;
    const own = join(dir, 'days');
    const make = maker({ dir: own, nowMs: () => nowMs });
    for (let day = 0; day < 5; day++, nowMs += DAY_MS) make();
    expect(readdirSync(join(own, MCH_ID)).sort()).toEqual(['20260203', '20260204']);
  });

  it('is never made twice by eight processes that make 2000 each', async () => {
    if (!existsSync(DIST)) throw new Error(`${DIST} is missing: npm run build makes it`);
    const script = `
      import { createBillnoMaker } from ${JSON.stringify(DIST)};
      const make = createBillnoMaker({ mchId: '10000098', nowMs: Date.now, random: Math.random,
        dir: ${JSON.stringify(join(dir, 'shared'))} });
      process.stdout.write(Array.from({ length: 2000 }, make).join('\\n') + '\\n');`;
    const outputs = await Promise.all(
      Array.from({ length: 8 }, () => {
        const args = ['--input-type=module', '-e', script];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        children.push(child);
        return text(child.stdout);
      }),
    );
    const numbers = outputs.flatMap((output) => output.trim().split('\n'));
    expect(numbers).toHaveLength(16_000);
    expect(new Set(numbers).size).toBe(16_000);
  });
});

describe('a number that cannot be made', () => {
  it.each(['12345678901', '', '../etc', 'a b'])('says why: mch_id "%s"', (mchId) => {
    expect(() => maker({ mchId })).toThrow(BillnoError);
  });
  it.each([-1, 100, 1.5, Number.NaN])('says why: instance %d', (instance) => {
    expect(() => maker({ instance })).toThrow(/instance is .*: expected a whole number, 0 to 99/);
  });
  // Windows has no owners of folders to tell apart.
  it.runIf(process.getuid)('is not made in a folder that somebody else made', () => {
    const before = process.env.TMPDIR;
    const precious = join(dir, 'precious');
    for (const day of ['20260101', '20260102']) mkdirSync(join(precious, day), { recursive: true });
    try {
      for (const lay of [
        (own: string) => symlinkSync(precious, own),
        (own: string) => mkdirSync(own) ?? symlinkSync(precious, join(own, MCH_ID)),
        (own: string) => mkdirSync(own) ?? chmodSync(own, 0o777),
      ]) {
        process.env.TMPDIR = mkdtempSync(join(dir, 'tmp-'));
        lay(join(process.env.TMPDIR, `redpack-numbers-${process.getuid?.()}`));
        const make = createBillnoMaker({ mchId: MCH_ID, nowMs: Date.now, random: Math.random });
        expect(make).toThrow(/no folder that this user alone may write to/);
      }
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
    expect(readdirSync(precious).sort()).toEqual(['20260101', '20260102']);
  });
  it('leaves alone what is no block of numbers, in the folders of days gone by', () => {
    const own = join(dir, 'kept');
    for (const day of ['20260101', '20260102']) {
      mkdirSync(join(own, MCH_ID, day), { recursive: true });
      writeFileSync(join(own, MCH_ID, day, '123456'), '');
    }
    writeFileSync(join(own, MCH_ID, '20260101', 'letter.txt'), '');
    maker({ dir: own })();
    expect(readdirSync(join(own, MCH_ID, '20260101'))).toEqual(['letter.txt']);
    expect(readdirSync(join(own, MCH_ID, '20260102'))).toEqual(['123456']);
  });
  it('says where it may not write', () => {
    const file = join(dir, 'a-file');
    writeFileSync(file, '');
    expect(maker({ dir: file })).toThrow(/cannot keep order numbers apart in .*a-file/);
  });
});
