/** Clients that keep a server busy, and notice what becomes of every single request: also how much of an answer had come before it ended. */
import type { TLSSocket } from 'node:tls';
import { buildConnector, Client } from 'undici';
import { ENDPOINT_ROWS, parseTree, sampleRequest, writeXml } from '../../contracts/index.ts';
import type { MockServer } from '../../mock-server/serve.ts';

/** What became of one request. `closed`: no byte of an answer had come. `cut`: some had. */
export type Fate =
  | { readonly kind: 'answered'; readonly resultCode: string | undefined }
  | { readonly kind: 'closed'; readonly code: string }
  | { readonly kind: 'cut'; readonly bytes: number; readonly code: string };

/** One after the other over a kept connection, or each over a new one. */
export interface Caller {
  send(mch_billno: string): Promise<Fate>;
  close(): Promise<void>;
}

/** @param server whose merchant calls; others may take its place on its port meanwhile */
export function callerOf(server: MockServer, connection: 'kept' | 'new'): Caller {
  const { merchant, scenario, url, ca } = server;
  const { cert, key } = merchant.certificates;
  const connector = buildConnector({ cert, key, ca });
  let received = 0;
  const open = () =>
    new Client(url, {
      headersTimeout: 5_000,
      bodyTimeout: 5_000,
      connect: (options, callback) =>
        connector(options, (...[error, socket]) => {
          if (error) return callback(error, null);
          count(socket as TLSSocket, (bytes) => {
            received += bytes;
          });
          callback(null, socket);
        }),
    });
  let client = open();

  return {
    async send(mch_billno) {
      const fields = sampleRequest(scenario.edition, 'sendredpack', merchant, { mch_billno });
      const body = writeXml([...fields]);
      received = 0;
      try {
        const { path } = ENDPOINT_ROWS.sendredpack;
        const reply = await client.request({ method: 'POST', path, body });
        const bytes = new Uint8Array(await reply.body.arrayBuffer());
        const tree = parseTree(bytes);
        if (reply.statusCode !== 200 || !tree.ok) {
          return { kind: 'cut', bytes: received, code: `HTTP ${reply.statusCode}` };
        }
        const { text } = tree.value.children.find(({ name }) => name === 'result_code') ?? {};
        return { kind: 'answered', resultCode: text };
      } catch (error) {
        const code = String((error as NodeJS.ErrnoException).code);
        return received === 0 ? { kind: 'closed', code } : { kind: 'cut', bytes: received, code };
      } finally {
        if (connection === 'new') {
          await client.destroy();
          client = open();
        }
      }
    },
    close: () => client.destroy(),
  };
}

/** undici reads by `read`: what it gets is what has come through TLS, without handshake and alerts. */
function count(socket: TLSSocket, onBytes: (bytes: number) => void): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk = read(size) as Buffer | null;
    if (chunk) onBytes(chunk.length);
    return chunk;
  };
}
