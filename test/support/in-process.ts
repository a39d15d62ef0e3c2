/** A mock without sockets: requests go straight into the app, with the peer said in words. */
import {
  ENDPOINT_ROWS,
  type EndpointName,
  type Peer,
  parseTree,
  type SampleMerchant,
  sampleRequest,
  writeXml,
} from '../../contracts/index.ts';
import { createApp } from '../../mock-server/http.ts';
import { createMock, type Mock } from '../../mock-server/mock.ts';
import { checkScenario } from '../../mock-server/scenario/load.ts';
import type { ScenarioInput } from '../../mock-server/scenario/schema.ts';
import type { Store } from '../../mock-server/store/store.ts';

export const KEY = '192006250b4c09247ec02edce69f6a2d';
export const OPENID = 'oxTWIuGaIt6gTKsQRLau2M0yL16E';
export const OTHER_OPENID = 'onqOjjmM1tad-3ROpncN-yUfa6uI';
export const MERCHANT = {
  mch_id: '10000098',
  key: KEY,
  appids: ['wx8888888888888888'],
  balanceFen: 100_000,
} satisfies ScenarioInput['merchants'][number];
/** Noon in Beijing, on a Saturday. */
const NOON = '2026-01-31T12:00:00+08:00';

/** The elements of an answer below its root; of a list only that it is there. */
type Answer = Readonly<Record<string, string>>;

interface CallOptions {
  readonly peer?: Peer;
  readonly callerIp?: string;
  readonly mchId?: string;
}

type Overrides = Readonly<Record<string, string | null>>;

export interface InProcess {
  readonly mock: Mock;
  send(overrides?: Overrides, options?: CallOptions): Promise<Answer>;
  /** @param options `mchId`: another merchant of the mock calls */
  query(billno: string, options?: CallOptions): Promise<Answer>;
  /** A number that was not used before. */
  freshNumber(): string;
}

/** @param changes laid over one demo merchant and a clock that stands at noon */
export function inProcess(
  changes: Partial<ScenarioInput> & { merchant?: Partial<ScenarioInput['merchants'][number]> } = {},
  parts: { store?: Store } = {},
): InProcess {
  const { merchant, ...scenario } = changes;
  const mock = createMock(
    checkScenario({
      title: 'test',
      clock: { mode: 'frozen', at: NOON },
      merchants: [{ ...MERCHANT, ...merchant }],
      ...scenario,
    }),
    parts,
  );
  const faults: unknown[] = [];
  const app = createApp(mock, (error) => faults.push(error));
  let count = 0;
  const freshNumber = (): string => `1000009820260131${String(++count).padStart(10, '0')}`;

  const call = async (
    endpoint: EndpointName,
    overrides: Overrides,
    { peer, callerIp, mchId }: CallOptions,
  ): Promise<Answer> => {
    const own = merchantOf(mock, mchId ?? overrides.mch_id ?? undefined);
    const { edition } = mock.tenants.get(own.mchId) ?? mock;
    const fields = sampleRequest(edition, endpoint, own, overrides);
    const response = await app.request(
      ENDPOINT_ROWS[endpoint].path,
      { method: 'POST', body: writeXml([...fields]) },
      {
        peer: peer ?? { kind: 'merchant', mchId: own.mchId, serial: '01' },
        ...(callerIp ? { callerIp } : {}),
      },
    );
    if (faults.length > 0) throw faults[0];
    const tree = parseTree(new Uint8Array(await response.arrayBuffer()));
    if (!tree.ok) throw new Error(tree.refusal.detail);
    return Object.fromEntries(tree.value.children.map(({ name, text }) => [name, text]));
  };

  return {
    mock,
    freshNumber,
    send: (overrides = {}, options = {}) =>
      call('sendredpack', { mch_billno: freshNumber(), ...overrides }, options),
    query: (billno, options = {}) => call('gethbinfo', { mch_billno: billno }, options),
  };
}

function merchantOf(mock: Mock, mchId: string | undefined): SampleMerchant {
  const served = mock.tenants.get(mchId ?? '')?.merchant;
  const { mch_id, key, appids } = served ?? mock.scenario.merchants[0] ?? MERCHANT;
  return { mchId: mch_id, key, appid: appids[0] ?? '' };
}
