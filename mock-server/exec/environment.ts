/** What a client is told by its environment: where the mock is, who it is itself, whom to trust. */
import { REAL_HOST } from '../../contracts/core.ts';
import type { MockServer } from '../serve.ts';
import { CA_VARIABLES } from './ca-bundle.ts';

/** Hosts that are never asked for through the proxy. */
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

export interface ExecEnvironment {
  readonly server: MockServer;
  /** The scenario's name, as `REDPACK_SCENARIO`. */
  readonly scenario: string;
  /** The file of roots. */
  readonly caFile: string;
  /** Where our own client notes what it pays a mock: what it notes outlives no run, as the mock does not. */
  readonly journalDir: string;
  /** The user's own, which is added to. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The user's environment with ours laid over it. A proxy is named in capitals and small letters, because programs differ; Node's own
 * fetch asks for it only when told to.
 */
export function environmentFor({ server, scenario, caFile, journalDir, env }: ExecEnvironment) {
  const { merchant, url, proxyUrl } = server;
  return {
    ...env,
    REDPACK_BASE_URL: url,
    REDPACK_MCH_ID: merchant.mchId,
    REDPACK_API_KEY: merchant.key,
    REDPACK_APPID: merchant.appid,
    REDPACK_CERT_DIR: merchant.certificates.dir,
    REDPACK_CA: merchant.certificates.caPath,
    REDPACK_SCENARIO: scenario,
    REDPACK_MOCK_JOURNAL_DIR: journalDir,
    ...Object.fromEntries(CA_VARIABLES.map((name) => [name, caFile])),
    ...(proxyUrl ? proxyVariables(proxyUrl, env) : {}),
  } satisfies NodeJS.ProcessEnv;
}

function proxyVariables(proxyUrl: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const before = env.NO_PROXY ?? env.no_proxy ?? '';
  const direct = before.split(',').filter((host) => host !== '' && !covers(host, REAL_HOST));
  const noProxy = [...new Set([...direct, ...LOOPBACK])].join(',');
  return {
    HTTPS_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    NODE_USE_ENV_PROXY: '1',
  };
}

/** Would such an entry of NO_PROXY lead past the proxy? `*`, `.qq.com`, `*.qq.com`, `qq.com:443`. */
function covers(entry: string, host: string): boolean {
  const suffix = entry
    .trim()
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\*?\.?/, '');
  return host === suffix || suffix === '' || host.endsWith(`.${suffix}`);
}
