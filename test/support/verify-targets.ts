/** Our own mock as a target of the checks: a fresh one for every case, called in process or through msw. */
import { setupServer } from 'msw/node';
import { caseScenario } from '../../client/verify/case-scenario.ts';
import type { Arrangement, ServerTarget } from '../../contracts/checks/server-target.ts';
import { ENDPOINT_ROWS, type Peer, REAL_HOST } from '../../contracts/index.ts';
import type { Call, Edge } from '../../mock-server/call.ts';
import { type Clock, frozenClock } from '../../mock-server/clock.ts';
import { exchange } from '../../mock-server/exchange.ts';
import type { Answer } from '../../mock-server/faults/answer.ts';
import {
  createApp,
  createMemoryStore,
  createMock,
  type Mock,
  type Scenario,
  type ScenarioInput,
  type Store,
} from '../../mock-server/index.ts';
import { redpackHandlers } from '../../mock-server/msw.ts';
import { checkScenario } from '../../mock-server/scenario/load.ts';

export const MERCHANT = {
  mchId: '10000098',
  key: '192006250b4c09247ec02edce69f6a2d',
  appid: 'wx8888888888888888',
};
const OTHER_MCH_ID = '10010404';
const NOON = '2026-01-31T12:00:00+08:00';

/** The scenario that a case asks for, with the keys of both merchants. */
function scenarioFor(arrangement: Arrangement): ScenarioInput {
  const { key } = MERCHANT;
  const { merchants, ...scenario } = caseScenario(arrangement, MERCHANT);
  const [own] = merchants;
  const other = { mch_id: OTHER_MCH_ID, appids: ['wx6fa7e3bab7e15415'], key, balanceFen: 100_000 };
  // The schema checks what was put together here.
  return { ...scenario, merchants: [{ ...own, key }, other] } as ScenarioInput;
}

const PEERS: Readonly<Record<string, Peer>> = {
  own: { kind: 'merchant', mchId: MERCHANT.mchId, serial: '01' },
  other: { kind: 'merchant', mchId: OTHER_MCH_ID, serial: '02' },
  none: { kind: 'none' },
  untrusted: { kind: 'untrusted', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
};

/** No case asks for a fault of the wire. */
const NO_FAULTS: Edge = {
  wait: async () => true,
  canaryUrl: async () => '',
};

/** What may be put in the place of a sound part: how broken servers are made. */
export interface Parts {
  readonly scenario?: (scenario: Scenario) => Scenario;
  readonly clock?: (clock: Clock) => Clock;
  readonly store?: (store: Store) => Store;
  readonly exchange?: (mock: Mock, call: Call, next: typeof exchange) => Promise<Answer>;
}

interface Place {
  mock: Mock;
  clock: Clock;
}

function openPlace(arrangement: Arrangement, parts: Parts): Place {
  const scenario = checkScenario(scenarioFor(arrangement));
  const clock = frozenClock(Date.parse(arrangement.needs.at ?? NOON));
  const store = createMemoryStore();
  const mock = createMock(parts.scenario?.(scenario) ?? scenario, {
    clock: parts.clock?.(clock) ?? clock,
    store: parts.store?.(store) ?? store,
  });
  return { mock, clock };
}

/** Bytes into the exchange, with the peer said in words. */
export function brokenTarget(parts: Parts): ServerTarget {
  let place = openPlace({ edition: 'current', needs: {}, riskyOpenids: [] }, parts);
  return {
    ...whatTheMockOffers(() => place),
    async post(endpoint, body, certificate) {
      const call: Call = {
        endpoint: ENDPOINT_ROWS[endpoint],
        body: body.length > 65_536 ? undefined : body,
        peer: PEERS[certificate] ?? { kind: 'none' },
        callerIp: '127.0.0.1',
        edge: NO_FAULTS,
      };
      return parts.exchange
        ? parts.exchange(place.mock, call, exchange)
        : exchange(place.mock, call);
    },
    async arrange(arrangement) {
      place = openPlace(arrangement, parts);
      return 'done';
    },
  };
}

/** The Hono app in process, without a socket. */
export function inProcessTarget(): ServerTarget {
  let place: Place;
  let app: ReturnType<typeof createApp>;
  const open = (arrangement: Arrangement): void => {
    place = openPlace(arrangement, {});
    app = createApp(place.mock, (error) => {
      throw error;
    });
  };
  open({ edition: 'current', needs: {}, riskyOpenids: [] });
  return {
    ...whatTheMockOffers(() => place),
    async post(endpoint, body, certificate) {
      const peer = PEERS[certificate] ?? { kind: 'none' };
      const response = await app.request(
        ENDPOINT_ROWS[endpoint].path,
        { method: 'POST', body: Uint8Array.from(body) },
        { peer, callerIp: '127.0.0.1' },
      );
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: new Uint8Array(await response.arrayBuffer()),
      };
    },
    async arrange(arrangement) {
      open(arrangement);
      return 'done';
    },
  };
}

/** A fetch that msw intercepts. Only one such target at a time: msw patches the process's own fetch. */
export function mswTarget(): ServerTarget & { close(): void } {
  let place: Place;
  let interceptor: ReturnType<typeof setupServer> | undefined;
  let shown = 'none';
  const close = (): void => interceptor?.close();
  return {
    ...whatTheMockOffers(() => place),
    async post(endpoint, body, certificate) {
      shown = certificate;
      const response = await fetch(`https://${REAL_HOST}${ENDPOINT_ROWS[endpoint].path}`, {
        method: 'POST',
        body: Uint8Array.from(body),
      });
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: new Uint8Array(await response.arrayBuffer()),
      };
    },
    async arrange(arrangement) {
      close();
      const clock = frozenClock(Date.parse(arrangement.needs.at ?? NOON));
      const scenario = scenarioFor(arrangement);
      const certificate = () => PEERS[shown] ?? { kind: 'none' as const };
      const handlers = redpackHandlers({ scenario, clock, certificate });
      place = { mock: handlers.mock, clock };
      interceptor = setupServer(...handlers);
      interceptor.listen({ onUnhandledRequest: 'error' });
      return 'done';
    },
    close,
  };
}

function whatTheMockOffers(place: () => Place) {
  return {
    merchant: MERCHANT,
    certificates: ['own', 'other', 'none', 'untrusted'] as const,
    advance: async (ms: number) => place().clock.advance(ms),
    topUp: (fen: number) => place().mock.topUp(MERCHANT.mchId, fen),
    claim: (billno: string) => place().mock.claim(MERCHANT.mchId, billno),
    pause: async () => undefined,
    nowMs: () => Date.parse(NOON),
  };
}
