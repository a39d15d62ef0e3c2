/** The command line in process, beside a real mock over TLS; everything that it prints is kept, to be searched for the key. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { Context } from '../../../client/cli/context.ts';
import { run } from '../../../client/cli/program.ts';
import type { MockServer } from '../../../mock-server/serve.ts';

export const OPENID = 'oxTWIuGaIt6gTKsQRLau2M0yL16E';
export const OTHER_OPENID = 'onqOjjmM1tad-3ROpncN-yUfa6uI';
export const KEY = '192006250b4c09247ec02edce69f6a2d';
export const BIN = fileURLToPath(new URL('../../../dist/client/bin.js', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** A folder to work in, empty and gone at the end of the file. */
export function useFolder(): { readonly path: string } {
  let path = '';
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'redpack-command-'));
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
  };
}

/** What a merchant of the mock sets once. */
export function envOf({ url, merchant }: MockServer): Env {
  return {
    REDPACK_BASE_URL: url,
    REDPACK_MCH_ID: merchant.mchId,
    REDPACK_API_KEY: merchant.key,
    REDPACK_APPID: merchant.appid,
    REDPACK_CERT_DIR: merchant.certificates.dir,
  };
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Env;
  readonly stdin?: string;
  /** Handed what Ctrl-C does. */
  readonly onListen?: (interrupt: () => void) => void;
}

/** Runs a command in this process. */
export async function runIn(options: RunOptions, ...args: string[]): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const context: Context = {
    write: (text) => {
      stdout += text;
    },
    warn: (text) => {
      stderr += text;
    },
    env: options.env ?? {},
    cwd: options.cwd,
    readStdin: async () => Buffer.from(options.stdin ?? ''),
    onInterrupt: (listener) => {
      options.onListen?.(listener);
      return () => undefined;
    },
  };
  return { code: await run(args, context), stdout, stderr };
}

/** The JSON objects of an output, one a line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The compiled program as a process of its own. */
export function spawnCli(options: RunOptions, ...args: string[]): Spawned {
  if (!existsSync(BIN))
    throw new Error('dist/ is missing: npm run build makes it (npm ci does too)');
  const { PATH } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { PATH, ...options.env },
  });
  if (options.stdin !== undefined) child.stdin.end(options.stdin);
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
      for (const watch of watchers) watch();
    });
  }
  const ended = new Promise<Ended & { signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? -1, signal, ...texts }));
  });
  return {
    child,
    ended,
    until: (pattern) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (!pattern.test(texts.stdout) && !pattern.test(texts.stderr)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        void ended.then(() => resolve());
        watch();
      }),
  };
}

export interface Spawned {
  readonly child: ReturnType<typeof spawn>;
  readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }>;
  /** Resolves when an output matches, or the process has ended. */
  until(pattern: RegExp): Promise<void>;
}

/** Runs a command of the shell and gives its stdout. */
export function shell(command: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { cwd }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}
