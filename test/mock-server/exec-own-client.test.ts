/** The package's own client under every story, as a user would judge his: no rule for clients is broken. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { useLab } from '../support/server.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const CLIENT = pathToFileURL(join(REPOSITORY, 'dist', 'client', 'index.js'));
const lab = useLab();

/** Pays two users at once, then asks about both; it gives up sooner than it would, so that the test ends. */
const PAY = `
  import { createRedpackClient } from '${CLIENT}';
  const { REDPACK_MCH_ID, REDPACK_API_KEY, REDPACK_APPID, REDPACK_CERT_DIR, REDPACK_BASE_URL } = process.env;
  const client = createRedpackClient({
    mchId: REDPACK_MCH_ID, key: REDPACK_API_KEY, appid: REDPACK_APPID,
    certificate: { dir: REDPACK_CERT_DIR }, baseUrl: REDPACK_BASE_URL,
    timeoutMs: 800, retry: { deadlineMs: 2_500 },
  });
  const pay = async (re_openid, total_amount) => {
    const texts = { send_name: '天虹百货', wishing: '恭喜发财', act_name: '猜灯谜', remark: '快来抢' };
    const order = { re_openid, total_amount, client_ip: '192.0.2.1', ...texts };
    const { mch_billno } = await client.settle(order, { id: re_openid });
    await client.query(mch_billno);
  };
  await Promise.all([pay('oxTWIuGaIt6gTKsQRLau2M0yL16E', 100), pay('onqOjjmM1tad-3ROpncN-yUfa6uI', 200)]);
  await client.close();
`;

const NAMES = (await readdir(join(REPOSITORY, 'scenarios', 'stories'))).sort();
const STORIES = NAMES.map((name) => `stories/${name.replace('.yaml', '')}`);
/** Most of a story's time is waiting: several at once end sooner. */
const AT_ONCE = 4;

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

function judge(stories: readonly string[], folder: string): Promise<Ended> {
  const bin = join(REPOSITORY, 'dist', 'mock-server', 'bin.js');
  const command = ['--cert-dir', lab.certDir, '--', process.execPath, 'pay.mjs'];
  const args = [bin, 'exec', '--scenario', stories.join(','), ...command];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout) =>
      resolve({ code: error ? Number(error.code) : 0, stdout }),
    );
  });
}

it('has no finding under any story', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redpack-own-client-'));
  await writeFile(join(folder, 'pay.mjs'), PAY);
  const groups = Array.from({ length: AT_ONCE }, (_, group) =>
    STORIES.filter((_, index) => index % AT_ONCE === group),
  );
  const ends = await Promise.all(groups.map((stories) => judge(stories, folder)));
  await rm(folder, { recursive: true, force: true });
  const stdout = ends.map((end) => end.stdout).join('\n');
  const told = [...stdout.matchAll(/^(stories\/\S+): exit 0, (\d+) calls?, (\d+) findings/gm)];
  expect(told.map(([, name]) => name).sort()).toEqual(STORIES);
  // Two sends at least, but where not even the handshake succeeds.
  expect(told.filter(([, , calls]) => Number(calls) < 2).map(([, name]) => name)).toEqual([
    'stories/no-handshake',
  ]);
  expect(told.filter(([, , , findings]) => findings !== '0')).toEqual([]);
  expect(ends.map(({ code }) => code)).toEqual(groups.map(() => 0));
}, 120_000);
