/** The real curl against the mock, and raw sockets for what curl cannot do: whatever comes, the answer is definite. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sampleRequest, writeXml, XML_BYTES_MAX } from '../../contracts/index.ts';
import { type Certificates, openCertificates } from '../../mock-server/certificates/bundle.ts';
import { curlLine } from '../../mock-server/cli/text.ts';
import {
  frozenClock,
  type MockServer,
  type MockServerOptions,
  type ServedMerchant,
  startMockServer,
} from '../../mock-server/index.ts';

const run = promisify(execFile);
const PATH = '/mmpaymkttransfers/sendredpack';
const NOON_2014 = Date.parse('2014-11-17T12:00:00+08:00');
const NOON_2016 = Date.parse('2016-01-10T12:00:00+08:00');
const HOUR_MS = 3_600_000;
/** Without the proxies and settings of whoever runs the tests. */
const ENV = { PATH: process.env.PATH };

let scratch: string;
let certificates: Certificates;
const running: MockServer[] = [];
const faults: unknown[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'redpack-curl-'));
  // A blank and a quote, which the ready text must get past a shell.
  certificates = await openCertificates({ dir: join(scratch, "the merchant's certs") });
});

afterEach(async () => {
  for (const server of running.splice(0)) {
    for (const { mchId } of server.merchants) {
      expect((await server.ledger(mchId)).faults).toEqual([]);
    }
    await server.stop();
  }
  expect(faults.splice(0)).toEqual([]);
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function serve(options: MockServerOptions = {}): Promise<MockServer> {
  const onFault = (error: unknown) => faults.push(error);
  const settings = { scenario: 'no-limits', certificates, onFault, ...options };
  const server = await startMockServer(settings);
  running.push(server);
  return server;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly version: string;
  readonly body: string;
}

/** `-q`: no curlrc of whoever runs the tests. The last line is what curl knows of the answer. */
async function curl(args: readonly string[], stdin: string | Buffer = ''): Promise<Answer> {
  const known = '\n%{http_code} %{http_version} %{content_type}';
  const always = ['-q', '-sS', '--max-time', '10', '--write-out', known];
  const call = run('curl', [...always, ...args], { env: ENV, maxBuffer: 1 << 24 });
  call.child.stdin?.on('error', () => undefined).end(stdin); // curl may stop reading it
  const { stdout } = await call;
  const end = stdout.lastIndexOf('\n');
  const [status, version = '', ...type] = stdout.slice(end + 1).split(' ');
  return { status: Number(status), version, type: type.join(' '), body: stdout.slice(0, end) };
}

const POST = ['--data-binary', '@-'];

function trust({ certificates: { caPath } }: ServedMerchant): string[] {
  return ['--cacert', caPath];
}

function pem({ certificates: { caPath, certPath, keyPath } }: ServedMerchant): string[] {
  return ['--cacert', caPath, '--cert', certPath, '--key', keyPath];
}

function p12({ mchId, certificates: { caPath, p12Path } }: ServedMerchant): string[] {
  return ['--cacert', caPath, '--cert-type', 'P12', '--cert', `${p12Path}:${mchId}`];
}

let number = 0;

/** A signed request with an order number of its own. */
function packet({ scenario, merchant }: MockServer): string {
  number += 1;
  const mch_billno = `curl${number}`;
  return writeXml([...sampleRequest(scenario.edition, 'sendredpack', merchant, { mch_billno })]);
}

function valueIn(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`).exec(xml)?.[1];
}

async function paidPackets(server: MockServer, mchId = server.merchant.mchId): Promise<number> {
  return (await server.ledger(mchId)).paidPackets;
}

/** An ordinary send, which shows that the server goes on. */
async function stillAnswers(server: MockServer): Promise<void> {
  const { body } = await curl(
    [...POST, ...pem(server.merchant), server.url + PATH],
    packet(server),
  );
  expect(valueIn(body, 'result_code')).toBe('SUCCESS');
}

describe('the sample request of the first document', () => {
  // Signed with the documentation's key outside this product (domain facts §5, K9).
  const SAMPLE = `<xml>
<sign><![CDATA[D40649FDDBB5CD031F6D8B39676767C6]]></sign>
<mch_billno><![CDATA[0010010404201411170000046545]]></mch_billno>
<mch_id><![CDATA[888]]></mch_id>
<wxappid><![CDATA[wxcbda96de0b165486]]></wxappid>
<nick_name><![CDATA[nick_name]]></nick_name>
<send_name><![CDATA[send_name]]></send_name>
<re_openid><![CDATA[onqOjjmM1tad-3ROpncN-yUfa6uI]]></re_openid>
<total_amount><![CDATA[200]]></total_amount>
<min_value><![CDATA[200]]></min_value>
<max_value><![CDATA[200]]></max_value>
<total_num><![CDATA[1]]></total_num>
<wishing><![CDATA[恭喜发财]]></wishing>
<client_ip><![CDATA[127.0.0.1]]></client_ip>
<act_name><![CDATA[新年红包]]></act_name>
<act_id><![CDATA[act_id]]></act_id>
<remark><![CDATA[新年红包]]></remark>
<logo_imgurl><![CDATA[https://xx/img/wxpaylogo.png]]></logo_imgurl>
<share_content><![CDATA[share_content]]></share_content>
<share_url><![CDATA[https://xx/img/wxpaylogo.png]]></share_url>
<share_imgurl><![CDATA[https:/xx/img/wxpaylogo.png]]></share_imgurl>
<nonce_str><![CDATA[50780e0cca98c8c8e814883e5caa672e]]></nonce_str>
</xml>`;

  it.each([
    ['the pem bundle', pem],
    ['the p12', p12],
  ])('is paid in its edition by day, sent with %s', async (_, credentials) => {
    const clock = frozenClock(NOON_2014);
    const server = await serve({ scenario: 'default', edition: '2014', clock });
    const merchant = merchantOf(server, '888');
    const args = [...POST, ...credentials(merchant), server.url + PATH];
    const answer = await curl(args, SAMPLE);
    expect(answer).toMatchObject({ status: 200, version: '1.1', type: 'text/plain' });
    const sendListid = valueIn(answer.body, 'send_listid');
    expect(sendListid).toMatch(/^100000000020141117\d{10}$/);
    expect(answer.body).toBe(
      '<xml>\n<return_code><![CDATA[SUCCESS]]></return_code>\n' +
        '<return_msg><![CDATA[发放成功]]></return_msg>\n' +
        '<result_code><![CDATA[SUCCESS]]></result_code>\n' +
        '<mch_billno><![CDATA[0010010404201411170000046545]]></mch_billno>\n' +
        '<mch_id>888</mch_id>\n<wxappid><![CDATA[wxcbda96de0b165486]]></wxappid>\n' +
        '<re_openid><![CDATA[onqOjjmM1tad-3ROpncN-yUfa6uI]]></re_openid>\n' +
        '<total_amount>200</total_amount>\n' +
        `<send_listid><![CDATA[${sendListid}]]></send_listid>\n` +
        '<send_time><![CDATA[20141117120000]]></send_time>\n</xml>',
    );
    clock.advance(HOUR_MS);
    expect((await curl(args, SAMPLE)).body).toBe(answer.body);
    expect(await paidPackets(server, '888')).toBe(1);
  });

  it('is refused at night, and paid with the same number after eight', async () => {
    const clock = frozenClock(NOON_2014 - 5 * HOUR_MS);
    const server = await serve({ scenario: 'default', edition: '2014', clock });
    const args = [...POST, ...pem(merchantOf(server, '888')), server.url + PATH];
    const night = await curl(args, SAMPLE);
    expect(valueIn(night.body, 'return_code')).toBe('FAIL');
    expect(valueIn(night.body, 'err_code')).toBe('TIME_LIMITED');
    expect(await paidPackets(server, '888')).toBe(0);
    clock.advance(HOUR_MS);
    expect(valueIn((await curl(args, SAMPLE)).body, 'result_code')).toBe('SUCCESS');
    expect(await paidPackets(server, '888')).toBe(1);
  });

  it('is refused when one digit of its signature is another', async () => {
    const clock = frozenClock(NOON_2014);
    const server = await serve({ scenario: 'default', edition: '2014', clock });
    const args = [...POST, ...pem(merchantOf(server, '888')), server.url + PATH];
    const { body } = await curl(args, SAMPLE.replace('6767C6]', '6767C7]'));
    expect(valueIn(body, 'err_code')).toBe('SIGN_ERROR');
  });
});

describe('the sample request of the second document', () => {
  // Signed with the documentation's key outside this product (domain facts §5, K8).
  const SAMPLE = `<xml>
<sign><![CDATA[0BDE59F92E62C9A6E624640D8FA2584A]]></sign>
<mch_billno><![CDATA[0010010404201411170000046545]]></mch_billno>
<mch_id><![CDATA[888]]></mch_id>
<wxappid><![CDATA[wxcbda96de0b165486]]></wxappid>
<send_name><![CDATA[send_name]]></send_name>
<re_openid><![CDATA[onqOjjmM1tad-3ROpncN-yUfa6uI]]></re_openid>
<total_amount><![CDATA[200]]></total_amount>
<total_num><![CDATA[1]]></total_num>
<wishing><![CDATA[恭喜发财]]></wishing>
<client_ip><![CDATA[127.0.0.1]]></client_ip>
<act_name><![CDATA[新年红包]]></act_name>
<remark><![CDATA[新年红包]]></remark>
<nonce_str><![CDATA[50780e0cca98c8c8e814883e5caa672e]]></nonce_str>
</xml>`;

  it.each([
    ['2015', 'the pem bundle', pem],
    ['2015', 'the p12', p12],
    ['current', 'the pem bundle', pem],
    ['current', 'the p12', p12],
  ] as const)('is paid in edition %s, sent with %s', async (edition, _, credentials) => {
    const clock = frozenClock(NOON_2016);
    const server = await serve({ scenario: 'default', edition, clock });
    const merchant = merchantOf(server, '888');
    const { status, body } = await curl(
      [...POST, ...credentials(merchant), server.url + PATH],
      SAMPLE,
    );
    expect(status).toBe(200);
    expect(valueIn(body, 'result_code')).toBe('SUCCESS');
    expect(valueIn(body, 'total_amount')).toBe('200');
    expect(valueIn(body, 'send_time')).toBe(edition === '2015' ? '20160110120000' : undefined);
    expect(valueIn(body, 'err_code')).toBe(edition === '2015' ? undefined : 'SUCCESS');
    expect(await paidPackets(server, '888')).toBe(1);
  });

  it('lacks three fields of the first edition', async () => {
    const clock = frozenClock(NOON_2014);
    const server = await serve({ scenario: 'default', edition: '2014', clock });
    const args = [...POST, ...pem(merchantOf(server, '888')), server.url + PATH];
    const { body } = await curl(args, SAMPLE);
    expect(valueIn(body, 'err_code')).toBe('PARAM_ERROR');
    expect(valueIn(body, 'err_code_des')).toBe('参数错误:nick_name字段必填，并且少于16字符');
  });
});

function merchantOf(server: MockServer, mchId: string): ServedMerchant {
  const merchant = server.merchants.find((each) => each.mchId === mchId);
  if (!merchant) throw new Error(`the scenario has no merchant ${mchId}`);
  return merchant;
}

describe('the curl line of the ready text', () => {
  it.each(['2014', '2015', 'current'] as const)(
    'works in a shell in edition %s, and pasted twice it pays once',
    async (edition) => {
      const clock = frozenClock(NOON_2016);
      const server = await serve({ scenario: 'default', edition, clock });
      const shell = () => run('sh', ['-c', curlLine(server)], { env: ENV });
      const [first, second] = [await shell(), await shell()];
      expect(valueIn(first.stdout, 'result_code')).toBe('SUCCESS');
      expect(second.stdout).toBe(first.stdout);
      expect(await paidPackets(server)).toBe(1);
    },
  );
});

describe('a certificate', () => {
  it('that is missing is told in XML with HTTP 200', async () => {
    const server = await serve();
    const { status, body } = await curl(
      [...POST, ...trust(server.merchant), server.url + PATH],
      packet(server),
    );
    expect(status).toBe(200);
    expect(valueIn(body, 'err_code')).toBe('CA_ERROR');
    expect(valueIn(body, 'err_code_des')).toBe('证书出错，请登录微信支付商户平台下载证书');
    expect(await paidPackets(server)).toBe(0);
  });

  it('that signed itself gets the front server’s page with HTTP 400', async () => {
    const server = await serve();
    const [key, cert] = [join(scratch, 'self-key.pem'), join(scratch, 'self.pem')];
    const subject = `/CN=${server.merchant.mchId}`;
    const files = ['-keyout', key, '-out', cert];
    await run(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files].concat(['-subj', subject]),
    );
    const credentials = ['--cert', cert, '--key', key, ...trust(server.merchant)];
    const answer = await curl([...POST, ...credentials, server.url + PATH], packet(server));
    expect(answer).toMatchObject({ status: 400, type: 'text/html' });
    expect(answer.body).toContain('<center>The SSL certificate error</center>');
    expect(await paidPackets(server)).toBe(0);
  });
});

describe('a request is paid', () => {
  const odd = (type: string) => [`Content-Type ${type}`, ['-H', `Content-Type: ${type}`]] as const;

  it.each([
    ['HTTP/1.0', ['--http1.0']],
    ['HTTP/1.0 and no ALPN', ['--http1.0', '--no-alpn']],
    ['a chunked body', ['-H', 'Transfer-Encoding: chunked']],
    ['Expect: 100-continue', ['-H', 'Expect: 100-continue']],
    ['no Content-Type', ['-H', 'Content-Type:']],
    odd('application/json'),
    odd('application/x-www-form-urlencoded'),
    odd('text/xml; charset=gbk'),
    odd('application/octet-stream'),
    odd('nonsense'),
    ['neither User-Agent nor Accept', ['-H', 'User-Agent:', '-H', 'Accept:']],
    ['any compression accepted', ['--compressed']],
    ['TLS 1.2', ['--tls-max', '1.2']],
    ['TLS 1.3', ['--tlsv1.3']],
    ['the connection closed', ['-H', 'Connection: close']],
  ] as const)('that comes with %s', async (_, args) => {
    const server = await serve();
    const answer = await curl(
      [...args, ...POST, ...pem(server.merchant), server.url + PATH],
      packet(server),
    );
    expect(answer.status).toBe(200);
    expect(valueIn(answer.body, 'result_code')).toBe('SUCCESS');
    expect(await paidPackets(server)).toBe(1);
  });

  it('twice over one connection', async () => {
    const server = await serve();
    const one = ['-q', '-sS', ...pem(server.merchant), '--write-out', '\n%{num_connects}\n'];
    const send = () => [...one, '--data-binary', packet(server), server.url + PATH];
    const { stdout } = await run('curl', [...send(), '--next', ...send().slice(1)], { env: ENV });
    expect(stdout.match(/^[01]$/gm)).toEqual(['1', '0']);
    expect(await paidPackets(server)).toBe(2);
  });

  it('that comes by the proxy to the real host’s name', async () => {
    const server = await serve({ proxy: true });
    const url = `https://api.mch.weixin.qq.com${PATH}`;
    const args = [...POST, ...pem(server.merchant), '--proxy', server.proxyUrl ?? '', url];
    const answer = await curl(args, packet(server));
    expect(valueIn(answer.body, 'result_code')).toBe('SUCCESS');
    expect(await paidPackets(server)).toBe(1);
  });
});

describe('what is no request is answered', () => {
  it('XML_ERROR for an empty body', async () => {
    const server = await serve();
    const { status, body } = await curl([...POST, ...pem(server.merchant), server.url + PATH]);
    expect(status).toBe(200);
    expect(valueIn(body, 'err_code')).toBe('XML_ERROR');
  });

  it('XML_ERROR for GET', async () => {
    const server = await serve();
    const { status, body } = await curl([...pem(server.merchant), server.url + PATH]);
    expect(status).toBe(200);
    expect(valueIn(body, 'err_code')).toBe('XML_ERROR');
  });

  it.each([
    ['HEAD', ['--head']],
    ['PUT', ['--request', 'PUT', ...POST]],
    ['DELETE', ['--request', 'DELETE']],
    ['OPTIONS', ['--request', 'OPTIONS']],
  ])('405 for %s, in words of our own', async (method, args) => {
    const server = await serve();
    const all = ['-i', ...args, ...pem(server.merchant), server.url + PATH];
    const { status, body } = await curl(all, packet(server));
    expect(status).toBe(405);
    expect(body).toMatch(/^allow: POST\r$/im);
    expect(body).toMatch(/^x-redpack-mock: method\r$/im);
    expect(body.includes(`${method} is not allowed`)).toBe(method !== 'HEAD');
    expect(await paidPackets(server)).toBe(0);
  });

  it.each(['/', `${PATH}/`, '/pay/unifiedorder', `/mmpaymkttransfers/SendRedPack`])(
    '404 for %s, with the paths that there are',
    async (path) => {
      const server = await serve();
      const all = ['-i', ...POST, ...pem(server.merchant), server.url + path];
      const { status, body } = await curl(all, packet(server));
      expect(status).toBe(404);
      expect(body).toMatch(/^x-redpack-mock: not-found\r$/im);
      expect(body).toContain(`${PATH}, /mmpaymkttransfers/gethbinfo`);
      expect(await paidPackets(server)).toBe(0);
    },
  );

  it('404 for a wrong path although the body is huge', async () => {
    const server = await serve();
    const args = [...POST, ...pem(server.merchant), `${server.url}/pay/unifiedorder`];
    expect((await curl(args, 'x'.repeat(8 << 20))).status).toBe(404);
    await stillAnswers(server);
  });

  it.each([
    ['with its length', XML_BYTES_MAX + 1, []],
    ['in chunks', XML_BYTES_MAX + 1, ['-H', 'Transfer-Encoding: chunked']],
    ['of many megabytes', 32 << 20, ['-H', 'Expect:']],
    [
      'of many megabytes in chunks',
      32 << 20,
      ['-H', 'Transfer-Encoding: chunked', '-H', 'Expect:'],
    ],
    ['of many megabytes that waits for 100-continue', 32 << 20, ['-H', 'Expect: 100-continue']],
  ])('413 for a body above the limit %s', async (_, length, args) => {
    const server = await serve();
    const all = [...args, ...POST, ...pem(server.merchant), server.url + PATH];
    const { status, body } = await curl(all, Buffer.alloc(length, 'x'));
    expect(status).toBe(413);
    expect(body).toContain('413 Request Entity Too Large');
    await stillAnswers(server);
  });

  it('as a request for a body of exactly the limit', async () => {
    const server = await serve();
    const xml = packet(server);
    const padded = `${xml}${' '.repeat(XML_BYTES_MAX - Buffer.byteLength(xml))}`;
    const { body } = await curl([...POST, ...pem(server.merchant), server.url + PATH], padded);
    expect(valueIn(body, 'result_code')).toBe('SUCCESS');
  });
});

describe('a raw socket', () => {
  function dial({ port, ca, merchant }: MockServer): TLSSocket {
    const { cert, key } = merchant.certificates;
    return connectTls({ host: '127.0.0.1', port, ca, cert, key, servername: 'localhost' });
  }

  function head(length: number): string {
    return `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
  }

  /** All until the other side ends; a reset is an end too, and leaves what came before it. */
  function everything(socket: Readable): Promise<string> {
    let received = '';
    return new Promise((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk;
      });
      socket.on('error', () => undefined).once('close', () => resolve(received));
    });
  }

  it.each([
    ['half a body', (xml: string) => head(Buffer.byteLength(xml)) + xml.slice(0, xml.length / 2)],
    ['a head and no body', (xml: string) => head(Buffer.byteLength(xml))],
    ['half a head', () => head(9).slice(0, 40)],
    [
      'a chunk that does not end',
      (xml: string) =>
        `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n${xml}`,
    ],
  ])('that sends %s and waits is answered 408 and closed', async (_, part) => {
    const server = await serve({ bodyTimeoutMs: 300 });
    const socket = dial(server);
    socket.write(part(packet(server)));
    const started = performance.now();
    expect(await everything(socket)).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await paidPackets(server)).toBe(0);
    await stillAnswers(server);
  });

  it('whose body comes slowly but in time is paid', async () => {
    const server = await serve({ bodyTimeoutMs: 2_000 });
    const xml = Buffer.from(packet(server));
    const socket = dial(server);
    await once(socket, 'secureConnect');
    socket.write(head(xml.length).replace('Host', 'Connection: close\r\nHost'));
    for (let from = 0; from < xml.length; from += 100) {
      socket.write(xml.subarray(from, from + 100));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await everything(socket)).toContain('<result_code><![CDATA[SUCCESS]]></result_code>');
  });

  it.each([
    ['garbage', Buffer.from('\x00\x01\x02 what?\r\n\r\n')],
    ['a line without end', Buffer.alloc(100_000, 'x')],
  ])('that sends %s instead of HTTP is told and closed', async (_, bytes) => {
    const server = await serve();
    const socket = dial(server);
    socket.write(bytes);
    expect(await everything(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
    await stillAnswers(server);
  });

  it('that sends a head without end is closed', async () => {
    const server = await serve();
    const socket = dial(server);
    socket.write(`GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(20_000)}`);
    // A reset may overtake the 431: the server stops reading what is still on its way.
    expect(await everything(socket)).toMatch(/^(HTTP\/1\.1 431 |$)/);
    await stillAnswers(server);
  });

  it.each([
    ['plain HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['garbage', '\x16\x03\x01\x00\x05hello'],
  ])('that sends %s instead of TLS is closed', async (_, bytes) => {
    const server = await serve();
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.write(bytes);
    expect(await everything(socket)).not.toContain('HTTP/1.1 200');
    await stillAnswers(server);
  });

  it.each([
    ['ends', (socket: TLSSocket) => socket.end()],
    ['is cut', (socket: TLSSocket) => socket.destroy()],
  ])('that %s in the middle of a body leaves the server alive', async (_, leave) => {
    const server = await serve();
    const xml = packet(server);
    const socket = dial(server);
    await once(socket, 'secureConnect');
    const gone = everything(socket);
    socket.write(head(Buffer.byteLength(xml)) + xml.slice(0, 200), () => leave(socket));
    await gone;
    await stillAnswers(server);
    expect(await paidPackets(server)).toBe(1);
  });

  it('that leaves before its answer has still been paid, and the same request finds it so', async () => {
    const server = await serve();
    const xml = packet(server);
    const socket = dial(server);
    await once(socket, 'secureConnect');
    socket.write(head(Buffer.byteLength(xml)) + xml, () => socket.destroy());
    await everything(socket);
    await expect.poll(() => paidPackets(server)).toBe(1);
    const { body } = await curl([...POST, ...pem(server.merchant), server.url + PATH], xml);
    expect(valueIn(body, 'result_code')).toBe('SUCCESS');
    expect(await paidPackets(server)).toBe(1);
  });
});
