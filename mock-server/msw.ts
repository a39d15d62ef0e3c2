/**
 * The mock as handlers of msw: requests that a test's own code makes with `fetch` or `node:https` are answered in process, over the
 * same exchange as on a port. Nobody shakes hands here: who calls is taken from mch_id, unless the test says otherwise.
 */
import { http, type RequestHandler } from 'msw';
import {
  type Edition,
  ENDPOINT_ROWS,
  type Peer,
  parseFieldsLossy,
  REAL_HOST,
} from '../contracts/core.ts';
import type { Clock } from './clock.ts';
import { deliverToInterceptor } from './faults/deliver-in-process.ts';
import { createApp } from './http.ts';
import { createMock, type Mock } from './mock.ts';
import { ScenarioError } from './scenario/folder.ts';
import { checkScenario, loadScenario } from './scenario/load.ts';
import type { Scenario, ScenarioInput } from './scenario/schema.ts';
import type { Store } from './store/store.ts';

export interface RedpackHandlersOptions {
  /** Name of a built-in scenario, path of a file, or the scenario itself. Default `default`. */
  readonly scenario?: string | ScenarioInput;
  /** Serves this edition instead of the scenario's. */
  readonly edition?: Edition;
  /** What differs in the scenario's first merchant, in the words of scenario files: `{ balanceFen: 100 }`. */
  readonly merchant?: Partial<ScenarioInput['merchants'][number]>;
  /** Default the scenario's. */
  readonly clock?: Clock;
  /** Default a memory of its own. */
  readonly store?: Store;
  /** Where the API is, for a client that calls it elsewhere. Default the real host, over https. */
  readonly baseUrl?: string;
  /**
   * Whose client certificate a request came with. `own`: of the merchant whose number it sends (of the scenario's first, when that is
   * nobody's number); `none`: nobody's. Default `own`.
   */
  readonly certificate?: 'own' | 'none' | ((request: Request) => Peer);
  /** Told of failures of the mock itself; the caller gets a 500 with the header `x-redpack-mock` in any case. */
  readonly onFault?: (error: unknown) => void;
}

/** Handlers to spread into `setupServer`, with the mock behind them. */
export interface RedpackHandlers extends Array<RequestHandler> {
  /** Ledger, orders, top-up, claim, journal, clock. */
  readonly mock: Mock;
  /** The scenario's first merchant, as a client's options want it. */
  readonly merchant: { readonly mchId: string; readonly key: string; readonly appid: string };
}

/**
 * A mock of its own with every call. A dropped connection is a network error to the client; a server that never answers waits until
 * the client gives up. What happens in the handshake cannot be played here.
 * @throws ScenarioError
 */
export function redpackHandlers(options: RedpackHandlersOptions = {}): RedpackHandlers {
  const { baseUrl = `https://${REAL_HOST}`, certificate = 'own', clock, store } = options;
  const scenario = scenarioOf(options);
  const mock = createMock(scenario, { ...(clock ? { clock } : {}), ...(store ? { store } : {}) });
  const app = createApp(mock, options.onFault ?? (() => undefined));
  const first = firstOf(scenario);

  const peerOf = (request: Request, body: Uint8Array): Peer => {
    if (typeof certificate === 'function') return certificate(request);
    return certificate === 'none' ? { kind: 'none' } : ownerOf(mock, body, first.mch_id);
  };
  const handlers = Object.values(ENDPOINT_ROWS).map(({ path }) =>
    http.all(`${baseUrl.replace(/\/$/, '')}${path}`, async ({ request }) => {
      const { method, signal } = request;
      const body = new Uint8Array(await request.arrayBuffer());
      const init = { method, signal, ...(body.length > 0 ? { body } : {}) };
      const peer = peerOf(request, body);
      return app.request(path, init, { peer, deliver: deliverToInterceptor });
    }),
  );
  const merchant = { mchId: first.mch_id, key: first.key, appid: first.appids[0] ?? '' };
  return Object.assign(handlers, { mock, merchant });
}

function scenarioOf(options: RedpackHandlersOptions): Scenario {
  const { scenario = 'default', merchant, edition } = options;
  const loaded = typeof scenario === 'string' ? loadScenario(scenario) : checkScenario(scenario);
  if (loaded.tls) {
    throw new ScenarioError(
      `tls.fault: ${loaded.tls.fault}: through msw nobody shakes hands, so it cannot go wrong: play it with startMockServer`,
    );
  }
  const ofEdition = edition ? { ...loaded, edition } : loaded;
  if (!merchant) return ofEdition;
  const [first, ...others] = ofEdition.merchants;
  const input = { ...ofEdition, merchants: [{ ...first, ...merchant }, ...others] };
  return checkScenario(input as ScenarioInput);
}

function firstOf({ merchants }: Scenario): Scenario['merchants'][number] {
  const [first] = merchants;
  if (!first) throw new Error('a scenario without merchants passed the schema');
  return first;
}

function ownerOf({ tenants }: Mock, body: Uint8Array, otherwise: string): Peer {
  const fields = parseFieldsLossy(body);
  const said = fields.ok ? fields.value.get('mch_id') : undefined;
  const mchId = said !== undefined && tenants.has(said) ? said : otherwise;
  return { kind: 'merchant', mchId, serial: '00' };
}
