/** The document is made from the schemas that check; here it is held against the routes, and against what a generator needs. */
import { expect, it } from 'vitest';
import { createAdminApp } from '../../../mock-server/admin/app.ts';
import { packageVersion } from '../../../mock-server/version.ts';
import { inProcess, MERCHANT } from '../../support/in-process.ts';
import { useLab } from '../../support/server.ts';
import { type Document, type Operation, startWithAdmin, validate } from './support.ts';

const lab = useLab();

const read = async (): Promise<Document> => (await startWithAdmin(lab)).admin.document();

const operationsOf = (document: Document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

it('has every route that is served, and no other', async () => {
  const app = createAdminApp(
    {
      mock: inProcess().mock,
      issue: () => Promise.reject(new Error('nobody asks for a bundle')),
      apiUrl: '',
      version: '',
      stopping: new AbortController().signal,
      onFault: () => undefined,
    },
    { authorities: new Set(), token: undefined },
  );
  const served = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const written = operationsOf(await read()).map(
    ({ path, method }) => `${method.toUpperCase()} ${path}`,
  );
  expect(new Set(written)).toEqual(new Set(served));
  expect(written.length).toBeGreaterThan(25);
});

it('is OpenAPI 3.1: versions, parameters of every path, one success, problems as problem+json', async () => {
  const document = await read();
  expect(document).toMatchObject({ openapi: '3.1.0', info: { version: packageVersion() } });
  for (const { path, method, operation } of operationsOf(document)) {
    const where = `${method} ${path}`;
    const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path');
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(inPath.map(({ name }) => name).sort(), where).toEqual(named.sort());
    const statuses = Object.keys(operation.responses);
    expect(statuses.filter((status) => status < '300')).toHaveLength(1);
    expect(statuses).toContain('default');
    for (const [status, answer] of Object.entries(operation.responses)) {
      if (status < '300') continue;
      expect(Object.keys(answer.content ?? {}), where).toEqual(['application/problem+json']);
    }
    expect(operation, where).toMatchObject({
      summary: expect.any(String),
      tags: [expect.any(String)],
    });
  }
});

it('refers to nothing that is not there', async () => {
  const document = await read();
  const text = JSON.stringify(document);
  const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]);
  expect(new Set(referred)).toEqual(new Set(Object.keys(document.components.schemas)));
});

it('takes by its schemas what the routes take, and refuses what they refuse', async () => {
  const { admin } = await startWithAdmin(lab);
  const document = await admin.document();
  const cases: [method: string, path: string, body: unknown][] = [
    ['post', '/merchants', {}],
    ['post', '/merchants', { mch_id: '10000001', limits: { callsPerSecond: null } }],
    ['post', '/merchants', { mchId: '10000002' }],
    ['post', '/merchants', { mch_id: 10000002 }],
    ['post', '/merchants', { scenario: { name: 'default', yaml: 'x' } }],
    ['post', '/merchants', { scenario: 'default' }],
    ['post', '/merchants', { scenario: 5 }],
    ['put', '/merchants/{mch_id}/scenario', { name: 'default' }],
    ['put', '/merchants/{mch_id}/scenario', { scenario: { title: 'x', merchants: [MERCHANT] } }],
    ['put', '/merchants/{mch_id}/scenario', { scenario: { title: 'x', merchants: [] } }],
    ['put', '/merchants/{mch_id}/scenario', 'default'],
    ['post', '/merchants/{mch_id}/top-up', { fen: 1 }],
    ['post', '/merchants/{mch_id}/top-up', { fen: -1 }],
    ['post', '/merchants/{mch_id}/top-up', { fen: '1' }],
    ['put', '/clock', { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' }],
    ['put', '/clock', { mode: 'frozen', at: 'noon' }],
    ['put', '/clock', { mode: 'running', rate: 0 }],
    ['post', '/clock/advance', { duration: '1h' }],
    ['post', '/clock/advance', { ms: 1, duration: '1h' }],
  ];
  for (const [method, path, body] of cases) {
    const operation: Operation | undefined = document.paths[path]?.[method];
    const schema = operation?.requestBody?.content?.['application/json']?.schema;
    if (!schema) throw new Error(`${method} ${path} takes no JSON`);
    const reply = await admin.call(
      method.toUpperCase(),
      path.replace('{mch_id}', '10000098'),
      body,
    );
    const isRight = () => validate(document, schema, body);
    if (reply.status < 300) expect(isRight, JSON.stringify(body)).not.toThrow();
    else expect(isRight, JSON.stringify(body)).toThrow();
  }
});
