/**
 * Who pays, with which key and certificate, and where: flags, then the environment, then redpack.yaml, then defaults. Everything
 * that is missing is said at once; the API key is in no message.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EDITIONS, type Edition, REAL_HOST } from '../../contracts/core.ts';
import { baseOfApiUrl, isLoopback } from '../options.ts';
import { type Context, UsageError, usageErrorOf } from './context.ts';
import {
  type Found,
  MOCK_KEY,
  MOCK_URL,
  openSources,
  type SettingFlags,
  type SettingName,
  SOURCES,
  type Sources,
} from './sources.ts';

/** The documentation's merchant, whom the mock serves: what is set nowhere is taken from here, on this machine only. */
const MOCK_MERCHANT = {
  mchId: '10000098',
  key: MOCK_KEY,
  appid: 'wx8888888888888888',
  dir: '.redpack',
} as const;

export interface Settings {
  readonly baseUrl: string;
  /** Real money: anything off this machine. */
  readonly real: boolean;
  readonly mchId: string;
  readonly appid: string;
  readonly key: string;
  /** undefined only where nothing is dialled. */
  readonly certDir: string | undefined;
  readonly ca: Buffer | undefined;
  readonly edition: Edition;
  readonly instance: number | undefined;
  /** Of the file: absolute. */
  readonly journal: string | undefined;
  /** Fields of every packet, by their wire names. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** What a command is about to do with the settings. */
export interface Purpose {
  readonly movesMoney: boolean;
  readonly live: boolean;
  readonly dials: boolean;
}

/** @throws UsageError */
export async function resolveSettings(
  flags: SettingFlags,
  context: Context,
  purpose: Purpose,
): Promise<Settings> {
  const sources = await openSources(flags, context);
  const baseUrl = baseUrlOf(flags, sources);
  if (purpose.dials && baseUrl.startsWith('http:')) {
    context.warn(`${baseUrl} is not encrypted; redpack-mock and the real host speak https alone\n`);
  }
  const real = !isLoopback(new URL(baseUrl));
  if (real && purpose.movesMoney && !purpose.live) {
    throw new UsageError(
      `this moves real money at ${baseUrl}: add --live to mean it, or --mock to rehearse on this machine`,
    );
  }
  return collect(sources, { baseUrl, real, dials: purpose.dials });
}

/** The key alone, for what neither pays nor dials. @throws UsageError */
export async function resolveKey(flags: SettingFlags, context: Context): Promise<string> {
  const key = keyOf(await openSources(flags, context)) ?? (flags.mock ? MOCK_KEY : undefined);
  if (key === undefined) throw new UsageError(KEY_MISSING);
  return key;
}

function baseUrlOf(flags: SettingFlags, sources: Sources): string {
  if (flags.mock) {
    if (flags.baseUrl) throw new UsageError('--mock and --base-url say two things: give one');
    return MOCK_URL;
  }
  const found = sources.find('baseUrl');
  const text = found?.value ?? `https://${REAL_HOST}`;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    const base = baseOfApiUrl(new URL(text));
    if (base === undefined) return text.replace(/\/+$/, '');
    throw new UsageError(
      `${found?.from}: expected ${base}, without the path of an endpoint, got ${text}`,
    );
  }
  throw new UsageError(`${found?.from}: expected a URL like ${MOCK_URL}, got ${text}`);
}

const KEY_MISSING =
  'the API key is set nowhere: REDPACK_API_KEY, --key-file, or key in redpack.yaml (mode 600)';

function collect(
  sources: Sources,
  at: { readonly baseUrl: string; readonly real: boolean; readonly dials: boolean },
): Settings {
  const { file, context } = sources;
  const fallback = at.real ? undefined : MOCK_MERCHANT;
  const mchId = sources.find('mchId')?.value ?? fallback?.mchId;
  const appid = sources.find('appid')?.value ?? fallback?.appid;
  const key = keyOf(sources) ?? fallback?.key;
  const certDir = certDirOf(sources, fallback && join(fallback.dir, mchId ?? ''), at.dials);
  const missing = [
    ...(mchId === undefined ? [missingText('mchId', 'the merchant number')] : []),
    ...(appid === undefined ? [missingText('appid', 'the appid')] : []),
    ...(key === undefined ? [KEY_MISSING] : []),
    ...(certDir === undefined && at.dials
      ? [missingText('certDir', 'the folder of the client certificate')]
      : []),
  ];
  if (mchId === undefined || appid === undefined || key === undefined || missing.length > 0) {
    throw usageErrorOf(missing);
  }
  return {
    baseUrl: at.baseUrl,
    real: at.real,
    mchId,
    appid,
    key,
    certDir,
    ca: caOf(sources),
    edition: editionOf(sources),
    instance: file.instance === undefined ? undefined : Number(file.instance),
    journal: file.journal && resolve(sources.fileFolder, file.journal),
    // A field that is there has a text.
    defaults: (file.defaults ?? {}) as Readonly<Record<string, string>>,
  };

  function missingText(name: SettingName, what: string): string {
    const { flag, env, file: key } = SOURCES[name];
    return `${what} is set nowhere: ${flag}, ${env}, or ${key} in ${resolve(context.cwd, sources.fileName)}`;
  }
}

function keyOf(sources: Sources): string | undefined {
  const { file, fileName, context } = sources;
  if (file.key && file.key_file) {
    throw new UsageError(`${fileName}: key and key_file say two things: give one`);
  }
  const keyFile = sources.find('keyFile');
  if (keyFile?.from.startsWith('--')) return readKey(keyFile);
  const variable = context.env.REDPACK_API_KEY;
  if (variable) return variable;
  return file.key || (keyFile && readKey(keyFile));
}

function readKey({ value, from, folder }: Found): string {
  try {
    return readFileSync(resolve(folder, value), 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The name may be the key itself, given by mistake.
    throw new UsageError(
      `${from}: cannot read that file (${code}): expected the name of a file that holds the key`,
    );
  }
}

function certDirOf(
  sources: Sources,
  fallback: string | undefined,
  dials: boolean,
): string | undefined {
  const found = sources.find('certDir');
  if (found) return resolve(found.folder, found.value);
  if (fallback === undefined) return undefined;
  const dir = resolve(sources.context.cwd, fallback);
  if (!dials || existsSync(dir)) return dir;
  throw new UsageError(
    `no certificates in ${dir}: start the mock in this folder (redpack-mock), or give --cert-dir`,
  );
}

function caOf(sources: Sources): Buffer | undefined {
  const found = sources.find('ca');
  if (!found) return undefined;
  const path = resolve(found.folder, found.value);
  let pem: Buffer;
  try {
    pem = readFileSync(path);
  } catch (error) {
    throw new UsageError(`${found.from}: ${(error as Error).message}`);
  }
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  throw new UsageError(`${found.from}: expected a file with a certificate in PEM, got ${path}`);
}

function editionOf(sources: Sources): Edition {
  const found = sources.find('edition');
  const edition = EDITIONS.find((each) => each === (found?.value ?? 'current'));
  if (edition) return edition;
  throw new UsageError(
    `${found?.from}: expected one of ${EDITIONS.join(', ')}, got ${found?.value}`,
  );
}
