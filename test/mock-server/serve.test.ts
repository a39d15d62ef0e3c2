import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../contracts/index.ts';
import { CertificateError } from '../../mock-server/certificates/bundle.ts';
import { StartError } from '../../mock-server/listener.ts';
import { ScenarioError } from '../../mock-server/scenario/folder.ts';
import { startMockServer } from '../../mock-server/serve.ts';
import { MERCHANT } from '../support/in-process.ts';
import { clientOf, useLab } from '../support/server.ts';

const lab = useLab();

it('many servers run in one process, each with its own state', async () => {
  const [one, two] = await Promise.all([lab.start(), lab.start()]);
  if (!one || !two) throw new Error('unreachable');
  expect(one.port).not.toBe(two.port);
  const client = clientOf(one);
  await client.send();
  expect((await one.ledger('10000098')).paidPackets).toBe(1);
  expect((await two.ledger('10000098')).paidPackets).toBe(0);
  await client.close();
});

it('says in the journal what came, what was decided and why, without the key', async () => {
  const server = await lab.start();
  const client = clientOf(server);
  const { key } = server.merchant;
  await client.send({ mch_billno: 'ok' });
  await client.send({ mch_billno: 'long', act_name: '2017年度四季度微信抽奖活动' });
  await client.send({ mch_billno: 'leak', wishing: key });
  const [ok, long, leak] = server.journal.entries();
  expect(ok).toMatchObject({
    sequence: 1,
    verdict: 'sent',
    paid: true,
    peer: { kind: 'merchant', mchId: '10000098' },
    request: { mch_billno: 'ok' },
  });
  expect(long).toMatchObject({
    verdict: 'refused',
    code: 'PARAM_ERROR',
    clause: 'sendredpack/fields/act_name/max-bytes',
    why: 'act_name has 37 UTF-8 bytes, at most 32',
    paid: false,
  });
  expect(leak?.request.wishing).toBe('[redacted]');
  expect(JSON.stringify(server.journal.entries())).not.toContain(key);
  await client.close();
});

it('the journal names the field that a client signed and the endpoint does not know', async () => {
  const server = await lab.start();
  const client = clientOf(server);
  const refused = await client.send({ sign_type: 'MD5' });
  expect(refused.fields).toMatchObject({ err_code: 'SIGN_ERROR', err_code_des: '签名错误' });
  expect(server.journal.entries()[0]?.why).toContain('signed sign_type, which sendredpack');
  await client.close();
});

it('answers a client that signs an unknown field where the switch accepts it', async () => {
  const server = await lab.start({
    scenario: {
      title: 'lenient',
      switches: { signUnknownFields: 'accept-either' },
      merchants: [MERCHANT],
    },
  });
  const client = clientOf(server);
  const { fields } = await client.send({ sign_type: 'MD5' });
  expect(fields).toMatchObject({ result_code: 'SUCCESS' });
  await client.close();
});

it('serves another edition than the scenario says when asked to', async () => {
  const server = await lab.start({ edition: '2015' });
  const client = clientOf(server);
  const reply = await client.send();
  expect(reply.text).toMatch(/<mch_id>10000098<\/mch_id>[\s\S]*<send_time>/);
  await client.close();
});

it('answers what is in flight when it is stopped, and is gone within a second', async () => {
  const server = await lab.start();
  const { cert, key } = server.merchant.certificates;
  const body = writeXml([...sampleRequest('current', 'sendredpack', server.merchant)]);
  const { path } = ENDPOINT_ROWS.sendredpack;
  const socket = connectTls({ host: '127.0.0.1', port: server.port, cert, key, ca: server.ca });
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const length = Buffer.byteLength(body);
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`);
  socket.write(body.slice(0, 100));
  await new Promise((resolve) => setTimeout(resolve, 100));

  const began = performance.now();
  const stopping = server.stop();
  socket.write(body.slice(100));
  await Promise.all([stopping, closed]);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(answer).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
});

it('stops within a second though one client never finishes and another never begins its handshake', async () => {
  const server = await lab.start();
  const { cert, key } = server.merchant.certificates;
  const half = connectTls({ host: '127.0.0.1', port: server.port, cert, key, ca: server.ca });
  const silent = connect(server.port, '127.0.0.1');
  half.on('error', () => half.destroy());
  silent.on('error', () => silent.destroy());
  await new Promise((resolve) => half.once('secureConnect', resolve));
  half.write(
    `POST ${ENDPOINT_ROWS.sendredpack.path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  await server.stop();
  expect(performance.now() - began).toBeLessThan(1_000);
  await server.stop();
});

it('says that a port is in use, and what to do', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
  const address = taken.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  await expect(lab.start({ port })).rejects.toThrow(
    new StartError(`port ${port} is in use: stop what listens there, or give another with --port`),
  );
  taken.close();
});

it('leaves nothing listening when its proxy cannot start', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', () => resolve()));
  const address = taken.address();
  const proxy = typeof address === 'object' && address ? address.port : 0;
  const probe = await lab.start();
  const { port } = probe;
  await probe.stop();
  await expect(lab.start({ port, proxy })).rejects.toThrow(`port ${proxy} is in use`);
  const again = await lab.start({ port });
  expect(again.port).toBe(port);
  taken.close();
});

it('says which scenario does not exist, and which folder cannot hold certificates', async () => {
  await expect(lab.start({ scenario: 'nosuch' })).rejects.toThrow(ScenarioError);
  const file = join(lab.certDir, 'a-file');
  await writeFile(file, '');
  const start = startMockServer({ certDir: join(file, 'below') });
  await expect(start).rejects.toThrow(CertificateError);
  await expect(start).rejects.toThrow(/cannot be kept in .*a-file/);
});

it('refuses at the handshake who has no certificate, where the switch says so', async () => {
  const server = await lab.start({
    scenario: {
      title: 'harsh',
      switches: { noCertificate: 'refuse-handshake' },
      merchants: [MERCHANT],
    },
  });
  const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: server.ca });
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    socket.once('error', resolve);
    socket.once('secureConnect', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
  });
  expect(error.code).toMatch(/ERR_SSL_|ECONNRESET/);
  const client = clientOf(server);
  expect((await client.send()).fields).toMatchObject({ result_code: 'SUCCESS' });
  await client.close();
});
