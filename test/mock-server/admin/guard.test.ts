/** Attacks, each as it would come: by a web page in somebody's browser, by a name bent to this machine, by a stranger's program. */
import { exec } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { StartError } from '../../../mock-server/listener.ts';
import type { MockServer } from '../../../mock-server/serve.ts';
import { KEY } from '../../support/in-process.ts';
import { useLab } from '../../support/server.ts';
import { callerOf, startWithAdmin } from './support.ts';

const lab = useLab();
const TOP_UP = '/merchants/10000098/top-up';
const BODY = { fen: 1 };

/** One request as bytes, for what a client library would not send. */
function raw({ adminUrl = '' }: MockServer, lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(adminUrl).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.once('error', reject).once('close', () => resolve(answer));
    const head = [...lines, 'connection: close', `content-length: ${body.length}`];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

const run = async (command: string): Promise<string> => (await promisify(exec)(command)).stdout;

const topUps = async (server: MockServer): Promise<number> =>
  (await server.ledger('10000098')).topUpFen;

describe('a request for another host, as after DNS rebinding', () => {
  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.:PORT',
    'localhost:PORT@evil.example',
    '127.0.0.1.evil.example:PORT',
    '0.0.0.0:PORT',
  ])('Host: %s is refused, whatever it asks', async (name) => {
    const { server, admin } = await startWithAdmin(lab);
    const host = name.replace('PORT', new URL(admin.url).port);
    for (const line of ['GET /health', `POST ${TOP_UP}`, 'GET /openapi.json', 'GET /nosuch']) {
      const answer = await raw(
        server,
        [`${line} HTTP/1.1`, `host: ${host}`, 'content-type: application/json'],
        line.startsWith('GET') ? '' : JSON.stringify(BODY),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 4(?:21|00) /);
      expect(answer).not.toContain('10000098');
    }
    expect(await topUps(server)).toBe(0);
  });

  it('without Host, which HTTP/1.0 allows, it is refused', async () => {
    const { server } = await startWithAdmin(lab);
    expect(await raw(server, ['GET /health HTTP/1.0'])).toMatch(/^HTTP\/1\.1 4(?:21|00) /);
  });

  it('another URL in the request line changes nothing', async () => {
    const { server, admin } = await startWithAdmin(lab);
    const { host } = new URL(admin.url);
    const foreign = ['GET http://evil.example/health HTTP/1.1', 'host: evil.example'];
    expect(await raw(server, foreign)).toMatch(/^HTTP\/1\.1 421 /);
    const ours = await raw(server, [`GET /health HTTP/1.1`, `host: ${host.toUpperCase()}`]);
    expect(ours).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('its own names are taken, and those that were listed', async () => {
    const { server, admin } = await startWithAdmin(lab, { adminNames: ['Mock.test', 'fd00::1'] });
    const { port } = new URL(admin.url);
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'mock.test', '[fd00::1]']) {
      const answer = await raw(server, ['GET /health HTTP/1.1', `host: ${name}:${port}`]);
      expect(answer, name).toMatch(/^HTTP\/1\.1 200 /);
    }
  });
});

