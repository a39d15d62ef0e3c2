/** What an app sees when msw answers in its process: the same as over the wire, by the package's own client and by node:https. */
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { setupServer } from 'msw/node';
import { Agent, type RequestInit, fetch as wireFetch } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ClientOptions,
  createRedpackClient,
  type Outcome,
  type QueryOutcome,
  type RedpackClient,
} from '../../client/index.ts';
import { REAL_HOST, sampleRequest, writeXml } from '../../contracts/index.ts';
import {
  frozenClock,
  type MockServer,
  type ScenarioInput,
  scenarioNames,
} from '../../mock-server/index.ts';
import {
  type RedpackHandlers,
  type RedpackHandlersOptions,
  redpackHandlers,
} from '../../mock-server/msw.ts';
import { loadScenario } from '../../mock-server/scenario/load.ts';
import { MERCHANT, OPENID } from '../support/in-process.ts';
import { useLab } from '../support/server.ts';

const NUMBER = '1000009820260131000000000';
const ORDER = {
  mch_billno: `${NUMBER}001`,
  re_openid: OPENID,
  total_amount: 100,
  send_name: '天虹百货',
  wishing: '恭喜发财',
  act_name: '猜灯谜',
  remark: '快来抢',
  client_ip: '192.0.2.1',
};
const SEND_URL = `https://${REAL_HOST}/mmpaymkttransfers/sendredpack`;

const interceptors: { close(): void }[] = [];
afterEach(() => {
  // Each puts back the fetch that it found.
  for (const interceptor of interceptors.splice(0).reverse()) interceptor.close();
});

function intercept(options: RedpackHandlersOptions = {}): RedpackHandlers {
  const handlers = redpackHandlers(options);
  const interceptor = setupServer(...handlers);
  interceptor.listen({ onUnhandledRequest: 'error' });
  interceptors.push(interceptor);
  return handlers;
}

function clientOf({ merchant }: RedpackHandlers, options: Partial<ClientOptions> = {}) {
  return createRedpackClient({ ...merchant, fetch, ratePerSecond: null, ...options });
}

function withRule(then: NonNullable<ScenarioInput['rules']>[number]['then']): ScenarioInput {
  return { title: 'through msw', merchants: [MERCHANT], rules: [{ when: { nth: 1 }, then }] };
}

describe('our own client through msw', () => {
  it('pays, and the ledger behind the handlers knows', async () => {
    const handlers = intercept();
    const outcome = await clientOf(handlers).send(ORDER);
    expect(outcome).toMatchObject({ kind: 'sent', by: 'reply', amountFen: 100 });
    const { mock, merchant } = handlers;
    expect(await mock.ledger(merchant.mchId)).toMatchObject({ paidPackets: 1, faults: [] });
    expect(mock.journal.entries()).toMatchObject([{ verdict: 'sent', paid: true }]);
  });

  it('is refused, and pays the same number once money is there', async () => {
    const handlers = intercept({ merchant: { balanceFen: 99 } });
    const client = clientOf(handlers);
    expect(await client.send(ORDER)).toMatchObject({ kind: 'refused', code: 'NOTENOUGH' });
    await handlers.mock.topUp('10000098', 1);
    expect(await client.send(ORDER)).toMatchObject({ kind: 'sent' });
  });

  it('settles what SYSTEMERROR left unknown', async () => {
    const handlers = intercept({ scenario: withRule({ code: 'SYSTEMERROR', money: 'moved' }) });
    const client = clientOf(handlers, { clock: { nowMs: Date.now, sleep: async () => undefined } });
    expect(await client.send(ORDER)).toMatchObject({ kind: 'unknown', why: 'system-error' });
    expect(await client.settle(ORDER)).toMatchObject({ kind: 'sent' });
    expect(await handlers.mock.ledger('10000098')).toMatchObject({ paidPackets: 1 });
  });

  it('asks for an order: none, one that was sent, one that was claimed', async () => {
    const handlers = intercept();
    const client = clientOf(handlers);
    expect(await client.query(ORDER.mch_billno)).toMatchObject({ kind: 'not-found' });
    await client.send(ORDER);
    expect(await client.query(ORDER.mch_billno)).toMatchObject({ kind: 'found', status: 'SENT' });
    await handlers.mock.claim('10000098', ORDER.mch_billno);
    expect(await client.query(ORDER.mch_billno)).toMatchObject({ status: 'RECEIVED' });
  });

  it('gives up waiting for a server that never answers, though it has paid', async () => {
    const handlers = intercept({ scenario: withRule({ fault: { kind: 'never-answer' } }) });
    const client = clientOf(handlers, { timeoutMs: 60 });
    expect(await client.send(ORDER)).toMatchObject({ kind: 'unknown', why: 'timeout' });
    expect(await client.send(ORDER)).toMatchObject({ kind: 'sent' });
    expect(await handlers.mock.ledger('10000098')).toMatchObject({ paidPackets: 1 });
  });
});

