/** The canary: whoever expands an external entity is noted, and nobody is led anywhere else. */
import { execFile } from 'node:child_process';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../../contracts/index.ts';
import { loadScenario, type MockServer } from '../../../mock-server/index.ts';
import { curl } from '../../support/curl.ts';
import { useLab } from '../../support/server.ts';

const lab = useLab();

/** The answer with the entity, and where that points to. */
async function bait(server: MockServer, mch_billno: string): Promise<{ xml: string; url: string }> {
  const fields = sampleRequest('current', 'sendredpack', server.merchant, { mch_billno });
  const path = ENDPOINT_ROWS.sendredpack.path;
  const { body } = await curl(server.merchant, server.url + path, writeXml([...fields]));
  const xml = body.toString();
  return { xml, url: /SYSTEM "([^"]+)"/.exec(xml)?.[1] ?? '' };
}

const verdicts = (server: MockServer): string[] =>
  server.journal.entries().map(({ endpoint, verdict }) => `${endpoint} ${verdict}`);

it('says nothing of a client that leaves the entity alone', async () => {
  const server = await lab.start({ scenario: 'faults/external-entity' });
  await bait(server, 'N1');
  expect(verdicts(server)).toEqual(['sendredpack sent']);
});

it('notes a fetch with the request whose answer was expanded', async () => {
  const server = await lab.start({ scenario: 'faults/external-entity' });
  const { url } = await bait(server, 'N1');
  await bait(server, 'N2');
  const { statusCode, body } = await request(url);
  expect([statusCode, await body.text()]).toEqual([200, '<!-- the canary was fetched -->']);
  expect(verdicts(server)).toEqual(['sendredpack sent', 'sendredpack sent', 'canary canary']);
  expect(server.journal.entries()[2]).toMatchObject({
    request: { mch_billno: 'N1' },
    why: 'the external entity in the answer of sendredpack was fetched: the client expands entities',
    paid: false,
  });
});

it('answers in words of its own what it does not know', async () => {
  const server = await lab.start({ scenario: 'faults/external-entity' });
  const { url } = await bait(server, 'N1');
  const { statusCode, headers, body } = await request(`${url}0`);
  expect([statusCode, headers['x-redpack-mock']]).toEqual([404, 'canary']);
  expect(await body.text()).toContain('No such canary');
  expect(verdicts(server)).toEqual(['sendredpack sent']);
});

it('stops with the server', async () => {
  const server = await lab.start({ scenario: 'faults/external-entity' });
  const { url } = await bait(server, 'N1');
  await server.stop();
  await expect(request(url)).rejects.toThrow('ECONNREFUSED');
});

it('stays out of it when the scenario says where the entity points to', async () => {
  const fault = { kind: 'external-entity', canaryUrl: 'http://127.0.0.1:9/mine' } as const;
  const scenario = {
    ...loadScenario('faults/external-entity'),
    rules: [{ when: {}, then: { fault } }],
  };
  const server = await lab.start({ scenario });
  expect((await bait(server, 'N1')).url).toBe('http://127.0.0.1:9/mine');
});

const PARSE = `
import sys, xml.sax, xml.sax.handler
parser = xml.sax.make_parser()
parser.setFeature(xml.sax.handler.feature_external_ges, True)
parser.parse(sys.stdin.buffer)
`;

/** A real XML reader that expands, where there is one. */
function expand(xml: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = execFile('python3', ['-c', PARSE], (error) => resolve(error === null));
    child.stdin?.on('error', () => undefined).end(xml);
  });
}
const hasPython = await new Promise<boolean>((resolve) =>
  execFile('python3', ['-c', 'import xml.sax.expatreader'], (error) => resolve(error === null)),
);

it.skipIf(!hasPython)('catches a real reader that expands (needs python3)', async () => {
  const server = await lab.start({ scenario: 'faults/external-entity' });
  const { xml } = await bait(server, 'N1');
  expect(await expand(xml)).toBe(true);
  expect(verdicts(server)).toEqual(['sendredpack sent', 'canary canary']);
});
