/** Three doors to one mock: a call in process, real mutual TLS, and a fetch that msw intercepts. Settings may change while the state stays. */
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setupServer } from 'msw/node';
import {
  ENDPOINT_ROWS,
  type EndpointName,
  type Peer,
  REAL_HOST,
  sampleRequest,
  writeXml,
} from '../../contracts/index.ts';
import type { Certificates, MerchantBundle } from '../../mock-server/certificates/bundle.ts';
import {
  type Clock,
  createApp,
  createMemoryStore,
  createMock,
  frozenClock,
  type Ledger,
  type Scenario,
  type Store,
  startMockServer,
} from '../../mock-server/index.ts';
import { redpackHandlers } from '../../mock-server/msw.ts';
import { checkScenario } from '../../mock-server/scenario/load.ts';
import { type Call, type Capture, durationMs, type Given, type PeerName } from './captures.ts';

const KEY = '192006250b4c09247ec02edce69f6a2d';
const WRONG_KEY = 'f'.repeat(32);
export const MERCHANT = { mchId: '10000098', key: KEY, appid: 'wx8888888888888888' };
export const OTHER_MERCHANT = { mchId: '10010404', key: KEY, appid: 'wx6fa7e3bab7e15415' };

export interface Reply {
  readonly http: number;
  readonly body: string;
}

/** What happens in a capture, behind either door. */
export interface Stage {
  call(call: Call): Promise<Reply>;
  /** The merchant changes something of his, the state stays. */
  change(given: Given): Promise<void>;
  advance(duration: string): void;
  topUp(fen: number): Promise<void>;
  claim(billno: string): Promise<void>;
  /** What does not add up, of both merchants. */
  faults(): Promise<string[]>;
  close(): Promise<void>;
}

export type OpenStage = (capture: Capture) => Promise<Stage>;

/** One mock with its settings, however it is reached. */
interface Place {
  post(path: string, body: string, peer: PeerName): Promise<Reply>;
  topUp(mchId: string, fen: number): Promise<void>;
  claim(mchId: string, billno: string): Promise<void>;
  ledger(mchId: string): Promise<Ledger>;
  close(): Promise<void>;
}

type OpenPlace = (
  scenario: Scenario,
  state: { readonly store: Store; readonly clock: Clock },
) => Promise<Place>;

const IN_PROCESS: Readonly<Record<PeerName, Peer>> = {
  own: { kind: 'merchant', mchId: MERCHANT.mchId, serial: '01' },
  other: { kind: 'merchant', mchId: OTHER_MERCHANT.mchId, serial: '02' },
  none: { kind: 'none' },
  expired: { kind: 'untrusted', reason: 'CERT_HAS_EXPIRED' },
  foreign: { kind: 'untrusted', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
};

export const inProcess: OpenStage = (capture) =>
  openStage(capture, async (scenario, state) => {
    const mock = createMock(scenario, state);
    const app = createApp(mock, (error) => {
      throw error;
    });
    return {
      async post(path, body, peer) {
        const bindings = { peer: IN_PROCESS[peer], callerIp: '127.0.0.1' };
        const response = await app.request(path, { method: 'POST', body }, bindings);
        return { http: response.status, body: await response.text() };
      },
      topUp: mock.topUp,
      claim: mock.claim,
      ledger: mock.ledger,
      close: async () => undefined,
    };
  });

export interface Wallet {
  readonly certificates: Certificates;
  /** A sound one is the merchant's own or another's; the rest is refused by the front server. */
  readonly clients: Readonly<Record<PeerName, Pick<MerchantBundle, 'cert' | 'key'> | undefined>>;
}

export function overTls({ certificates, clients }: Wallet): OpenStage {
  return (capture) =>
    openStage(capture, async (scenario, state) => {
      const server = await startMockServer({ scenario, certificates, ...state });
      return {
        post: (path, body, peer) =>
          new Promise((resolve, reject) => {
            const options = { ...clients[peer], ca: server.ca, method: 'POST', agent: false };
            const outgoing = request(`${server.url}${path}`, options, (incoming) => {
              const http = incoming.statusCode ?? 0;
              text(incoming).then((answer) => resolve({ http, body: answer }), reject);
            });
            outgoing.on('error', reject).end(body);
          }),
        topUp: server.topUp,
        claim: server.claim,
        ledger: server.ledger,
        close: server.stop,
      };
    });
}

export const throughMsw: OpenStage = (capture) =>
  openStage(capture, async (scenario, state) => {
    let peer: PeerName = 'none';
    const handlers = redpackHandlers({
      scenario,
      ...state,
      certificate: () => IN_PROCESS[peer],
      onFault: (error) => {
        throw error;
      },
    });
    const { topUp, claim, ledger } = handlers.mock;
    const interceptor = setupServer(...handlers);
    interceptor.listen({ onUnhandledRequest: 'error' });
    return {
      async post(path, body, shown) {
        peer = shown;
        const response = await fetch(`https://${REAL_HOST}${path}`, { method: 'POST', body });
        return { http: response.status, body: await response.text() };
      },
      topUp,
      claim,
      ledger,
      close: async () => interceptor.close(),
    };
  });

async function openStage(capture: Capture, open: OpenPlace): Promise<Stage> {
  const clock = frozenClock(Date.parse(capture.at));
  const state = { store: createMemoryStore(), clock };
  let settings = capture.given;
  let place = await open(scenarioOf(capture, settings), state);
  return {
    call(call) {
      const endpoint = call.query ? 'gethbinfo' : call.to;
      const body = call.post ?? bodyOf(capture, endpoint, call);
      return place.post(ENDPOINT_ROWS[endpoint].path, body, call.peer);
    },
    async change(given) {
      settings = { ...settings, merchant: { ...settings.merchant, ...given.merchant } };
      await place.close();
      place = await open(scenarioOf(capture, settings), state);
    },
    advance: (duration) => clock.advance(durationMs(duration)),
    topUp: (fen) => place.topUp(MERCHANT.mchId, fen),
    claim: (billno) => place.claim(MERCHANT.mchId, billno),
    async faults() {
      const mchIds = [MERCHANT.mchId, OTHER_MERCHANT.mchId];
      const ledgers = await Promise.all(mchIds.map((mchId) => place.ledger(mchId)));
      return ledgers.flatMap((ledger) => ledger.faults);
    },
    close: () => place.close(),
  };
}

function bodyOf({ edition }: Capture, endpoint: EndpointName, call: Call): string {
  const key = call.sign === 'wrong' ? WRONG_KEY : MERCHANT.key;
  const fields = sampleRequest(edition, endpoint, { ...MERCHANT, key }, call.query ?? call.send);
  return writeXml([...fields]);
}

function scenarioOf({ id, edition }: Capture, { merchant, switches, rules }: Given): Scenario {
  const ordinary = ({ mchId, key, appid }: typeof MERCHANT) => ({
    mch_id: mchId,
    key,
    appids: [appid],
    balanceFen: 1_000_000,
  });
  // What the file says is checked here, by the product's own schema.
  const input: unknown = {
    title: id,
    edition,
    switches,
    rules,
    merchants: [{ ...ordinary(MERCHANT), ...merchant }, ordinary(OTHER_MERCHANT)],
  };
  return checkScenario(input as Parameters<typeof checkScenario>[0]);
}
