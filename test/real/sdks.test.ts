/**
 * Two SDKs from npm as they are installed, against the mock: nothing of theirs is changed but where they call.
 *
 * `tenpay` has the real host compiled in, but keeps its addresses in the public property `urls`: a user points the two of them at
 * the mock. It cannot be given a CA; it trusts the mock because the p12 holds the root beside the merchant's certificate.
 *
 * `wechatpay-axios-plugin` is made over axios: a user gives it `baseURL`, and `security: true` on calls that need the certificate.
 * `merchant` is handed to https.Agent, so either the p12 goes there, or the pem files with the mock's CA.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Certificates, openCertificates } from '../../mock-server/certificates/bundle.ts';
import { type MockServer, startMockServer } from '../../mock-server/index.ts';

type Values = Readonly<Record<string, string>>;

interface Tenpay {
  readonly urls: Record<'sendredpack' | 'gethbinfo', string>;
  sendRedpack(params: object): Promise<Values>;
  redpackQuery(params: object): Promise<Values>;
}
type TenpayClass = new (
  config: Readonly<{ appid: string; mchid: string; partnerKey: string; pfx: Buffer }>,
) => Tenpay;

interface Endpoint {
  post(data: object, config: object): Promise<{ readonly data: Values }>;
}
interface Wechatpay {
  readonly v2: { readonly mmpaymkttransfers: Record<'sendredpack' | 'gethbinfo', Endpoint> };
}
type WechatpayClass = new (config: object) => Wechatpay;

const require = createRequire(import.meta.url);
const TenpayClient = require('tenpay') as TenpayClass;
const WechatpayClient = require('wechatpay-axios-plugin') as WechatpayClass;

const OPENID = 'oxTWIuGaIt6gTKsQRLau2M0yL16E';
const PACKET = {
  mch_billno: '10000098201411111234567890',
  send_name: '天虹百货',
  re_openid: OPENID,
  total_amount: 100,
  wishing: ' 恭喜发财 & "happy" <new> year 🧧',
  client_ip: '192.168.0.1',
  act_name: '猜灯谜抢红包活动',
  remark: '猜越多得越多，快来抢！',
};
const PATHS = '/mmpaymkttransfers';

let scratch: string;
let certificates: Certificates;
let others: Certificates;
let server: MockServer;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'redpack-sdks-'));
  certificates = await openCertificates({ dir: join(scratch, 'certs') });
  others = await openCertificates({ dir: join(scratch, 'others') });
});

beforeEach(async () => {
  server = await startMockServer({ certificates });
});

afterEach(async () => {
  await server.stop();
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** The server's port, for another to take its place. */
async function freedPort(): Promise<number> {
  await server.stop();
  return server.port;
}

/** An SDK behind the few calls that the tests make. */
interface Client {
  send(params: object): Promise<Values>;
  query(mch_billno: string): Promise<Values>;
}

function tenpay(): Client {
  const { mchId, key, appid, certificates: bundle } = server.merchant;
  const client = new TenpayClient({ appid, mchid: mchId, partnerKey: key, pfx: bundle.p12 });
  client.urls.sendredpack = `${server.url}${PATHS}/sendredpack`;
  client.urls.gethbinfo = `${server.url}${PATHS}/gethbinfo`;
  return {
    send: (params) => client.sendRedpack(params),
    query: (mch_billno) => client.redpackQuery({ mch_billno }),
  };
}

type Credentials = (server: MockServer) => object;

const p12: Credentials = ({ merchant }) => ({
  pfx: merchant.certificates.p12,
  passphrase: merchant.mchId,
});
const pem: Credentials = ({ merchant, ca }) => ({
  cert: merchant.certificates.cert,
  key: merchant.certificates.key,
  ca,
});

