/** What the checks are played on: a server as it is, or a merchant that was made there for this run and is put as each case needs it. */
import { type Exchange, isReply, type ServerTarget } from '../../contracts/checks/server-target.ts';
import { sampleRequest, writeXml } from '../../contracts/core.ts';
import { openAdmin } from './admin.ts';
import { type Arranger, openArranger } from './arranging.ts';
import { curlLine } from './curl.ts';
import {
  type ArrangedSettings,
  curlCertificates,
  type Settings,
  UsageError,
  type VerifyFlags,
} from './settings.ts';
import { untrustedCertificate } from './untrusted.ts';
import { type UrlTarget, urlTarget } from './url-target.ts';

export interface Stage {
  readonly target: ServerTarget;
  /** A call as a line for the shell. */
  curl(exchange: Exchange): string;
  /** @returns why nothing comes back, or undefined when something does. @throws UsageError, AdminError */
  whySilent(): Promise<string | undefined>;
  /** Leaves the server as it was. @returns what could not be done, in a sentence */
  close(): Promise<string | undefined>;
}

/** @throws CredentialError */
export function openAsItIs(settings: Settings, flags: VerifyFlags): Stage {
  const { url, merchant, folders, ca, caPath } = settings;
  const sources = Object.entries(folders).map(([name, dir]) => [name, { dir }]);
  const certificates = Object.fromEntries(sources);
  const { openid: openids, timeout: timeoutMs } = flags;
  const target = urlTarget({ url, merchant, certificates, ca, openids, timeoutMs });
  const shown = { url, certificates: curlCertificates(settings), caPath };
  return {
    target,
    curl: (exchange) => curlLine(shown, exchange),
    async whySilent() {
      const silence = await silenceOf(target);
      if (silence === undefined) await checkKey(target, flags);
      return silence;
    },
    async close() {
      await target.close();
      return undefined;
    },
  };
}

/** Rejects with AdminError, CredentialError; then nothing is left behind. */
export async function openArranged(settings: ArrangedSettings, flags: VerifyFlags): Promise<Stage> {
  const api = openAdmin(settings.admin, flags.timeout);
  let arranger: Arranger | undefined;
  try {
    arranger = await openArranger(api, flags.edition);
    const target = arrangedTarget(arranger, settings, flags);
    return arrangedStage(target, arranger, settings, api.close);
  } catch (error) {
    await arranger?.close();
    await api.close();
    throw error;
  }
}

function arrangedTarget(
  { merchant, certificate: own, otherCertificate: other, ca, arranging }: Arranger,
  settings: ArrangedSettings,
  { timeout: timeoutMs }: VerifyFlags,
): UrlTarget {
  const untrusted = () => untrustedCertificate(merchant.mchId, own.key);
  return urlTarget({
    url: settings.url,
    merchant,
    certificates: { own, other, untrusted },
    ca: settings.ca ?? ca,
    timeoutMs,
    arranging,
  });
}

function arrangedStage(
  target: UrlTarget,
  arranger: Arranger,
  settings: ArrangedSettings,
  closeApi: () => Promise<void>,
): Stage {
  const { url, caPath } = settings;
  const shown = { url, certificates: {}, caPath };
  // To be read, not to be repeated: the merchant is gone by then.
  const gone = `# of merchant ${target.merchant.mchId}, which was made for this run and is gone:`;
  return {
    target,
    curl: (exchange) => `${gone} ${curlLine(shown, exchange)}`,
    whySilent: () => silenceOfArranged(target, arranger, settings),
    async close() {
      await target.close();
      const left = await arranger.close();
      await closeApi();
      return left;
    },
  };
}

async function silenceOf(target: ServerTarget): Promise<string | undefined> {
  const certificate = target.certificates.includes('own') ? 'own' : 'none';
  const reply = await target.post('sendredpack', new Uint8Array(), certificate);
  return isReply(reply) ? undefined : reply.failure;
}

/**
 * With a wrong key every rule would be broken, each with the same words. A query moves nothing.
 * @throws UsageError
 */
async function checkKey(target: UrlTarget, { edition, only }: VerifyFlags): Promise<void> {
  if (only !== undefined || !target.certificates.includes('own')) return;
  const { merchant } = target;
  const mch_billno = `${merchant.mchId}19700101${'0'.repeat(10)}`;
  const fields = sampleRequest(edition, 'gethbinfo', merchant, { mch_billno });
  const body = new TextEncoder().encode(writeXml([...fields]));
  const reply = await target.post('gethbinfo', body, 'own');
  if (!isReply(reply) || !new TextDecoder().decode(reply.body).includes('SIGN_ERROR')) return;
  throw new UsageError(
    `a query that is signed with the key of merchant ${merchant.mchId} is answered SIGN_ERROR: is REDPACK_API_KEY, or --key-file, his? If it is, the server's check is wrong: --only sign says how`,
  );
}

/** The URL and the admin API have to be of one server: it counts its calls. */
async function silenceOfArranged(
  target: ServerTarget,
  arranger: Arranger,
  { url, admin }: ArrangedSettings,
): Promise<string | undefined> {
  const before = await arranger.health();
  const silence = await silenceOf(target);
  const own = `the admin API at ${admin.url.href} is that of ${before.apiUrl}`;
  if (silence !== undefined) return `${silence} (${own})`;
  const { calls } = await arranger.health();
  if (calls > before.calls) return undefined;
  throw new UsageError(`a call to ${url.href} did not come to the server of --admin: ${own}`);
}
