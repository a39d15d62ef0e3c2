/** A server that is stopped and started again under load: every request has an answer or a clean close, and the money adds up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { ENDPOINT_ROWS, sampleRequest, writeXml } from '../../contracts/index.ts';
import { createMemoryStore } from '../../mock-server/store/memory.ts';
import { type Caller, callerOf, type Fate } from '../support/load.ts';
import { useLab } from '../support/server.ts';

const lab = useLab();
const RESTARTS = 10;
const ANSWERS_BETWEEN = 200;
/** What a client sees of a connection that ends before its answer begins. */
const CLEAN = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

it('ten restarts under load leave no request without an answer or a clean close', async () => {
  const store = createMemoryStore();
  let server = await lab.start({ scenario: 'no-limits', store });
  const { port, merchant } = server;
  const fates: Fate[] = [];
  let isOver = false;
  let numbers = 0;

  /** Sends one number after the other, each until it is answered. */
  const work = async (caller: Caller): Promise<void> => {
    while (!isOver) {
      const number = `restart${++numbers}`;
      for (let answered = false; !answered; ) {
        const fate = await caller.send(number);
        fates.push(fate);
        answered = fate.kind === 'answered';
        if (!answered) await sleep(1);
      }
    }
    await caller.close();
  };
  const callers = Array.from({ length: 16 }, (_, index) =>
    callerOf(server, index < 12 ? 'kept' : 'new'),
  );
  const working = callers.map(work);

  const answered = (): number => fates.filter(({ kind }) => kind === 'answered').length;
  const stopsMs: number[] = [];
  for (let nth = 0; nth < RESTARTS; nth++) {
    const enough = answered() + ANSWERS_BETWEEN;
    while (answered() < enough) await sleep(5);
    const began = performance.now();
    await server.stop();
    stopsMs.push(performance.now() - began);
    server = await lab.start({ scenario: 'no-limits', store, port });
  }
  isOver = true;
  await Promise.all(working);

  const closed = fates.filter((fate) => fate.kind === 'closed');
  expect(fates.filter(({ kind }) => kind === 'cut')).toEqual([]);
  expect(closed.filter(({ code }) => !CLEAN.includes(code))).toEqual([]);
  expect(closed.length).toBeGreaterThan(RESTARTS);
  expect(Math.max(...stopsMs)).toBeLessThan(1_000);
  const answers = fates.filter((fate) => fate.kind === 'answered');
  expect(new Set(answers.map(({ resultCode }) => resultCode))).toEqual(new Set(['SUCCESS']));
  expect(answers).toHaveLength(numbers);
  expect(await server.ledger(merchant.mchId)).toMatchObject({
    paidPackets: numbers,
    heldFen: numbers * 100,
    faults: [],
  });
});

it('a connection whose client goes on asking ends with the answer that was under way', async () => {
  const server = await lab.start({ scenario: 'no-limits' });
  const { cert, key } = server.merchant.certificates;
  const socket = connect({ host: '127.0.0.1', port: server.port, cert, key, ca: server.ca });
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const request = (mch_billno: string): string => {
    const fields = sampleRequest('current', 'sendredpack', server.merchant, { mch_billno });
    const body = writeXml([...fields]);
    const { path } = ENDPOINT_ROWS.sendredpack;
    return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  };
  socket.write(request('first').slice(0, -10));
  await sleep(50);
  const began = performance.now();
  const stopping = server.stop();
  socket.write(request('first').slice(-10) + request('second'));
  await Promise.all([stopping, closed]);
  expect(performance.now() - began).toBeLessThan(400);
  const answers = heard.split('HTTP/1.1 200 OK').slice(1);
  expect(answers.map((answer) => /Connection: (\S+)/i.exec(answer)?.[1])).toEqual([
    'keep-alive',
    'close',
  ]);
  expect(answers.filter((answer) => answer.trimEnd().endsWith('</xml>'))).toHaveLength(2);
});
