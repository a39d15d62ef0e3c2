/** A real mock behind real mutual TLS, and a client before it, in one time. */
import {
  type ClientOptions,
  createRedpackClient,
  type Outcome,
  type QueryOutcome,
  type RedpackClient,
} from '../../client/index.ts';
import type { MockServer, ScenarioInput } from '../../mock-server/index.ts';
import { MERCHANT } from '../support/in-process.ts';
import type { Lab } from '../support/server.ts';

export type Rules = NonNullable<ScenarioInput['rules']>;
type Merchant = Partial<ScenarioInput['merchants'][number]>;

interface Stand {
  readonly server: MockServer;
  readonly client: RedpackClient;
  /** Paid packets, by the books. */
  paid(): Promise<number>;
  /** How often the endpoint was called. */
  calls(endpoint: 'sendredpack' | 'gethbinfo'): number;
  close(): Promise<void>;
}

type Stands = (
  scenario: Rules | Partial<ScenarioInput>,
  merchant?: Merchant,
  options?: Partial<ClientOptions>,
) => Promise<Stand>;

/** A mock whose clock stands at noon, and a client that moves it when it waits. */
export function standOf(lab: Lab): Stands {
  return async (given, merchant = {}, options = {}) => {
    const scenario = Array.isArray(given) ? { rules: given } : given;
    const server = await lab.start({
      scenario: {
        title: 'a stand',
        clock: { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' },
        merchants: [{ ...MERCHANT, ...merchant }],
        ...scenario,
      },
    });
    const { certificates, mchId, key, appid } = server.merchant;
    const client = createRedpackClient({
      mchId,
      key,
      appid,
      baseUrl: server.url,
      certificate: { dir: certificates.dir },
      numbersDir: lab.certDir,
      clock: {
        nowMs: server.clock.nowMs,
        sleep: async (ms) => server.clock.advance(ms),
      },
      ...options,
    });
    return {
      server,
      client,
      paid: async () => (await server.ledger(mchId)).paidPackets,
      calls: (endpoint) =>
        server.journal.entries().filter((entry) => entry.endpoint === endpoint).length,
      close: () => client.close(),
    };
  };
}

/** An outcome in a line. */
export function said(outcome: Outcome | QueryOutcome): string {
  if (outcome.kind === 'refused') {
    const number = outcome.numberFree ? 'free' : 'kept';
    return `refused ${outcome.code}, ${outcome.advice}, number ${number}`;
  }
  if (outcome.kind === 'unknown') return `unknown, ${outcome.why}`;
  return outcome.kind === 'found' ? `found ${outcome.status}` : outcome.kind;
}