describe('every fault of the wire', () => {
  const lab = useLab();
  const names = scenarioNames().filter((name) => name.startsWith('faults/'));
  // Through msw there is no handshake, and no listener for an entity to point to.
  const played = names.filter(
    (name) => !loadScenario(name).tls && name !== 'faults/external-entity',
  );

  /** Two numbers, each tried and then tried again, and what gethbinfo says of them. */
  async function story(client: RedpackClient): Promise<string[]> {
    const said: string[] = [];
    const note = (outcome: Outcome | QueryOutcome): void => {
      const { kind } = outcome;
      if (kind === 'unknown') said.push(`unknown: ${outcome.why} ${outcome.httpStatus ?? ''}`);
      else if (kind === 'refused') said.push(`refused: ${outcome.code}`);
      else said.push(kind === 'found' ? outcome.status : kind);
    };
    for (const last of ['001', '001', '002', '002', '003']) {
      note(await client.send({ ...ORDER, mch_billno: `${NUMBER}${last}` }));
    }
    for (const last of ['001', '002', '003']) note(await client.query(`${NUMBER}${last}`));
    await client.close();
    return said;
  }

  /** By fetch on both sides: what fetch makes of an answer is not msw's doing. */
  async function overTls({ merchant, scenario, ...server }: MockServer): Promise<string[]> {
    const { mchId, certificates } = merchant;
    const { cert, key, ca } = certificates;
    const dispatcher = new Agent({ connect: { cert, key, ca } });
    const dial = (url: unknown, init: unknown) =>
      wireFetch(url as string, { ...(init as RequestInit), dispatcher });
    const said = await story(
      createRedpackClient({
        ...merchant,
        fetch: dial as unknown as typeof fetch,
        baseUrl: server.url,
        timeoutMs: 400,
        ratePerSecond: null,
        edition: scenario.edition as 'current',
      }),
    );
    await dispatcher.destroy();
    return [...said, JSON.stringify(await server.ledger(mchId))];
  }

  async function throughMsw(scenario: string): Promise<string[]> {
    const handlers = intercept({ scenario });
    const edition = handlers.mock.edition as 'current';
    const said = await story(clientOf(handlers, { edition, timeoutMs: 400 }));
    return [...said, JSON.stringify(await handlers.mock.ledger(handlers.merchant.mchId))];
  }

  it('is in a file of its own', () => expect(played.length).toBeGreaterThan(35));

  it.each(played)('%s comes to the same through msw as over TLS', async (scenario) => {
    const server = await lab.start({ scenario });
    const wire = await overTls(server);
    await server.stop();
    expect(await throughMsw(scenario)).toEqual(wire);
  });

  it('in the handshake is refused before anything is listened to', () => {
    expect(() => redpackHandlers({ scenario: 'faults/tls-foreign-ca' })).toThrow(
      'tls.fault: foreign-ca: through msw nobody shakes hands',
    );
  });

  it('that the mock cannot play here is told in our own words, and to onFault', async () => {
    const faults: unknown[] = [];
    intercept({ scenario: 'faults/external-entity', onFault: (error) => faults.push(error) });
    const response = await fetch(SEND_URL, { method: 'POST', body: bodyFor() });
    expect([response.status, response.headers.get('x-redpack-mock')]).toEqual([500, 'fault']);
    expect(await response.text()).toContain('say canaryUrl in the scenario');
    expect(faults).toHaveLength(1);
  });
});

function bodyFor(overrides: Record<string, string> = {}): string {
  const merchant = { mchId: MERCHANT.mch_id, key: MERCHANT.key, appid: 'wx8888888888888888' };
  return writeXml([...sampleRequest('current', 'sendredpack', merchant, overrides)]);
}

function byHttps(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = https.request(url, { method: 'POST' }, (incoming) => {
      text(incoming).then(resolve, reject);
    });
    outgoing.on('error', reject).end(bodyFor());
  });
}

describe('redpackHandlers', () => {
  it('answers node:https too', async () => {
    intercept();
    expect(await byHttps(SEND_URL)).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
  });

  it('lets a dropped connection fail in node:https', async () => {
    intercept({ scenario: withRule({ fault: { kind: 'drop' } }) });
    await expect(byHttps(SEND_URL)).rejects.toThrow();
  });

  it.each(['http://127.0.0.1:1', 'https://pay.example/wechat/'])(
    'stands where the client calls: %s',
    async (baseUrl) => {
      const outcome = await clientOf(intercept({ baseUrl }), { baseUrl }).send(ORDER);
      expect(outcome).toMatchObject({ kind: 'sent' });
    },
  );

  it('serves another edition, and by another clock', async () => {
    const clock = frozenClock(Date.parse('2026-01-31T23:30:00+08:00'));
    const handlers = intercept({ edition: '2015', clock });
    expect(handlers.mock.edition).toBe('2015');
    await clientOf(handlers, { edition: '2015' as 'current' }).send(ORDER);
    expect(handlers.mock.journal.entries()).toMatchObject([{ atMs: clock.nowMs() }]);
  });

  it('takes whoever calls for the merchant that the body names, or for the first', async () => {
    const { mock } = intercept();
    for (const mch_id of ['10000098', '888', '10010404']) {
      await fetch(SEND_URL, { method: 'POST', body: bodyFor({ mch_id }) });
    }
    const holders = mock.journal.entries().map(({ peer }) => 'mchId' in peer && peer.mchId);
    expect(holders).toEqual(['10000098', '888', '10000098']);
  });

  it('answers a caller without a certificate as the switch says', async () => {
    const certificate = 'none';
    const switches = { noCertificate: '400-page' } as const;
    intercept({ certificate, scenario: { title: 'a page', merchants: [MERCHANT], switches } });
    const response = await fetch(SEND_URL, { method: 'POST', body: bodyFor() });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'text/html']);
  });

  it('answers other methods as the server on a port does', async () => {
    const { mock } = intercept();
    const response = await fetch(SEND_URL, { method: 'PUT', body: bodyFor() });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await (await fetch(SEND_URL)).text()).toContain('XML_ERROR');
    expect(mock.journal.entries()).toMatchObject([{ code: 'XML_ERROR', paid: false }]);
  });

  it.each<[string, RedpackHandlersOptions, string]>([
    ['a scenario that is not there', { scenario: 'codes/current/NONE' }, 'codes/current/NONE'],
    ['a merchant with a wrong key', { merchant: { key: 'short' } }, 'merchants.0.key: expected'],
  ])('refuses %s', (_, options, message) => {
    expect(() => redpackHandlers(options)).toThrow(message);
  });
});
