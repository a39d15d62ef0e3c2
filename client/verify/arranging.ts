/**
 * A merchant of our own on a server whose admin API is at hand: made for one run, put as each case needs it, and dropped afterwards.
 * The merchants that were there are never touched, nor is their clock.
 */
import type { ServerTarget } from '../../contracts/checks/server-target.ts';
import type { Edition, SampleMerchant } from '../../contracts/core.ts';
import { type AdminApi, AdminError, foreign, type Members } from './admin.ts';
import { caseScenario } from './case-scenario.ts';

export interface Pem {
  readonly cert: string;
  readonly key: string;
}

export interface Arranger {
  /** Whose requests are sent. */
  readonly merchant: SampleMerchant;
  readonly certificate: Pem;
  /** Another merchant's: he is made when he is first asked for, which takes a moment. */
  otherCertificate(): Promise<Pem>;
  /** Who issued the server's certificate, PEM. */
  readonly ca: Buffer;
  readonly arranging: Arranging;
  /** Where the server says it is, and how many calls it has had. */
  health(): Promise<Health>;
  /** Drops the merchants that were made. @returns what could not be done, in a sentence */
  close(): Promise<string | undefined>;
}

/** What of a target is done over the admin API. */
export type Arranging = Pick<ServerTarget, 'arrange' | 'advance' | 'topUp' | 'claim' | 'strangers'>;

interface Health {
  readonly apiUrl: string;
  readonly edition: string;
  readonly calls: number;
}

/** What the admin API calls it that there is no such merchant. */
const GONE = 'unknown-merchant';
/** The appid that cases are written with. */
const APPID = 'wx8888888888888888';

/** @param edition of all that will be arranged. Rejects with AdminError; then nothing is left behind. */
export async function openArranger(api: AdminApi, edition: Edition): Promise<Arranger> {
  const { edition: started } = await health(api);
  const made: string[] = [];
  const drop = (): Promise<string | undefined> => dropAll(api, made);
  try {
    const merchant = await makeMerchant(api, made);
    const [{ ca, ...certificate }, switches] = await Promise.all([
      bundleOf(api, merchant.mchId),
      switchesOf(api, merchant.mchId),
    ]);
    const strangers = started === edition ? {} : { strangers: 'not-arranged' as const };
    return {
      merchant,
      certificate,
      ca: Buffer.from(ca),
      async otherCertificate() {
        const other = await makeMerchant(api, made);
        const setting = { edition, needs: {}, riskyOpenids: [] };
        await play(api, other.mchId, { ...caseScenario(setting, other), switches });
        return bundleOf(api, other.mchId);
      },
      arranging: { ...arrangingOf(api, merchant, switches), ...strangers },
      health: () => health(api),
      close: drop,
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

function arrangingOf(api: AdminApi, merchant: SampleMerchant, switches: unknown): Arranging {
  const path = pathOf(merchant.mchId);
  return {
    async arrange(arrangement) {
      const scenario = { ...caseScenario(arrangement, merchant), switches };
      try {
        await play(api, merchant.mchId, scenario);
        // It keeps orders and money through a change of its scenario: only now it begins anew.
        await api.call('POST', `${path}/reset`);
        return 'done';
      } catch (error) {
        if (!isRefusal(error) || error.problem === GONE) throw error;
        return { skip: `it cannot be arranged so: ${error.message}` };
      }
    },
    async advance(ms) {
      await api.call('POST', `${path}/clock/advance`, { ms });
    },
    async topUp(fen) {
      await api.call('POST', `${path}/top-up`, { fen });
    },
    async claim(billno) {
      await api.call('POST', `${path}/orders/${encodeURIComponent(billno)}/claim`);
    },
  };
}

async function play(api: AdminApi, mchId: string, scenario: object): Promise<void> {
  await api.call('PUT', `${pathOf(mchId)}/scenario`, { scenario });
}

async function health(api: AdminApi): Promise<Health> {
  const answer = await api.call('GET', '/health');
  const [apiUrl, edition] = [textIn(api, answer, 'apiUrl'), textIn(api, answer, 'edition')];
  if (typeof answer.calls === 'number') return { apiUrl, edition, calls: answer.calls };
  throw foreign(api.url, 'GET /health has no calls');
}

async function makeMerchant(api: AdminApi, made: string[]): Promise<SampleMerchant> {
  const answer = await api.call('POST', '/merchants');
  const mchId = textIn(api, answer, 'mch_id');
  made.push(mchId);
  return { mchId, key: textIn(api, answer, 'key'), appid: APPID };
}

async function bundleOf(api: AdminApi, mchId: string): Promise<Pem & { readonly ca: string }> {
  const bundle = await api.call('GET', `${pathOf(mchId)}/bundle`);
  const text = (name: string): string => textIn(api, bundle, name);
  return { cert: text('cert'), key: text('key'), ca: text('ca') };
}

/** What nobody knows of the real server stays as this one was started: that is what is judged. */
async function switchesOf(api: AdminApi, mchId: string): Promise<unknown> {
  const { scenario } = await api.call('GET', `${pathOf(mchId)}/scenario`);
  return (scenario as Members | undefined)?.switches;
}

/** Their lines in the journal go with them. */
async function dropAll(api: AdminApi, made: readonly string[]): Promise<string | undefined> {
  const troubles: string[] = [];
  for (const mchId of made) {
    try {
      await api.call('POST', `${pathOf(mchId)}/reset`);
      await api.call('DELETE', pathOf(mchId));
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      // A server that is gone has taken them with it; one that was reset has none of them either.
      const isGone = error.trouble === 'silent' || error.problem === GONE;
      if (!isGone) troubles.push(`merchant ${mchId} is still there: ${error.message}`);
    }
  }
  return troubles.length > 0 ? troubles.join('; ') : undefined;
}

function isRefusal(error: unknown): error is AdminError {
  return error instanceof AdminError && error.trouble === 'refused';
}

function pathOf(mchId: string): string {
  return `/merchants/${encodeURIComponent(mchId)}`;
}

function textIn({ url }: AdminApi, members: Members, name: string): string {
  const value = members[name];
  if (typeof value === 'string') return value;
  throw foreign(url, `an answer has no ${name}`);
}
