/** `redpack verify --admin`: with the admin API of a real server at hand nothing is skipped, and nobody's merchant is touched. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../../../client/verify/play.ts';
import { serverCases } from '../../../contracts/checks/server-cases.ts';
import { EDITIONS } from '../../../contracts/index.ts';
import type { MockServer, MockServerOptions } from '../../../mock-server/index.ts';
import { callerOf } from '../../mock-server/admin/support.ts';
import { OTHER_OPENID } from '../../support/in-process.ts';
import { SEED } from '../../support/seed.ts';
import { clientOf, useLab } from '../../support/server.ts';
import { verify, verifyIn } from './support.ts';

const lab = useLab();
const start = (options: MockServerOptions = {}): Promise<MockServer> =>
  lab.start({ admin: true, ...options });

/** Where a server is, as `redpack verify` is told. */
function at({ url, adminUrl = '' }: MockServer): string[] {
  return [url, '--admin', adminUrl];
}

async function numbersOf(server: MockServer): Promise<string[]> {
  const { body } = await callerOf(server).get('/merchants');
  return body.merchants.map(({ mch_id }: { mch_id: string }) => mch_id);
}

const strictest = ['--strict', 'assumed', '--seed', String(SEED)];
const one = ['--only', 'idempotency/same-answer', '--runs', '0'];

function noEnvironment(): void {
  for (const name of ['MCH_ID', 'API_KEY', 'APPID', 'CERT_DIR', 'CA', 'ADMIN_TOKEN']) {
    vi.stubEnv(`REDPACK_${name}`, undefined);
  }
}
beforeAll(noEnvironment);
afterAll(() => vi.unstubAllEnvs());

describe('with the admin API at hand', () => {
  it.each(EDITIONS)(
    'everything holds, nothing is skipped, and no key is asked for: edition %s',
    async (edition) => {
      const server = await start({ scenario: 'codes/current/SYSTEMERROR' });
      const made = edition === 'current' ? ['--runs', '60', '--histories', '8'] : ['--runs', '0'];
      const args = [...at(server), '--edition', edition, ...strictest, ...made];
      const ended = await verify(...args, '--report', 'json');
      const { counts, results } = JSON.parse(ended.out);
      const broken = results.filter(({ verdict }: { verdict: string }) => verdict !== 'held');
      expect(broken).toEqual([]);
      expect(counts).toMatchObject({ failed: 0, differs: 0, skipped: 0 });
      expect(counts.held).toBeGreaterThan(serverCases(edition).length + 40);
      expect(ended).toMatchObject({ code: EXIT.held, err: '' });
      const generated = results.filter(({ id }: { id: string }) => id.startsWith('generated/'));
      expect(generated).toHaveLength(edition === 'current' ? 4 : 0);
    },
    60_000,
  );

  it('plays histories that begin with little money, are topped up, and last for days', async () => {
    const server = await start();
    const admin = callerOf(server);
    const args = ['--only', 'generated', '--runs', '0', '--histories', '12', ...strictest];
    const ended = await verify(...at(server), ...args);
    expect(ended.out).toContain('0 failed, 0 differ, 0 skipped, 1 held');
    // Its clock stands in January 2026, and only its clock.
    expect((await admin.get('/clock')).body).toMatchObject({ mode: 'real' });
  });

  it('finds what is wrong with the server, and says how to see it again', async () => {
    const merchant = {
      mch_id: '10000098',
      key: '192006250b4c09247ec02edce69f6a2d',
      appids: ['wx8888888888888888'],
      balanceFen: 0,
    };
    const switches = { replySigned: 'always' as const };
    const server = await start({ scenario: { title: 'x', switches, merchants: [merchant] } });
    const ended = await verify(...at(server), ...one);
    expect(ended.code).toBe(EXIT.failed);
    expect(ended.out).toContain('FAILED  sendredpack/reply/unsigned');
    expect(ended.out).toMatch(
      /# of merchant 9\d{9}, which was made for this run and is gone: curl/,
    );
  });
});