function wechatpay(credentials: Credentials): Client {
  const { mchId, key, appid, certificates: bundle } = server.merchant;
  const { sendredpack, gethbinfo } = new WechatpayClient({
    baseURL: `${server.url}/`,
    proxy: false,
    mchid: mchId,
    secret: key,
    merchant: credentials(server),
    // What its v3 half asks for, which these calls do not use.
    serial: '00',
    privateKey: bundle.key,
    certs: { '01': server.ca },
  }).v2.mmpaymkttransfers;
  const [security, mch_id] = [true, mchId];
  return {
    async send(params) {
      const fields = { mch_id, wxappid: appid, total_num: 1, ...params };
      return (await sendredpack.post(fields, { security })).data;
    },
    async query(mch_billno) {
      const fields = { mch_id, appid, mch_billno, bill_type: 'MCHT' };
      return (await gethbinfo.post(fields, { security })).data;
    },
  };
}

const CLIENTS: [name: string, open: () => Client, ownError: Readonly<Record<string, unknown>>][] = [
  ['tenpay with the p12', tenpay, { message: 'NOTENOUGH' }],
  [
    'wechatpay-axios-plugin with the p12',
    () => wechatpay(p12),
    {
      name: 'AxiosError',
      code: 'EV2_RES_STATUS_CODE_NOT_SUCESS',
      response: expect.objectContaining({
        data: expect.objectContaining({ err_code: 'NOTENOUGH' }),
      }),
    },
  ],
  [
    'wechatpay-axios-plugin with the pem files',
    () => wechatpay(pem),
    { response: expect.objectContaining({ status: 200 }) },
  ],
];

describe.each(CLIENTS)('%s', (_, open, ownError) => {
  it('sends a packet once, however often it repeats the number', async () => {
    const client = open();
    const first = await client.send(PACKET);
    expect(first).toMatchObject({
      return_code: 'SUCCESS',
      result_code: 'SUCCESS',
      mch_billno: PACKET.mch_billno,
      re_openid: OPENID,
      total_amount: '100',
    });
    expect(first.send_listid).toMatch(/^1000041701\d{21}$/);
    const again = await client.send(PACKET);
    expect(again.send_listid).toBe(first.send_listid);
    await expectOnePayment();
  });

  it('finds the packet that it sent', async () => {
    const client = open();
    const { send_listid } = await client.send(PACKET);
    expect(await client.query(PACKET.mch_billno)).toMatchObject({
      status: 'SENT',
      detail_id: send_listid,
      total_amount: '100',
    });
  });

  it('reads who received it, and when', async () => {
    const client = open();
    await client.send(PACKET);
    await server.claim(server.merchant.mchId, PACKET.mch_billno);
    expect(await client.query(PACKET.mch_billno)).toMatchObject({
      status: 'RECEIVED',
      hblist: { hbinfo: { openid: OPENID, amount: '100' } },
    });
    await expectOnePayment();
  });

  it('throws its own error when the balance is empty, and pays with the same number later', async () => {
    await server.stop();
    const { mchId, key, appid } = server.merchant;
    server = await startMockServer({
      certificates,
      scenario: {
        title: 'an empty account',
        merchants: [{ mch_id: mchId, key, appids: [appid], balanceFen: 99 }],
      },
    });
    const client = open();
    await expect(client.send(PACKET)).rejects.toMatchObject(ownError);
    expect(await client.query(PACKET.mch_billno)).toMatchObject({ status: 'SENDING' });
    await server.topUp(mchId, 1);
    expect(await client.send(PACKET)).toMatchObject({ result_code: 'SUCCESS' });
    await expectOnePayment();
  });

  it('throws its own error for a number that is not there', async () => {
    await expect(open().query('10000098201411110000000000')).rejects.toThrow();
    const [entry] = server.journal.entries();
    expect(entry).toMatchObject({ verdict: 'refused', code: 'NOT_FOUND' });
  });

  it('calls no server of another root', async () => {
    const client = open();
    const stranger = await startMockServer({ certificates: others, port: await freedPort() });
    await expect(client.send(PACKET)).rejects.toThrow(/certificate/);
    expect(stranger.journal.entries()).toEqual([]);
    await stranger.stop();
  });

  async function expectOnePayment(): Promise<void> {
    const ledger = await server.ledger(server.merchant.mchId);
    expect(ledger).toMatchObject({ paidPackets: 1, faults: [] });
    expect(ledger.heldFen + ledger.receivedFen).toBe(100);
  }
});
