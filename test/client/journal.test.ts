/** The journal: what survives, what is refused, and who may have it. The processes are real, and killed for real. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type FileJournal,
  JournalError,
  memoryJournal,
  openFileJournal,
  type PaymentRecord,
} from '../../client/index.ts';
import { BILLNO, MCH_ID, ORDER } from './support.ts';

const DIST = resolve('dist/client/index.js');

let dir: string;
let count = 0;
const children: ChildProcess[] = [];
const journals: FileJournal[] = [];

beforeAll(async () => {
  if (!existsSync(DIST)) throw new Error(`${DIST} is missing: npm run build makes it`);
  dir = await mkdtemp(join(tmpdir(), 'redpack-journal-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const journal of journals.splice(0)) await journal.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const freshPath = (): string => join(dir, `journal-${++count}.jsonl`);

function recordOf(id: string, more: Partial<PaymentRecord> = {}): PaymentRecord {
  return {
    id,
    mch_id: MCH_ID,
    mch_billno: BILLNO,
    re_openid: ORDER.re_openid,
    total_amount: 100,
    openedAtMs: 1_769_832_000_000,
    formerNumbers: [],
    open: true,
    ...more,
  };
}

async function open(path: string): Promise<FileJournal> {
  const journal = await openFileJournal(path);
  journals.push(journal);
  return journal;
}

/** Opens, does, closes. */
async function within<T>(path: string, step: (journal: FileJournal) => Promise<T>): Promise<T> {
  const journal = await openFileJournal(path);
  try {
    return await step(journal);
  } finally {
    await journal.close();
  }
}

describe.each([
  ['in memory', async () => memoryJournal()],
  ['in a file', async () => open(freshPath())],
])('a journal %s', (_, make) => {
  it('has the latest record of a payment, and none of others', async () => {
    const journal = await make();
    expect(await journal.read('a')).toBeUndefined();
    await journal.write(recordOf('a'));
    await journal.write(recordOf('b', { open: false }));
    await journal.write(recordOf('a', { formerNumbers: ['1'] }));
    expect(await journal.read('a')).toEqual(recordOf('a', { formerNumbers: ['1'] }));
    expect(await journal.read('b')).toEqual(recordOf('b', { open: false }));
    expect(await journal.read('__proto__')).toBeUndefined();
  });
});

