/** msw stands in for WeChat in a user's own tests: the client is handed the global fetch, which msw watches. */
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createRedpackClient } from '../../client/index.ts';
import { REAL_HOST } from '../../contracts/index.ts';
import { KEY } from '../support/in-process.ts';
import { APPID, BILLNO, element, MCH_ID, ORDER, sentAnswer } from './support.ts';

const URL_OF_SEND = `https://${REAL_HOST}/mmpaymkttransfers/sendredpack`;
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

it('answers a client that is handed fetch, under the address of the real host', async () => {
  const bodies: string[] = [];
  server.use(
    http.post(URL_OF_SEND, async ({ request }) => {
      const body = await request.text();
      bodies.push(body);
      return HttpResponse.xml(sentAnswer(element(body, 'mch_billno')));
    }),
  );
  const client = createRedpackClient({ mchId: MCH_ID, key: KEY, appid: APPID, fetch });
  const outcome = await client.send({ ...ORDER, mch_billno: BILLNO });
  expect(outcome).toMatchObject({ kind: 'sent', mch_billno: BILLNO });
  expect(bodies).toHaveLength(1);

  server.use(http.post(URL_OF_SEND, () => HttpResponse.error()));
  const lost = await client.send({ ...ORDER, mch_billno: BILLNO });
  expect(lost).toMatchObject({ kind: 'unknown', mch_billno: BILLNO });
});