describe('a web page of another origin', () => {
  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://127.0.0.1:PORT' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('saying %j is refused', async (saying) => {
    const { server, admin } = await startWithAdmin(lab);
    const { port } = new URL(admin.url);
    const headers = Object.fromEntries(
      Object.entries(saying).map(([name, value]) => [name, String(value).replace('PORT', port)]),
    );
    for (const [method, path] of [
      ['POST', TOP_UP],
      ['GET', '/health'],
      ['GET', '/events'],
      ['DELETE', '/merchants/10000098'],
    ] as const) {
      const reply = await admin.call(method, path, method === 'POST' ? BODY : undefined, {
        headers,
      });
      expect(reply.body).toMatchObject({
        status: 403,
        type: 'urn:redpack-mock:problem:foreign-origin',
      });
    }
    expect([await topUps(server), server.merchants.length]).toEqual([0, server.merchants.length]);
    expect((await admin.get('/merchants/10000098')).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/jsonp',
    'application/json; charset=utf-16',
    '',
  ])('posting JSON as %j, as a form can without asking first, is refused', async (type) => {
    const { server, admin } = await startWithAdmin(lab);
    const reply = await admin.call('POST', TOP_UP, BODY, { headers: { 'content-type': type } });
    expect(reply.body).toMatchObject({
      status: 415,
      errors: [{ in: 'header', name: 'content-type' }],
    });
    const reset = await admin.call('POST', '/reset', undefined, {
      headers: { 'content-type': type },
    });
    expect(reset.status).toBe(415);
    expect(await topUps(server)).toBe(0);
  });

  it('whoever did not declare it is shown how with curl, and that works as pasted', async () => {
    const { server, admin } = await startWithAdmin(lab);
    await server.topUp('10000098', 1);
    const asked = await run(`curl -sS -X POST ${admin.url}/reset`);
    expect(JSON.parse(asked)).toMatchObject({ status: 415 });
    const shown = /: (curl .*)$/.exec(JSON.parse(asked).detail)?.[1] ?? '';
    expect(shown).toContain(`${admin.url}/reset`);
    expect(await run(`${shown} -sS`)).toBe('');
    expect(await topUps(server)).toBe(0);

    const posted = await run(`curl -sS -d '{"fen": 5}' ${admin.url}${TOP_UP}`);
    const form = /: (curl .*)$/.exec(JSON.parse(posted).detail)?.[1] ?? '';
    expect(JSON.parse(await run(`${form.replace('{…}', '{"fen": 5}')} -sS`))).toMatchObject({
      topUpFen: 5,
    });
  });

  it('a method that a route does not know is refused as that, declared or not', async () => {
    const { admin } = await startWithAdmin(lab);
    const undeclared = { headers: { 'content-type': '' } };
    for (const options of [undefined, undeclared]) {
      for (const [method, path, status] of [
        ['PATCH', '/clock', 405],
        ['PUT', '/reset', 405],
        ['POST', '/nosuch', 404],
      ] as const) {
        expect((await admin.call(method, path, undefined, options)).status, path).toBe(status);
      }
    }
    expect((await admin.call('PATCH', '/clock', undefined, undeclared)).body.detail).toBe(
      'PATCH is not for /clock: expected GET, HEAD, PUT',
    );
  });

  it('asking first whether it may is not told that it may', async () => {
    const { admin } = await startWithAdmin(lab);
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    for (const origin of ['https://evil.example', admin.url]) {
      const headers = { origin, ...asked };
      const { status, headers: answered } = await admin.call('OPTIONS', TOP_UP, undefined, {
        headers,
      });
      expect([403, 405]).toContain(status);
      expect(Object.keys(answered).filter((name) => /^access-control/.test(name))).toEqual([]);
    }
  });

  it("the admin's own page may ask", async () => {
    const { admin } = await startWithAdmin(lab);
    const headers = { origin: admin.url, 'sec-fetch-site': 'same-origin' };
    expect((await admin.call('POST', TOP_UP, BODY, { headers })).status).toBe(200);
    const typed = { 'sec-fetch-site': 'none' };
    expect((await admin.call('GET', '/health', undefined, { headers: typed })).status).toBe(200);
  });

  it('finds headers on every answer that keep it from reading, framing and sniffing', async () => {
    const { admin } = await startWithAdmin(lab);
    for (const path of ['/health', '/nosuch', '/journal?limit=0', '/merchants/x/ledger']) {
      const { headers } = await admin.get(path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      });
      expect(Object.keys(headers).filter((name) => /^access-control/.test(name))).toEqual([]);
    }
  });
});

