/**
 * The mock in vitest: every test gets a merchant of its own on one server, which starts with the first test that wants it and stops at
 * the end of the worker. Tests that run at the same time do not see each other. Importing this file adds the matchers.
 */
import { expect, test } from 'vitest';
import type { Severity } from '../contracts/index.ts';
import type { Ledger } from './engine/ledger.ts';
import { matchRefused, matchSent, matchUnknown } from './fixture/outcomes.ts';
import { openRedpack, type Redpack, tellFindings } from './fixture/redpack.ts';
import { type MockServer, type MockServerOptions, startMockServer } from './serve.ts';
import type { NewServedMerchant } from './served.ts';

export type { Redpack } from './fixture/redpack.ts';

/** What a test expects of its merchant's money; what is left out does not matter. Amounts in fen. */
export type ExpectedLedger = Partial<Omit<Ledger, 'mchId' | 'faults' | 'packets'>> & {
  readonly packets?: Partial<Ledger['packets']>;
};

/** The test's own merchant, and what can be expected of it. */
export interface RedpackFixture extends Redpack {
  /** The money adds up, and is as told: `{ paidPackets: 1, balanceFen: 900 }`. */
  expectLedger(expected?: ExpectedLedger): Promise<void>;
  /** The client broke no rule for clients: none at least that grave. Default `warning`. */
  expectNoFindings(atLeast?: Severity): void;
}

export interface RedpackFixtures {
  readonly redpack: RedpackFixture;
  /** What the merchant is made of: `{ scenario, balanceFen, limits … }`. Default: as the server's scenario has it. */
  readonly redpackMerchant: NewServedMerchant;
  /** How the shared server is started. Default: as `startMockServer()`, with certificates in `.redpack`. */
  readonly redpackServerOptions: MockServerOptions;
  readonly redpackServer: MockServer;
}

/** vitest's `test`, with a merchant of its own: `redpackTest('pays', async ({ redpack }) => { … })`. */
export const redpackTest = test.extend<RedpackFixtures>({
  redpackMerchant: {},
  redpackServerOptions: [{}, { scope: 'worker' }],
  redpackServer: [
    async ({ redpackServerOptions }, use) => {
      const server = await startMockServer(redpackServerOptions);
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  redpack: async ({ redpackServer, redpackMerchant }, use) => {
    const redpack = await openRedpack(redpackServer, redpackMerchant);
    await use(withExpectations(redpack));
    await redpack.close();
  },
});

function withExpectations(redpack: Redpack): RedpackFixture {
  return {
    ...redpack,
    async expectLedger(expected = {}) {
      const ledger = await redpack.ledger();
      const { packets, ...figures } = expected;
      const shown = { ...asked(ledger, figures), faults: ledger.faults };
      const wanted = { ...figures, faults: [] };
      expect(
        packets ? { ...shown, packets: asked(ledger.packets, packets) } : shown,
        `the ledger of merchant ${ledger.mchId}`,
      ).toEqual(packets ? { ...wanted, packets } : wanted);
    },
    expectNoFindings(atLeast = 'warning') {
      const told = tellFindings(redpack.findings(), atLeast);
      expect(told, `what the client of merchant ${redpack.merchant.mchId} did wrong`).toEqual([]);
    },
  };
}

/** Only what was asked for, so that a difference stands out. */
function asked(figures: object, expected: object): object {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => name in expected));
}

declare module 'vitest' {
  interface Matchers<T> {
    /** The packet was sent. */
    toBeSent(): void;
    /** Nothing was paid, for certain: `err_code`, `ORDER_INVALID`, or the code of a failed connection. */
    toBeRefusedWith(code: string): void;
    /** Nobody knows whether it was paid; `why` as in the outcome: `timeout`, `system-error` … */
    toBeUnknown(why?: string): void;
  }
}

expect.extend({
  toBeSent: matchSent,
  toBeRefusedWith: matchRefused,
  toBeUnknown: matchUnknown,
});
