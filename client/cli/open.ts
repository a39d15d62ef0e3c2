/** A client of the settings, and a journal that may be in another process's hands for a moment. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Edition } from '../../contracts/core.ts';
import { type ClientEvent, createRedpackClient, type RedpackClient } from '../client.ts';
import { type FileJournal, openFileJournal } from '../journal/file.ts';
import { JournalError } from '../journal/lines.ts';
import type { ClientOptions } from '../options.ts';
import { UsageError } from './context.ts';
import type { Settings } from './settings.ts';

export interface OpenOptions {
  /** false: nothing may be dialled, and no certificate is needed. */
  readonly dials: boolean;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ClientEvent) => void;
}

/** @throws ClientOptionsError, CredentialError */
export function openClient(settings: Settings, options: OpenOptions): RedpackClient<Edition> {
  const { baseUrl, mchId, appid, key, certDir, ca, edition, instance } = settings;
  const { dials, timeoutMs, signal, onEvent } = options;
  const line: Partial<ClientOptions<Edition>> = dials
    ? { ...(certDir && { certificate: { dir: certDir } }), ...(ca && { ca }) }
    : { fetch: () => Promise.reject(new Error('a dry run dials nothing')) };
  return createRedpackClient<Edition>({
    ...line,
    baseUrl,
    mchId,
    appid,
    key,
    edition,
    ...(instance === undefined ? {} : { instance }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal && { signal }),
    ...(onEvent && { onEvent }),
  });
}

const POLL_MS = 100;

/**
 * Waits for a journal that another process has.
 * @param onWait told once, why
 * @throws UsageError when it cannot be opened, or not in time
 */
export async function openJournal(
  path: string,
  settings: Settings,
  patience: { readonly ms: number; readonly signal?: AbortSignal; onWait?(why: string): void },
): Promise<FileJournal> {
  const untilMs = Date.now() + patience.ms;
  for (let tries = 0; ; tries++) {
    try {
      return await openFileJournal(path, { money: settings.real ? 'real' : 'none' });
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      const over = Date.now() >= untilMs || patience.signal?.aborted === true;
      if (!error.inUse || over) throw new UsageError(error.message);
      if (tries === 0) patience.onWait?.(error.message);
      await delay(POLL_MS);
    }
  }
}
