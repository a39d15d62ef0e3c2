/** The real curl, as a merchant's client: what it says, and with which exit code it ends. */
import { execFile } from 'node:child_process';
import type { ServedMerchant } from '../../mock-server/index.ts';

export interface Curled {
  /** 0: curl has no complaint. */
  readonly exit: number;
  /** 0: no status line came. */
  readonly status: number;
  readonly type: string;
  readonly tookMs: number;
  readonly body: Buffer;
  /** In curl's own words. */
  readonly complaint: string;
}

const KNOWN = '\n%{http_code} %{time_total} %{content_type}';

/** Without the proxies and settings of whoever runs the tests. */
const ENV = { PATH: process.env.PATH };

/** @param more arguments before the URL */
export function curl(
  { certificates: { caPath, certPath, keyPath } }: ServedMerchant,
  url: string,
  xml: string,
  more: readonly string[] = [],
): Promise<Curled> {
  const identity = ['--cacert', caPath, '--cert', certPath, '--key', keyPath];
  const asked = ['-q', '-sS', '--write-out', KNOWN, ...identity, '--data-binary', '@-'];
  return new Promise((resolve) => {
    const child = execFile(
      'curl',
      [...asked, '--max-time', '5', ...more, url],
      { env: ENV, encoding: 'buffer', maxBuffer: 1 << 27 },
      (error, stdout, stderr) => {
        const end = stdout.lastIndexOf('\n');
        const [status, seconds, ...type] = stdout
          .subarray(end + 1)
          .toString()
          .split(' ');
        resolve({
          exit: typeof error?.code === 'number' ? error.code : 0,
          status: Number(status),
          type: type.join(' '),
          tookMs: Number(seconds) * 1_000,
          body: stdout.subarray(0, end),
          complaint: stderr.toString(),
        });
      },
    );
    child.stdin?.on('error', () => undefined).end(xml);
  });
}
