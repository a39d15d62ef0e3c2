/** Where settings come from: flags, then the environment, then redpack.yaml. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { EDITIONS, REAL_HOST } from '../../contracts/core.ts';
import type { ConfigFile } from './config-file.ts';
import { type Context, UsageError } from './context.ts';

const CONFIG_FILE = 'redpack.yaml';
export const MOCK_URL = 'https://127.0.0.1:8443';
/** The documentation's own: no secret. */
export const MOCK_KEY = '192006250b4c09247ec02edce69f6a2d';

/** One row per setting: flag, environment, key in the file. */
export const SOURCES = {
  baseUrl: {
    flag: '--base-url <url>',
    env: 'REDPACK_BASE_URL',
    file: 'base_url',
    about: `where to dial; default https://${REAL_HOST}, real money`,
  },
  mchId: {
    flag: '--mch-id <number>',
    env: 'REDPACK_MCH_ID',
    file: 'mch_id',
    about: 'the merchant',
  },
  appid: {
    flag: '--appid <appid>',
    env: 'REDPACK_APPID',
    file: 'appid',
    about: 'its official account',
  },
  keyFile: {
    flag: '--key-file <file>',
    env: undefined,
    file: 'key_file',
    about: 'holds the API key; or REDPACK_API_KEY',
  },
  certDir: {
    flag: '--cert-dir <folder>',
    env: 'REDPACK_CERT_DIR',
    file: 'cert_dir',
    about: 'apiclient_cert.pem and apiclient_key.pem, or apiclient_cert.p12',
  },
  ca: {
    flag: '--ca <file>',
    env: 'REDPACK_CA',
    file: 'ca',
    about: 'a further root to trust, PEM; <cert-dir>/rootca.pem is trusted',
  },
  edition: {
    flag: '--edition <edition>',
    env: undefined,
    file: 'edition',
    about: `the API as of a date: ${EDITIONS.join(', ')}`,
  },
} as const;

export type SettingName = keyof typeof SOURCES;

export interface SettingFlags extends Partial<Record<SettingName, string>> {
  readonly mock?: boolean;
  readonly config?: string;
  /** Refused: a flag shows in the list of processes. */
  readonly key?: string;
}

const CONFIG_OPTION = ['--config <file>', `instead of ./${CONFIG_FILE}`] as const;

/** For what needs the key and nothing else. */
export function addKeyOptions(command: Command): Command {
  const { flag, about } = SOURCES.keyFile;
  return command
    .option('--mock', 'the key of the documentation, where none is set')
    .option(flag, about)
    .option(...CONFIG_OPTION)
    .addOption(keyOption(command));
}

function keyOption(command: Command): Option {
  return command.createOption('--key <key>').hideHelp();
}

export function addSettingOptions(command: Command): Command {
  command.optionsGroup('Settings (flags, then environment, then redpack.yaml, then defaults):');
  command.option('--mock', `the mock on this machine, ${MOCK_URL}`);
  for (const { flag, env, about } of Object.values(SOURCES)) {
    command.option(flag, env ? `${about} [${env}]` : about);
  }
  return command.option(...CONFIG_OPTION).addOption(keyOption(command));
}

export interface Found {
  readonly value: string;
  /** `--mch-id`, `REDPACK_MCH_ID`, `mch_id in redpack.yaml` */
  readonly from: string;
  /** What a path in it is relative to. */
  readonly folder: string;
}

export interface Sources {
  readonly context: Context;
  readonly file: ConfigFile;
  /** As in messages. */
  readonly fileName: string;
  readonly fileFolder: string;
  find(name: SettingName): Found | undefined;
}

/** @throws UsageError */
export async function openSources(flags: SettingFlags, context: Context): Promise<Sources> {
  if (flags.key !== undefined) {
    throw new UsageError(
      '--key would show the key in the list of processes: put it into REDPACK_API_KEY, or into a file for --key-file',
    );
  }
  const { env, cwd } = context;
  const fileName = flags.config ?? CONFIG_FILE;
  const path = resolve(cwd, fileName);
  const file = existsSync(path) ? await readConfig(path, fileName) : undefined;
  if (flags.config !== undefined && !file) throw new UsageError(`no file ${fileName}`);
  const fileFolder = dirname(path);
  return {
    context,
    file: file ?? {},
    fileName,
    fileFolder,
    find(name) {
      const source = SOURCES[name];
      const flag = flags[name];
      if (flag) return { value: flag, from: source.flag.split(' ')[0] ?? '', folder: cwd };
      const variable = source.env && env[source.env];
      if (source.env && variable) return { value: variable, from: source.env, folder: cwd };
      const value = file?.[source.file];
      return value
        ? { value, from: `${source.file} in ${fileName}`, folder: fileFolder }
        : undefined;
    },
  };
}

/** Parser and schema are loaded only when there is a file. */
async function readConfig(path: string, shown: string): Promise<ConfigFile | undefined> {
  const { othersCanRead, readConfigFile } = await import('./config-file.ts');
  const file = readConfigFile(path, shown);
  if (file?.key && file.key !== MOCK_KEY && othersCanRead(path)) {
    throw new UsageError(
      `${shown} holds the API key, and others on this machine can read it: chmod 600 ${shown}`,
    );
  }
  return file;
}
