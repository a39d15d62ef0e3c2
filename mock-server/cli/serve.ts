/** `redpack-mock serve`: a mock until Ctrl-C, and a line for whatever happens to it. */
import type { Edition } from '../../contracts/core.ts';
import type { Reload } from '../reload.ts';
import { startMockServer } from '../serve.ts';
import type { Output } from './cli.ts';
import {
  jsonLine,
  jsonReady,
  jsonReload,
  notReloadedText,
  printable,
  readyText,
  reloadText,
  requestLine,
} from './text.ts';

export interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly edition?: Edition;
  readonly scenario: string;
  readonly reload: boolean;
  readonly certDir: string;
  readonly proxy?: boolean | number;
  readonly admin?: boolean | number;
  readonly adminToken?: string;
  readonly adminHost: string;
  readonly adminName?: string[];
  readonly p12: 'compatible' | 'vendor';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export async function serve(flags: ServeFlags, output: Output): Promise<void> {
  const server = await startMockServer({
    port: flags.port,
    host: flags.host,
    scenario: flags.scenario,
    reload: flags.reload,
    onReload: (reload) => tellReload(reload, flags, output),
    certDir: flags.certDir,
    p12Form: flags.p12,
    adminHost: flags.adminHost,
    onProxyRefused: (asked) => output.warn(`proxy: refused ${printable(asked)}\n`),
    ...(flags.quiet ? {} : { onStray: (what) => output.warn(`${printable(what)}\n`) }),
    onFault: (error) => output.warn(`${error instanceof Error ? error.stack : String(error)}\n`),
    ...(flags.edition ? { edition: flags.edition } : {}),
    ...(flags.proxy === undefined ? {} : { proxy: flags.proxy }),
    ...(flags.admin === undefined ? {} : { admin: flags.admin }),
    ...(flags.adminToken === undefined ? {} : { adminToken: flags.adminToken }),
    ...(flags.adminName ? { adminNames: flags.adminName } : {}),
  });
  // Listened for before anything is printed: whoever reads the ready line may signal at once.
  const signal = untilSignal();
  output.write(flags.json ? jsonReady(server) : readyText(server));
  if (!flags.quiet) {
    const toLine = flags.json ? jsonLine : requestLine;
    server.journal.subscribe((entry) => output.write(toLine(entry)));
  }
  await signal;
  await server.stop();
}

function tellReload(reload: Reload, { json }: ServeFlags, output: Output): void {
  if (reload.ok) output.write(json ? jsonReload(reload) : reloadText(reload));
  else output.warn(notReloadedText(reload));
}

/** Ctrl-C, or the polite kill of a process manager. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
