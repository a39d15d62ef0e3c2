/**
 * An HTTP client as thin as can be, on bare TLS sockets: with a fuller one, the load process is
 * busy before the server is, and then every server looks equally fast.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createSecureContext } from 'node:tls';
import { PATH } from './fixed-answer.mjs';

/** @typedef {{ cert: string, key: string, ca: string }} ClientFiles paths of PEM files */
/** @typedef {{ status: number, head: string, body: string }} Answer a char is a byte */

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * One for all connections: to parse the key for each would be the client's cost, not the server's.
 * @param {ClientFiles} files
 */
export function trustingContext({ cert, key, ca }) {
  return createSecureContext({
    cert: readFileSync(cert),
    key: readFileSync(key),
    ca: readFileSync(ca),
  });
}

/**
 * Trusts no authority of ours. Node takes the certificate of a server that it finds sound apart
 * into a JavaScript object, a fifth of a handshake's cost; one that it can't judge it leaves alone.
 * @param {ClientFiles} files
 */
export function carelessContext({ cert, key }) {
  return createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
}

/**
 * @param {{ url: string, body: string, keepAlive: boolean }} request
 * @returns {Buffer} the bytes to write, head and body
 */
export function requestBytes({ url, body, keepAlive }) {
  const head = [
    `POST ${PATH} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    'Content-Type: text/xml; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Connection: ${keepAlive ? 'keep-alive' : 'close'}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** One connection, one request at a time. */
export class Connection {
  /** @type {{ resolve: (answer: Answer) => void, reject: (error: Error) => void } | undefined} */
  #waiting;
  #text = '';
  #failure;

  /**
   * @param {string} url
   * @param {import('node:tls').ConnectionOptions} options with a `session`, a short handshake
   */
  constructor(url, options) {
    const { hostname, port } = new URL(url);
    this.socket = connect({ ...options, host: hostname, port: Number(port) });
    this.socket.setNoDelay(true);
    this.socket.setTimeout(ANSWER_TIMEOUT_MS, () => this.socket.destroy(new Error('No answer.')));
    this.socket.on('data', (chunk) => this.#take(chunk));
    this.socket.on('error', (error) => this.#fail(error));
    this.socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  /** @returns {Promise<unknown>} */
  ready() {
    return once(this.socket, 'secureConnect');
  }

  /**
   * @param {Buffer} bytes
   * @returns {Promise<Answer>}
   */
  post(bytes) {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#waiting = { resolve, reject };
      this.socket.write(bytes);
    });
  }

  /** Ends politely and waits for the other side: what is left over would slow the next one. */
  async close() {
    if (this.socket.closed) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.end();
    await closed;
  }

  #take(chunk) {
    this.#text = this.#text === '' ? chunk.latin1Slice() : this.#text + chunk.latin1Slice();
    const answer = whole(this.#text);
    if (!answer || !this.#waiting) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#text = '';
    resolve(answer);
  }

  #fail(error) {
    this.#failure ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * @param {string} text
 * @returns {Answer | undefined} undefined while something is missing
 */
function whole(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = LENGTH.exec(head);
  const complete = length ? body.length >= Number(length[1]) : body.endsWith('0\r\n\r\n');
  return complete ? { status: Number(head.slice(9, 12)), head, body } : undefined;
}

/**
 * A fast refusal must not count as speed.
 * @param {Answer} answer
 */
export function demandSuccess({ status, body }) {
  if (status === 200 && body.includes('<result_code><![CDATA[SUCCESS]]></result_code>')) return;
  const text = Buffer.from(body, 'latin1').toString('utf8').slice(0, 600);
  throw new Error(`The server answered ${status} without a success:\n${text}`);
}