describe('a body that is none', () => {
  it.each([
    ['cut short', '{"fen": 1', 'no JSON in UTF-8'],
    ['a form', 'fen=1', 'no JSON in UTF-8'],
    ['cut short after a key', `{"fen": 1, "key": "${KEY}"`, 'no JSON in UTF-8'],
    ['not UTF-8', Buffer.from('7b2266656e223a202231ff227d', 'hex'), 'no JSON in UTF-8'],
    ['deep', '['.repeat(100) + ']'.repeat(100), 'more than 32 levels'],
    ['very deep', '['.repeat(100_000) + ']'.repeat(100_000), 'more than 32 levels'],
    ['for the prototype', '{"__proto__": {"fen": 1}}', '__proto__'],
    [
      'for the prototype of something inside',
      '{"fen": 1, "x": [{"constructor": {"prototype": {"polluted": 1}}}]}',
      'constructor',
    ],
  ])('%s, is refused', async (_, body, words) => {
    const { server, admin } = await startWithAdmin(lab);
    const reply = await admin.call('POST', TOP_UP, undefined, { raw: body });
    expect(reply.body).toMatchObject({ status: 400, detail: expect.stringContaining(words) });
    expect(reply.text).not.toContain(KEY);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await topUps(server)).toBe(0);
  });

  it('one that is too large is refused, said or not said how long it is', async () => {
    const { server, admin } = await startWithAdmin(lab);
    const large = `{"fen": 1, "x": "${'x'.repeat(262_144)}"}`;
    expect((await admin.call('POST', TOP_UP, undefined, { raw: large })).status).toBe(413);
    const { host } = new URL(admin.url);
    const chunk = `40000\r\n${'x'.repeat(0x40000)}\r\n`;
    const lines = [`POST ${TOP_UP} HTTP/1.1`, `host: ${host}`, 'content-type: application/json'];
    const chunked = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(admin.url).port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('utf8').on('data', (text: string) => {
        answer += text;
      });
      socket.once('error', reject).once('close', () => resolve(answer));
      const head = [...lines, 'connection: close', 'transfer-encoding: chunked'].join('\r\n');
      socket.write(`${head}\r\n\r\n${chunk}${chunk}0\r\n\r\n`);
    });
    expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    expect(await topUps(server)).toBe(0);
  });

  it('one in pieces is read whole', async () => {
    const { server, admin } = await startWithAdmin(lab);
    const lines = [
      `POST ${TOP_UP} HTTP/1.1`,
      `host: ${new URL(admin.url).host}`,
      'content-type: application/json',
      'transfer-encoding: chunked',
    ];
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(admin.url).port), '127.0.0.1');
      socket.setEncoding('utf8').once('data', (text: string) => {
        resolve(text);
        socket.destroy();
      });
      socket.write(`${lines.join('\r\n')}\r\n\r\n4\r\n{"fe\r\n`);
      setTimeout(() => socket.write('5\r\nn":1}\r\n0\r\n\r\n'), 30);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(await topUps(server)).toBe(1);
  });
});

describe('a token', () => {
  const TOKEN = 'correct-horse-battery';

  it('is asked for on every route when the server has one', async () => {
    const { server, admin } = await startWithAdmin(lab, { adminToken: TOKEN });
    expect((await admin.get('/health')).status).toBe(200);
    const none = callerOf(server);
    const document = await admin.document();
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${none.url}${path}`, {
          method: method.toUpperCase(),
          headers,
        });
        expect(response.status, `${method} ${path}`).toBe(401);
        expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
        expect(await response.text()).not.toContain(TOKEN);
      }
    }
  });

  it.each([
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
    'Bearer',
    `Bearer x ${TOKEN}`,
  ])('that is sent as %j does not open anything', async (authorization) => {
    const { admin } = await startWithAdmin(lab, { adminToken: TOKEN });
    const reply = await admin.call('GET', '/health', undefined, { headers: { authorization } });
    expect(reply.status).toBe(401);
  });

  it('does not open the door to a foreign page that has it', async () => {
    const { admin } = await startWithAdmin(lab, { adminToken: TOKEN });
    const headers = { origin: 'https://evil.example' };
    expect((await admin.call('GET', '/health', undefined, { headers })).status).toBe(403);
  });

  it('must be there before the API is opened to other machines, and must be one', async () => {
    await expect(lab.start({ admin: true, adminHost: '0.0.0.0' })).rejects.toThrow(StartError);
    await expect(lab.start({ admin: true, adminHost: '0.0.0.0' })).rejects.toThrow(
      'may be reached from other machines: give a token with --admin-token',
    );
    for (const adminToken of ['', 'two words', '令牌']) {
      await expect(lab.start({ admin: true, adminToken })).rejects.toThrow('admin token');
    }
  });
});
