/**
 * The canary that an external entity points to: whoever fetches it expanded what no client should, and the journal says so.
 *
 * It listens apart from the API, in plain HTTP, and only from the first time it is needed: most XML readers fetch nothing over TLS,
 * and none of them would trust a certificate of the mock.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EndpointName, type Peer, REAL_HOST } from '../../contracts/core.ts';
import { addressOf } from '../caller.ts';
import type { Mock } from '../mock.ts';
import { holderOf } from '../tenant.ts';

const PATH = '/redpack-mock/canary/';
/** Fits an element and a DTD alike. */
const TEXT = '<!-- the canary was fetched -->';
/** Of older answers nobody remembers whose they were. */
const TOKENS_MAX = 1_000;

/** The call whose answer carries the entity. */
interface Bait {
  readonly endpoint: { readonly name: EndpointName };
  readonly peer: Peer;
  readonly callerIp: string;
  readonly body: Uint8Array | undefined;
}

export interface Canary {
  /** @param hostName by which the client knows this machine; undefined: as it listens */
  urlFor(bait: Bait, hostName: string | undefined): Promise<string>;
  stop(): Promise<void>;
}

export function createCanary(
  mock: Pick<Mock, 'journal' | 'clock' | 'tenants'>,
  host: string,
): Canary {
  const baits = new Map<string, Bait>();
  let count = 0;
  let opening: Promise<Server> | undefined;

  const note = (token: string, callerIp: string): boolean => {
    const bait = baits.get(token);
    if (!bait) return false;
    const heard = { ...bait, endpoint: { name: 'canary' as const }, callerIp };
    const holder = holderOf(mock.tenants, bait.peer);
    mock.journal.add((holder ?? mock).clock.nowMs(), heard, {
      mchId: holder?.facts.mchId,
      verdict: 'canary',
      why: `the external entity in the answer of ${bait.endpoint.name} was fetched: the client expands entities`,
      paid: false,
      httpStatus: 200,
      reply: Buffer.from(TEXT),
    });
    return true;
  };

  const open = (): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer((incoming, outgoing) => {
        const callerIp = addressOf(incoming.socket) ?? '';
        const { url = '' } = incoming;
        const isKnown = url.startsWith(PATH) && note(url.slice(PATH.length), callerIp);
        outgoing.writeHead(isKnown ? 200 : 404, { 'x-redpack-mock': 'canary' });
        outgoing.end(isKnown ? TEXT : `No such canary: ${url}\n`);
      });
      server.once('error', reject);
      // Nothing of a run is left waiting for it.
      server.unref().listen(0, host, () => resolve(server));
    });

  return {
    async urlFor(bait, hostName) {
      opening ??= open();
      const { port } = (await opening).address() as AddressInfo;
      const token = String(++count);
      baits.set(token, bait);
      if (baits.size > TOKENS_MAX) baits.delete(String(count - TOKENS_MAX));
      return `http://${reachable(hostName, host)}:${port}${PATH}${token}`;
    },
    async stop() {
      const server = await opening?.catch(() => undefined);
      if (!server) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The name that the client used, unless that is the real host's: there it must never go. */
function reachable(hostName: string | undefined, host: string): string {
  const own = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const name = hostName === undefined || hostName === REAL_HOST ? own : hostName;
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}