describe('whoever was there', () => {
  it('keeps orders, money, clock and scenario, and nobody is left behind', async () => {
    const server = await start({ scenario: 'default' });
    const client = clientOf(server);
    await client.send({ re_openid: OTHER_OPENID });
    await server.setClock({ mode: 'frozen', at: '2026-03-01T12:00:00+08:00' }, '10000098');
    const state = async () => {
      const { scenario, clock } = server.tenant('10000098');
      return {
        scenario,
        atMs: clock.nowMs(),
        orders: await server.orders('10000098'),
        ledger: await server.ledger('10000098'),
        merchants: await numbersOf(server),
      };
    };
    const before = await state();
    const args = ['--only', 'balance/', 'certificate/', 'generated', '--runs', '6'];
    const ended = await verify(...at(server), ...args);
    expect(ended.out).toContain(' 0 failed, 0 differ, ');
    expect(await state()).toEqual(before);
    expect(before.orders.orders).toHaveLength(1);
    // Of what was played no line is left either, but for calls that were nobody's.
    const lines = server.journal.entries();
    expect(lines.filter(({ mchId }) => mchId !== undefined)).toHaveLength(1);
    await client.close();
  });

  it('finds nobody left behind when the run is stopped', async () => {
    const server = await start();
    const before = await numbersOf(server);
    let interrupt = (): void => undefined;
    let listening = true;
    const onInterrupt = (listener: () => void) => {
      interrupt = listener;
      return () => {
        listening = false;
      };
    };
    // In the midst of made-up histories.
    const seen = server.journal.subscribe(() => {
      if (server.journal.sequence === 40) interrupt();
    });
    const args = ['--only', 'generated', '--runs', '0', '--histories', '500'];
    const ended = await verifyIn({ onInterrupt }, ...at(server), ...args);
    seen();
    expect(ended).toEqual({ code: 130, out: '', err: 'error: stopped before all was tried\n' });
    expect(listening).toBe(false);
    expect(await numbersOf(server)).toEqual(before);
    expect(server.journal.sequence).toBeLessThan(50);
  });

  it('finds nobody left behind when the report cannot be written', async () => {
    const server = await start();
    const before = await numbersOf(server);
    const ended = await verify(...at(server), ...one, '--output', lab.certDir);
    expect(ended.code).toBe(EXIT.usage);
    expect(ended.err).toContain('cannot write the report');
    expect(await numbersOf(server)).toEqual(before);
  });
});

describe('a token', () => {
  const token = 'right-horse';

  it('is sent, from the flag or the environment, which may name a merchant for other commands', async () => {
    const server = await start({ adminToken: token });
    expect((await verify(...at(server), ...one, '--admin-token', token)).code).toBe(EXIT.held);
    vi.stubEnv('REDPACK_ADMIN_TOKEN', token);
    vi.stubEnv('REDPACK_MCH_ID', '888');
    vi.stubEnv('REDPACK_CERT_DIR', '/nowhere');
    expect((await verify(...at(server), ...one)).code).toBe(EXIT.held);
    noEnvironment();
  });

  it('is asked for in one sentence when it is missing or wrong, and never shown', async () => {
    const server = await start({ adminToken: token });
    const without = await verify(...at(server), ...one);
    expect(without.err).toMatch(/^error: the admin API at http:\S+ asks for a token: [^\n]+\n$/);
    const wrong = await verify(...at(server), ...one, '--admin-token', 'wrong-horse');
    expect(wrong.err).toMatch(/^error: the admin API at http:\S+ refuses the token: [^\n]+\n$/);
    expect(wrong.err).not.toContain('horse');
    expect([without.code, wrong.code]).toEqual([EXIT.usage, EXIT.usage]);
  });
});

describe('an admin API that is none', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function answering(status: number, body: string): Promise<string> {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    [404, 'not found'],
    [200, '<html></html>'],
    [200, '{"status":"ok"}'],
    [500, '{"type":"about:blank"}'],
  ])('is called so where HTTP %i comes with %s', async (status, body) => {
    const ended = await verify('https://127.0.0.1:1', '--admin', await answering(status, body));
    expect(ended.err).toMatch(/^error: http:\S+ is no admin API of a redpack-mock \([^\n]+\n$/);
    expect(ended.code).toBe(EXIT.usage);
  });

  it('ends with 3 where nobody answers', async () => {
    const ended = await verify('https://127.0.0.1:1', '--admin', 'http://127.0.0.1:1');
    expect(ended.err).toMatch(/^error: the admin API at http:\/\/127.0.0.1:1\/ does not answer: /);
    expect(ended.code).toBe(EXIT.unreachable);
  });

  it('is told from that of another server', async () => {
    const [near, other] = [await start(), await start()];
    const ended = await verify(near.url, '--admin', other.adminUrl ?? '', ...one);
    expect(ended.err).toContain(`did not come to the server of --admin`);
    expect(ended.err).toContain(`is that of ${other.url}`);
    expect(ended.code).toBe(EXIT.usage);
  });

  it('ends with 3 where it is there and the server is not', async () => {
    const { adminUrl = '' } = await start();
    const ended = await verify('https://127.0.0.1:1', '--admin', adminUrl, ...one);
    expect(ended.err).toMatch(/^error: https:\/\/127.0.0.1:1\/ does not answer: .+is that of/);
    expect(ended.code).toBe(EXIT.unreachable);
  });
});

describe('flags that contradict each other', () => {
  const near = 'https://127.0.0.1:1';

  it.each([
    [['--admin', 'nowhere'], '--admin: nowhere is no URL'],
    [['--admin', near, '--mch-id', '1', '--cert-dir', '.'], 'leave out --mch-id, --cert-dir'],
    [['--admin-token', 'x'], '--admin-token is of no use without --admin'],
  ])('%j are refused: %s', async (args, said) => {
    const ended = await verify(near, ...args);
    expect(ended.err).toContain(said);
    expect(ended.code).toBe(EXIT.usage);
  });
});
