/** A real mock on a free port with real certificates, and a client that speaks mutual TLS to it. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { afterAll, beforeAll, inject } from 'vitest';
import {
  ENDPOINT_ROWS,
  type EndpointName,
  parseTree,
  sampleRequest,
  writeXml,
} from '../../contracts/index.ts';
import { type Certificates, openCertificates } from '../../mock-server/certificates/bundle.ts';
import {
  type MockServer,
  type MockServerOptions,
  startMockServer,
} from '../../mock-server/serve.ts';

export interface Lab {
  readonly certDir: string;
  start(options?: MockServerOptions): Promise<MockServer>;
}

/** Call at the top of a file: servers that its tests start share a folder of certificates and are stopped at its end. */
export function useLab(): Lab {
  const servers: MockServer[] = [];
  let certDir = '';
  let certificates: Certificates;

  beforeAll(async () => {
    certDir = await mkdtemp(join(tmpdir(), 'redpack-test-'));
    await cp(inject('certificatesDir'), certDir, { recursive: true });
    certificates = await openCertificates({ dir: certDir });
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(certDir, { recursive: true, force: true });
  });

  return {
    get certDir() {
      return certDir;
    },
    async start(options = {}) {
      const server = await startMockServer({ certificates, ...options });
      servers.push(server);
      return server;
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  /** Elements below the root; empty when the answer is no XML. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface TestClient {
  post(body: string | Uint8Array, endpoint?: EndpointName): Promise<Reply>;
  send(overrides?: Readonly<Record<string, string | null>>): Promise<Reply>;
  query(billno: string): Promise<Reply>;
  close(): Promise<void>;
}

/** The server's first merchant, over kept connections. */
export function clientOf(server: MockServer, connections = 1): TestClient {
  const { merchant, scenario, url, ca } = server;
  const { cert, key } = merchant.certificates;
  const pool = new Pool(url, { connections, connect: { cert, key, ca } });
  let count = 0;

  const post: TestClient['post'] = async (body, endpoint = 'sendredpack') => {
    const {
      statusCode,
      headers,
      body: stream,
    } = await pool.request({
      method: 'POST',
      path: ENDPOINT_ROWS[endpoint].path,
      body,
    });
    const bytes = new Uint8Array(await stream.arrayBuffer());
    const tree = parseTree(bytes);
    const children = tree.ok ? tree.value.children : [];
    return {
      status: statusCode,
      contentType: String(headers['content-type']),
      text: new TextDecoder().decode(bytes),
      fields: Object.fromEntries(children.map(({ name, text }) => [name, text])),
    };
  };
  return {
    post,
    send(overrides = {}) {
      const mch_billno = `test${String(++count).padStart(10, '0')}`;
      const fields = sampleRequest(scenario.edition, 'sendredpack', merchant, {
        mch_billno,
        ...overrides,
      });
      return post(writeXml([...fields]));
    },
    query(mch_billno) {
      const fields = sampleRequest(scenario.edition, 'gethbinfo', merchant, { mch_billno });
      return post(writeXml([...fields]), 'gethbinfo');
    },
    close: () => pool.close(),
  };
}