describe('a journal file', () => {
  it('is for its owner only', async () => {
    const path = freshPath();
    await within(path, (journal) => journal.write(recordOf('a')));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps every kind of text', async () => {
    const path = freshPath();
    const ids = ['', ' ', 'line\nbreak', '发票 7', '"quoted"', '\u2028', '🧧'];
    await within(path, async (journal) => {
      for (const id of ids) await journal.write(recordOf(id));
    });
    await within(path, async (journal) => {
      expect(journal.size).toBe(ids.length);
      for (const id of ids) expect(await journal.read(id)).toEqual(recordOf(id));
    });
  });

  it('has on the disk what was promised, when it was promised', async () => {
    const path = freshPath();
    const journal = await open(path);
    const writes = Array.from({ length: 200 }, (_, nth) => {
      return journal.write(recordOf(`payment ${nth}`)).then(() => {
        expect(readFileSync(path, 'utf8')).toContain(`"payment ${nth}"`);
      });
    });
    // What waits for a sync goes out together: 200 records are there long before 200 syncs are.
    await Promise.all(writes);
    expect(journal.size).toBe(200);
  });

  it('loses no more than the record that was being written, wherever that was cut', async () => {
    const path = freshPath();
    await within(path, async (journal) => {
      await journal.write(recordOf('a'));
      await journal.write(recordOf('b'));
    });
    const whole = await readFile(path);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let length = 0; length < whole.length; length++) {
      const torn = freshPath();
      await writeFile(torn, whole.subarray(0, length));
      await within(torn, async (journal) => {
        if (length >= lastLine) {
          expect(await journal.read('a'), `cut at ${length}`).toEqual(recordOf('a'));
        }
        expect(await journal.read('b')).toBeUndefined();
        await journal.write(recordOf('c'));
      });
      await within(torn, async (journal) => {
        expect(await journal.read('c'), `after ${length}`).toEqual(recordOf('c'));
      });
    }
  });

  it.each([
    ['garbage', 'garbage'],
    ['an empty line', ''],
    ['a number', '7'],
    ['an object that is no record', '{"id":"x"}'],
    ['a record without its number', JSON.stringify({ ...recordOf('x'), mch_billno: undefined })],
    ['a record whose amount is a text', JSON.stringify({ ...recordOf('x'), total_amount: '1' })],
    ['zeros', '\0'.repeat(40)],
  ])('is refused, and left as it is, when %s stands in its middle', async (_, line) => {
    const path = freshPath();
    await within(path, (journal) => journal.write(recordOf('a')));
    await appendFile(path, `${line}\n${JSON.stringify(recordOf('b'))}\n{"torn`);
    const before = await readFile(path);
    await expect(openFileJournal(path)).rejects.toThrow(/line 3.*damaged. Do not delete it/);
    expect(await readFile(path)).toEqual(before);
    await expect(openFileJournal(path)).rejects.toThrow(JournalError);
  });

  it.each([
    ['a table', 'openid,amount\no1,100\n'],
    ['one line without an end', 'something precious'],
    ['JSON of something else', '{"name":"redpack-kit"}\n'],
    ['a later version of ours', '{"journal":"redpack-kit","version":2}\n'],
  ])('is refused, and left as it is, when it is %s', async (_, content) => {
    const path = freshPath();
    await writeFile(path, content);
    await expect(openFileJournal(path)).rejects.toThrow(/is no journal of redpack-kit/);
    expect(await readFile(path, 'utf8')).toBe(content);
  });

  it('cannot be where there is a folder', async () => {
    await expect(openFileJournal(dir)).rejects.toThrow(/cannot open the journal/);
  });

  it('takes no record when it is closed, and may be closed twice', async () => {
    const journal = await openFileJournal(freshPath());
    const last = journal.write(recordOf('a'));
    await Promise.all([journal.close(), journal.close()]);
    await last;
    await expect(journal.write(recordOf('b'))).rejects.toThrow(/is closed/);
  });
});

