/** What `redpack verify` was asked, made whole: flags, the environment, and on loopback the documentation's own merchant. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShownCertificate } from '../../contracts/checks/server-case.ts';
import type { Certainty, Edition, SampleMerchant } from '../../contracts/core.ts';
import { baseOfApiUrl, isLoopback } from '../options.ts';
import type { AdminDoor } from './admin.ts';
import { quoted } from './curl.ts';

export const REPORTS = ['text', 'junit', 'json', 'html', 'markdown'] as const;
export type ReportForm = (typeof REPORTS)[number];

/** As commander hands them over. */
export interface VerifyFlags {
  readonly edition: Edition;
  readonly mchId?: string;
  readonly apiKey?: string;
  readonly keyFile?: string;
  readonly appid?: string;
  readonly openid?: readonly string[];
  readonly certDir?: string;
  readonly ca?: string;
  readonly otherCertDir?: string;
  readonly untrustedCertDir?: string;
  readonly admin?: string;
  readonly adminToken?: string;
  readonly strict: Certainty;
  readonly only?: readonly string[];
  readonly runs: number;
  readonly histories?: number;
  readonly seed?: number;
  readonly path?: string;
  readonly report: ReportForm;
  readonly output?: string;
  readonly timeout: number;
  readonly live: number;
  readonly list?: boolean;
  readonly quiet?: boolean;
}

/** The server, and what may be done there. */
interface Place {
  readonly url: URL;
  readonly caPath: string | undefined;
  readonly ca: Buffer | undefined;
  readonly money: 'allowed' | 'refused';
}

/** The server as it is. */
export interface Settings extends Place {
  readonly merchant: SampleMerchant;
  /** Folders of bundles. */
  readonly folders: Readonly<Partial<Record<ShownCertificate, string>>>;
}

/** A server that can be arranged: a merchant is made there. */
export interface ArrangedSettings extends Place {
  readonly admin: AdminDoor;
}

/** It cannot be done so; the message says what is missing and how to give it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What our own mock serves, and the documentation prints: of use on loopback only. */
const EXAMPLE: SampleMerchant = {
  mchId: '10000098',
  key: '192006250b4c09247ec02edce69f6a2d',
  appid: 'wx8888888888888888',
};
/** Where `redpack-mock serve` keeps its certificates, below the working directory. */
const MOCK_FOLDER = '.redpack';

/** @throws UsageError */
export function arrangedSettingsOf(
  address: string,
  admin: string,
  flags: VerifyFlags,
): ArrangedSettings {
  const url = toUrl(address);
  if (!URL.canParse(admin) || !/^https?:$/.test(new URL(admin).protocol)) {
    throw new UsageError(`--admin: ${admin} is no URL: expected one like http://127.0.0.1:8500`);
  }
  return {
    url,
    admin: { url: new URL(admin), token: flags.adminToken },
    caPath: flags.ca,
    ca: flags.ca === undefined ? undefined : readCa(flags.ca),
    money: moneyAt(url, flags),
  };
}

/** @throws UsageError */
export function settingsOf(address: string, flags: VerifyFlags): Settings {
  const url = toUrl(address);
  const isNear = isLoopback(url);
  const merchant = {
    mchId: given(flags.mchId, isNear, EXAMPLE.mchId, '--mch-id', 'REDPACK_MCH_ID'),
    key: given(keyOf(flags), isNear, EXAMPLE.key, '--key-file', 'REDPACK_API_KEY'),
    appid: given(flags.appid, isNear, EXAMPLE.appid, '--appid', 'REDPACK_APPID'),
  };
  const beside = join(MOCK_FOLDER, merchant.mchId);
  const own = flags.certDir ?? (isNear && existsSync(beside) ? beside : undefined);
  if (own === undefined && !isNear) {
    throw new UsageError(
      'the merchant’s certificate is missing: give its folder with --cert-dir or REDPACK_CERT_DIR',
    );
  }
  const folders = { own, other: flags.otherCertDir, untrusted: flags.untrustedCertDir };
  for (const folder of Object.values(folders)) {
    if (folder !== undefined && !existsSync(folder)) throw new UsageError(`no folder ${folder}`);
  }
  const besideCa = own === undefined ? undefined : join(own, 'rootca.pem');
  const caPath = flags.ca ?? (besideCa && existsSync(besideCa) ? besideCa : undefined);
  return {
    url,
    merchant,
    folders: Object.fromEntries(Object.entries(folders).filter(([, folder]) => folder)),
    caPath,
    ca: caPath === undefined ? undefined : readCa(caPath),
    money: moneyAt(url, flags),
  };
}

function moneyAt(url: URL, { live }: VerifyFlags): 'allowed' | 'refused' {
  return isLoopback(url) || live >= 2 ? 'allowed' : 'refused';
}

function toUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${address} is no URL: expected one like https://127.0.0.1:8443`);
  }
  checkNoApiPath(url, address);
  if (url.protocol === 'https:' || isLoopback(url)) return url;
  throw new UsageError(`${address}: http shows the orders to everybody on the way, use https`);
}

function checkNoApiPath(url: URL, address: string): void {
  const base = baseOfApiUrl(url);
  if (base !== undefined) throw new UsageError(`${address} is one endpoint of it: give ${base}`);
}

function given(
  value: string | undefined,
  isNear: boolean,
  example: string,
  flag: string,
  variable: string,
): string {
  if (value !== undefined) return value;
  if (isNear) return example;
  throw new UsageError(`${flag} is missing: give it, or set ${variable}`);
}

/** The file goes before the environment. @throws UsageError */
function keyOf({ keyFile, apiKey }: VerifyFlags): string | undefined {
  if (keyFile === undefined) return apiKey;
  try {
    return readFileSync(keyFile, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`cannot read the key: ${(error as Error).message}`);
  }
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read the roots: ${(error as Error).message}`);
  }
}

/** How curl shows the certificates of these folders. */
export function curlCertificates({
  folders,
  merchant,
}: Settings): Partial<Record<ShownCertificate, string>> {
  const options = Object.entries(folders).map(([name, folder]) => {
    const pem = join(folder, 'apiclient_cert.pem');
    const key = join(folder, 'apiclient_key.pem');
    const p12 = `${join(folder, 'apiclient_cert.p12')}:${merchant.mchId}`;
    const shown = existsSync(pem)
      ? `--cert ${quoted(pem)} --key ${quoted(key)}`
      : `--cert-type P12 --cert ${quoted(p12)}`;
    return [name, shown];
  });
  return Object.fromEntries(options);
}
