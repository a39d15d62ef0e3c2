/**
 * Every fault as real clients see it, curl and undici, over real mutual TLS; and what it does to the money: after it all is paid,
 * before it nothing is, and the number is free.
 */
import { Client } from 'undici';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../../contracts/index.ts';
import type { MockServer, ScenarioInput } from '../../../mock-server/index.ts';
import { curl } from '../../support/curl.ts';
import { MERCHANT } from '../../support/in-process.ts';
import { useLab } from '../../support/server.ts';
import { type Fault, type Got, rows } from './rows.ts';

const lab = useLab();
const PATH = ENDPOINT_ROWS.sendredpack.path;
/** How long a client waits: for a silent server not long. */
const PATIENCE_MS = 10_000;
const SILENCE_MS = 800;

/** Numbers that begin with `after`, or with `before`, meet the fault there. */
async function serve(fault: Fault, scenario: Partial<ScenarioInput> = {}): Promise<MockServer> {
  const rules = (['after', 'before'] as const).map((strikes) => ({
    when: { fields: { mch_billno: { startsWith: strikes } } },
    then: { strikes, fault },
  }));
  return lab.start({
    scenario: {
      title: fault.kind,
      clock: { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' },
      merchants: [{ ...MERCHANT, limits: { userPacketsPerMinute: null } }],
      rules,
      ...scenario,
    },
  });
}

function packet({ merchant }: MockServer, mch_billno: string): string {
  return writeXml([...sampleRequest('current', 'sendredpack', merchant, { mch_billno })]);
}

/** @returns the answer, or the name and code of the error */
async function undici(
  server: MockServer,
  mch_billno: string,
  waitMs: number,
): Promise<Got | string> {
  const { cert, key } = server.merchant.certificates;
  const client = new Client(server.url, { connect: { cert, key, ca: server.ca } });
  try {
    const signal = AbortSignal.timeout(waitMs);
    const body = packet(server, mch_billno);
    const answer = await client.request({ method: 'POST', path: PATH, body, signal });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    return { status: answer.statusCode, headers: answer.headers, body: bytes };
  } catch (error) {
    const { name, code } = error as Error & { code?: unknown };
    return `${name} ${code}`;
  } finally {
    await client.destroy();
  }
}

describe('an answer that', () => {
  it.concurrent.each(rows)('$what', async ({ fault, scenario, curl: args, curled, heard }) => {
    const server = await serve(fault, scenario);
    const { mchId } = server.merchant;
    const waitMs = fault.kind === 'never-answer' ? SILENCE_MS : PATIENCE_MS;
    for (const strikes of ['after', 'before']) {
      curled(
        await curl(server.merchant, server.url + PATH, packet(server, `${strikes}1`), args),
        `${strikes}1`,
      );
      heard(await undici(server, `${strikes}2`, waitMs), `${strikes}2`);
    }
    for (const number of ['after1', 'after2']) {
      expect(await server.order(mchId, number)).toMatchObject({ paid: true, state: 'SENT' });
    }
    for (const number of ['before1', 'before2']) {
      expect(await server.order(mchId, number)).toBeUndefined();
    }
    const { paidPackets, balanceFen, faults } = await server.ledger(mchId);
    expect({ paidPackets, balanceFen, faults }).toEqual({
      paidPackets: 2,
      balanceFen: MERCHANT.balanceFen - 200,
      faults: [],
    });
    expect(
      server.journal.entries().map(({ faults, strikes, paid }) => [faults, strikes, paid]),
    ).toEqual([
      [[fault.kind], 'after', true],
      [[fault.kind], 'after', true],
      [[fault.kind], 'before', false],
      [[fault.kind], 'before', false],
    ]);
  });
});