/** A process of its own that opens a journal, and does what it is told. */
function runChild(script: string, limit = ''): ChildProcess {
  const source = `import * as redpack from ${JSON.stringify(DIST)};\n${script}`;
  const node = [process.execPath, '--input-type=module', '-e', source];
  const [command = '', ...args] = limit
    ? ['bash', '-c', `${limit}; exec "$0" "$@"`, ...node]
    : node;
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no stdout');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

/** Opens the journal, writes one record, and then does not end. */
const holder = (path: string, id: string): string => `
  const journal = await redpack.openFileJournal(${JSON.stringify(path)});
  await journal.write({ ...${JSON.stringify(recordOf('x'))}, id: ${JSON.stringify(id)} });
  console.log('ready');
  setInterval(() => {}, 1000);`;

/** The lock of this process as it would be if parts of its name were others. */
async function leaveLock(path: string, change: (owner: string[]) => string[]): Promise<void> {
  const lock = `${path}.lock`;
  const [owner = ''] = await within(path, () => readdir(lock));
  await mkdir(lock);
  await writeFile(join(lock, change(owner.split('~')).join('~')), '');
}

describe('a second process', () => {
  it('is refused while the first has the journal, by any name of the file', async () => {
    const path = freshPath();
    const child = runChild(holder(path, 'a'));
    expect(await firstLine(child)).toBe('ready');
    await expect(openFileJournal(path)).rejects.toThrow(`process ${child.pid} has it`);
    const link = freshPath();
    symlinkSync(path, link);
    await expect(openFileJournal(link)).rejects.toThrow(`process ${child.pid} has it`);
  });

  it('is refused by the name of a link too that led nowhere when the first came', async () => {
    const [path, link] = [freshPath(), freshPath()];
    symlinkSync(path, link);
    await open(link);
    for (const name of [path, link]) {
      await expect(openFileJournal(name)).rejects.toThrow(`process ${process.pid} has it`);
    }
  });

  it('cannot come by a second name of the file itself: a journal has one', async () => {
    const [path, other] = [freshPath(), freshPath()];
    await within(path, (journal) => journal.write(recordOf('a')));
    linkSync(path, other);
    for (const name of [path, other]) {
      await expect(openFileJournal(name)).rejects.toThrow(/has another name \(a hard link\)/);
    }
  });

  it('takes over from one that was killed, with all that it had promised', async () => {
    const path = freshPath();
    for (const id of ['a', 'b', 'c']) {
      const child = runChild(holder(path, id));
      expect(await firstLine(child)).toBe('ready');
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const journal = await open(path);
    for (const id of ['a', 'b', 'c']) expect(await journal.read(id)).toEqual(recordOf(id));
  });

  it('is the only one, when many come at once after a kill', async () => {
    const path = freshPath();
    const child = runChild(holder(path, 'a'));
    await firstLine(child);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const rivals = Array.from({ length: 5 }, (_, nth) =>
      runChild(`
        await redpack.openFileJournal(${JSON.stringify(path)}).then(
          () => console.log('has it'), (error) => console.log(error.name));
        setInterval(() => {}, ${1_000 + nth});`),
    );
    const said = await Promise.all(rivals.map(firstLine));
    expect(said.sort()).toEqual([...Array<string>(4).fill('JournalError'), 'has it']);
  });

  it('of this very process is refused as well', async () => {
    const path = freshPath();
    await open(path);
    await expect(openFileJournal(path)).rejects.toThrow(`process ${process.pid} has it`);
  });

  it('is not kept out by the lock of an earlier process of the same number', async () => {
    const path = freshPath();
    await within(path, (journal) => journal.write(recordOf('a')));
    await leaveLock(path, (owner) => owner.with(1, '1'));
    const journal = await open(path);
    expect(journal.size).toBe(1);
  });

  // Only Linux says when it was started and in which container.
  it.runIf(process.platform === 'linux').each([
    ['from before the machine was started anew', 3, /had it before .* was started anew/],
    ['in another container, which has numbers of its own', 4, /of another container has it/],
  ])('does not judge a process %s', async (_, part, words) => {
    const path = freshPath();
    await leaveLock(path, (owner) => owner.with(1, '1').with(part, '4026530000'));
    await expect(openFileJournal(path)).rejects.toThrow(words);
    await expect(openFileJournal(path)).rejects.toThrow(`remove ${path}.lock`);
  });

  it('does not judge a process of another machine', async () => {
    const path = freshPath();
    await mkdir(`${path}.lock`);
    writeFileSync(join(`${path}.lock`, '1~1~elsewhere.example~0'), '');
    await expect(openFileJournal(path)).rejects.toThrow(/process 1 on elsewhere.example has it/);
  });
});

it('refuses every record after one that the disk did not take, and hangs on none', async () => {
  const path = freshPath();
  // The shell's file size limit stands for a disk that is full.
  const child = runChild(
    `
    const journal = await redpack.openFileJournal(${JSON.stringify(path)});
    const record = ${JSON.stringify(recordOf('x'))};
    const said = [];
    for (let nth = 0; nth < 12; nth++) {
      const write = journal.write({ ...record, id: 'payment ' + nth });
      said.push(await write.then(() => 'kept', (error) => error.name));
    }
    console.log(JSON.stringify(said));
    await journal.close();`,
    'ulimit -f 1',
  );
  const ended = once(child, 'exit');
  const said = JSON.parse(await firstLine(child)) as string[];
  await ended;
  const kept = said.filter((word) => word === 'kept').length;
  expect(kept).toBeGreaterThan(0);
  expect(said.slice(kept)).toEqual(Array<string>(12 - kept).fill('JournalError'));
  expect(kept).toBeLessThan(10);
  const journal = await open(path);
  expect(journal.size).toBe(kept);
  await journal.write(recordOf('after'));
});
