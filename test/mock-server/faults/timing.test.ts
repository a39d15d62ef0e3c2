/** Faults of time: who waits, who has left, what was paid; and a server that lives on, and stops, whatever is pending. */
import { once } from 'node:events';
import { Client } from 'undici';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../../contracts/index.ts';
import type { MockServer, ScenarioInput } from '../../../mock-server/index.ts';
import { curl } from '../../support/curl.ts';
import { MERCHANT } from '../../support/in-process.ts';
import { clientOf, useLab } from '../../support/server.ts';

const lab = useLab();
const PATH = ENDPOINT_ROWS.sendredpack.path;
type Then = NonNullable<ScenarioInput['rules']>[number]['then'];

/** The first call with number N1 meets the fault; no other does. */
function serve(then: Then, balanceFen = MERCHANT.balanceFen): Promise<MockServer> {
  return lab.start({
    scenario: {
      title: 'timing',
      clock: { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' },
      merchants: [{ ...MERCHANT, balanceFen }],
      rules: [{ when: { fields: { mch_billno: 'N1' }, first: 1 }, then }],
    },
  });
}

function packet({ merchant }: MockServer, mch_billno = 'N1'): string {
  return writeXml([...sampleRequest('current', 'sendredpack', merchant, { mch_billno })]);
}

/** Sends a packet and leaves before the answer: late enough to have been heard on a busy machine. */
async function sendAndLeave(server: MockServer): Promise<void> {
  const patience = ['--max-time', '0.8'];
  const { exit } = await curl(server.merchant, server.url + PATH, packet(server), patience);
  expect(exit).toBe(28);
}

async function sendAgain(server: MockServer): Promise<Readonly<Record<string, string>>> {
  const client = clientOf(server);
  const { fields } = await client.send({ mch_billno: 'N1' });
  await client.close();
  return fields;
}

describe('a delay', () => {
  it('after the money makes the answer late, and only the one that its rule is for', async () => {
    const server = await serve({ fault: { kind: 'delay', ms: 150 } });
    const { exit, tookMs } = await curl(server.merchant, server.url + PATH, packet(server));
    expect(exit).toBe(0);
    expect(tookMs).toBeGreaterThanOrEqual(149);
    await curl(server.merchant, server.url + PATH, packet(server));
    expect(server.journal.entries().map(({ faults }) => faults)).toEqual([['delay'], undefined]);
  });

  it('after the money leaves the packet paid though the client has left', async () => {
    const server = await serve({ fault: { kind: 'delay', ms: 30_000 } });
    await sendAndLeave(server);
    expect(await server.order('10000098', 'N1')).toMatchObject({ paid: true, state: 'SENT' });
  });

  it('before the money is followed by the payment when the client stays', async () => {
    const server = await serve({ strikes: 'before', fault: { kind: 'delay', ms: 120 } });
    const sending = curl(server.merchant, server.url + PATH, packet(server));
    const early = await server.order('10000098', 'N1');
    const { tookMs, body } = await sending;
    expect(tookMs).toBeGreaterThanOrEqual(119);
    expect(body.toString()).toContain('<err_code><![CDATA[SUCCESS]]>');
    expect([early, await server.order('10000098', 'N1')]).toMatchObject([
      undefined,
      { paid: true },
    ]);
    expect(server.journal.entries()).toMatchObject([
      { verdict: 'sent', faults: ['delay'], strikes: 'before', paid: true },
    ]);
  });

  it('before the money is followed by nothing when the client has left: the number is free', async () => {
    const server = await serve({ strikes: 'before', fault: { kind: 'delay', ms: 30_000 } });
    await sendAndLeave(server);
    await expect
      .poll(() => server.journal.entries().map(({ verdict, httpStatus }) => [verdict, httpStatus]))
      .toEqual([['undecided', 0]]);
    expect((await server.ledger('10000098')).paidPackets).toBe(0);
    expect(await sendAgain(server)).toMatchObject({ err_code: 'SUCCESS' });
    expect((await server.ledger('10000098')).paidPackets).toBe(1);
  });

  it('before the money judges the call as things are when the wait is over', async () => {
    const server = await serve({ strikes: 'before', fault: { kind: 'delay', ms: 400 } }, 100);
    const late = curl(server.merchant, server.url + PATH, packet(server));
    // Whoever comes meanwhile spends the last money.
    const client = clientOf(server);
    expect((await client.send()).fields.err_code).toBe('SUCCESS');
    await client.close();
    expect((await late).body.toString()).toContain('<err_code><![CDATA[NOTENOUGH]]>');
  });

  it('before the money with another fault waits, strikes, and writes nothing', async () => {
    const fault: Then['fault'] = [{ kind: 'delay', ms: 100 }, { kind: 'drop' }];
    const server = await serve({ strikes: 'before', fault });
    const { status, tookMs } = await curl(server.merchant, server.url + PATH, packet(server));
    expect(status).toBe(0);
    expect(tookMs).toBeGreaterThanOrEqual(99);
    expect(await server.order('10000098', 'N1')).toBeUndefined();
    expect(server.journal.entries()).toMatchObject([
      { faults: ['delay', 'drop'], strikes: 'before', paid: false },
    ]);
  });

  it('comes with the code of its rule', async () => {
    const fault: Then['fault'] = { kind: 'delay', ms: 100 };
    const server = await serve({ code: 'SYSTEMERROR', money: 'moved', fault });
    const { tookMs, body } = await curl(server.merchant, server.url + PATH, packet(server));
    expect(tookMs).toBeGreaterThanOrEqual(99);
    expect(body.toString()).toContain('<err_code><![CDATA[SYSTEMERROR]]>');
    expect(await server.order('10000098', 'N1')).toMatchObject({ paid: true });
  });
});

describe('a server with an answer pending', () => {
  const pending: [what: string, then: Then][] = [
    ['a delay of minutes', { fault: { kind: 'delay', ms: 300_000 } }],
    ['a delay of minutes before', { strikes: 'before', fault: { kind: 'delay', ms: 300_000 } }],
    ['silence', { fault: { kind: 'never-answer' } }],
    ['silence in the middle', { fault: { kind: 'never-answer', at: 'mid-body' } }],
    ['a byte a second', { fault: { kind: 'drip', bytesPerSecond: 1 } }],
  ];

  it.concurrent.each(pending)('%s answers others, and stops in under a second', async (_, then) => {
    const server = await serve(then);
    const { cert, key } = server.merchant.certificates;
    const waiting = new Client(server.url, { connect: { cert, key, ca: server.ca } });
    const connected = once(waiting, 'connect');
    const outcome = waiting
      .request({ method: 'POST', path: PATH, body: packet(server) })
      .then(({ body }) => body.text())
      .catch((error: { code?: string }) => error.code);
    await connected;
    const others = clientOf(server);
    await expect.poll(async () => (await others.send()).fields.err_code).toBe('SUCCESS');
    await others.close();
    const stoppedAt = performance.now();
    await server.stop();
    const tookMs = performance.now() - stoppedAt;
    // Something was pending, or it would have stopped at once.
    expect(tookMs).toBeGreaterThan(300);
    expect(tookMs).toBeLessThan(1_000);
    expect(await outcome).toBe('UND_ERR_SOCKET');
    await waiting.destroy();
  });
});
