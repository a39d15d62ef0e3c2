/** Where money could move: what is sent off this machine, and what must be said for it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verifyAll } from '../../../client/verify/run.ts';
import { settingsOf, type VerifyFlags } from '../../../client/verify/settings.ts';
import type { CheckResult } from '../../../contracts/checks/verify.ts';
import { inProcessTarget } from '../../support/verify-targets.ts';

const folder = mkdtempSync(join(tmpdir(), 'redpack-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FLAGS: VerifyFlags = {
  edition: 'current',
  mchId: '10000098',
  apiKey: '192006250b4c09247ec02edce69f6a2d',
  appid: 'wx8888888888888888',
  certDir: folder,
  strict: 'observed',
  runs: 500,
  report: 'text',
  timeout: 1_000,
  live: 0,
};
const FAR = 'https://api.mch.weixin.qq.com';

describe('money', () => {
  it.each([
    ['https://127.0.0.1:8443', 0, 'allowed'],
    ['https://localhost', 0, 'allowed'],
    ['https://[::1]:8443', 0, 'allowed'],
    [FAR, 0, 'refused'],
    [FAR, 1, 'refused'],
    [FAR, 2, 'allowed'],
    ['https://192.168.0.7', 0, 'refused'],
    ['https://127.0.0.1.example.com', 0, 'refused'],
    ['https://localhost.example.com', 1, 'refused'],
  ])('%s with --live %i times: %s', (url, live, money) => {
    expect(settingsOf(url, { ...FLAGS, live }).money).toBe(money);
  });

  it('is not sent where it is refused: such cases are skipped, and nothing is made up', async () => {
    const results: CheckResult[] = [];
    let sent = 0;
    const target = inProcessTarget();
    const watched = {
      ...target,
      async post(...call: Parameters<typeof target.post>) {
        const reply = await target.post(...call);
        if ('body' in reply && Buffer.from(reply.body).includes('<send_listid>')) sent += 1;
        return reply;
      },
    };
    const wanted = {
      edition: 'current',
      strict: 'observed',
      money: 'refused',
      only: [],
      requests: 500,
      histories: 100,
      seed: 1,
      path: undefined,
      runId: 'far',
    } as const;
    for await (const result of verifyAll(watched, wanted)) results.push(result);
    expect(sent).toBe(0);
    const refused = results.filter(({ reason }) => reason?.includes('may send money'));
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.map(({ id }) => id)).toContain('generated');
    expect(results.filter(({ verdict }) => verdict === 'held').length).toBeGreaterThan(100);
  });
});

describe('settings', () => {
  it('are the documentation’s own merchant on loopback, and never elsewhere', () => {
    const { mchId: _, apiKey: __, appid: ___, ...unknown } = FLAGS;
    expect(settingsOf('https://127.0.0.1', unknown).merchant.mchId).toBe('10000098');
    expect(() => settingsOf(FAR, unknown)).toThrow('--mch-id is missing');
  });

  it('refuse to show orders to everybody on the way', () => {
    expect(() => settingsOf('http://api.example.com', FLAGS)).toThrow('use https');
    expect(settingsOf('http://127.0.0.1:8080', FLAGS).url.port).toBe('8080');
  });

  it('name the certificate that is missing', () => {
    const { certDir: _, ...without } = FLAGS;
    expect(() => settingsOf(FAR, without)).toThrow('--cert-dir or REDPACK_CERT_DIR');
  });
});
