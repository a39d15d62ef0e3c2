/** Faults without a socket: those of the answer are there as over the wire, those of the connection are refused in plain words. */
import { describe, expect, it } from 'vitest';
import {
  ENDPOINT_ROWS,
  type EndpointName,
  parseTree,
  sampleRequest,
  writeXml,
  type XmlElement,
} from '../../../contracts/index.ts';
import { createApp } from '../../../mock-server/http.ts';
import { createMock, type Mock } from '../../../mock-server/mock.ts';
import { checkScenario } from '../../../mock-server/scenario/load.ts';
import type { ScenarioInput } from '../../../mock-server/scenario/schema.ts';
import { KEY, MERCHANT, OPENID, OTHER_OPENID } from '../../support/in-process.ts';

type Rule = NonNullable<ScenarioInput['rules']>[number];
type Then = Rule['then'];

interface Lab {
  readonly mock: Mock;
  readonly faults: unknown[];
  call(number: string, options?: RequestInit, endpoint?: EndpointName): Promise<Response>;
}

function lab(then: Then, when: Rule['when'] = {}, seed = 1): Lab {
  const mock = createMock(
    checkScenario({
      title: 'in process',
      clock: { mode: 'frozen', at: '2026-01-31T12:00:00+08:00' },
      seed,
      merchants: [MERCHANT],
      rules: [{ when, then }],
    }),
  );
  const faults: unknown[] = [];
  const app = createApp(mock, (error) => faults.push(error));
  return {
    mock,
    faults,
    async call(mch_billno, options = {}, endpoint = 'sendredpack') {
      const merchant = { mchId: MERCHANT.mch_id, key: KEY, appid: 'wx8888888888888888' };
      const fields = sampleRequest('current', endpoint, merchant, { mch_billno });
      const body = writeXml([...fields]);
      const peer = { kind: 'merchant', mchId: MERCHANT.mch_id, serial: '01' } as const;
      const path = ENDPOINT_ROWS[endpoint].path;
      return app.request(path, { method: 'POST', body, ...options }, { peer });
    },
  };
}

async function textOf(response: Response): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
}

async function rootOf(response: Response): Promise<XmlElement> {
  const tree = parseTree(new Uint8Array(await response.arrayBuffer()));
  if (!tree.ok) throw new Error(tree.refusal.detail);
  return tree.value;
}

describe('a call in process', () => {
  it('waits for a delay, and gets status, headers and body of the faults', async () => {
    const { call } = lab({
      fault: [
        { kind: 'delay', ms: 40 },
        { kind: 'redirect', status: 308 },
      ],
    });
    const from = performance.now();
    const response = await call('N1');
    expect(performance.now() - from).toBeGreaterThanOrEqual(39);
    expect(response.status).toBe(308);
    expect(response.headers.get('location')).toBe('/mmpaymkttransfers/sendredpack');
    expect(await response.text()).toContain('308 Permanent Redirect');
  });

  it('that is given up during a delay before has paid nothing', async () => {
    const { mock, call } = lab({ strikes: 'before', fault: { kind: 'delay', ms: 60_000 } });
    await call('N1', { signal: AbortSignal.timeout(30) });
    expect(mock.journal.entries()).toMatchObject([{ verdict: 'undecided', paid: false }]);
    expect(await mock.order('10000098', 'N1')).toBeUndefined();
  });

  it.each<[string, Then['fault']]>([
    ['a drop', { kind: 'drop' }],
    ['a drop in the middle', { kind: 'drop', at: 'mid-body' }],
    ['silence', { kind: 'never-answer' }],
    ['a drip', { kind: 'drip', bytesPerSecond: 10 }],
  ])('is told in our own words that %s needs a connection', async (_, fault) => {
    const { faults, call } = lab({ fault });
    const response = await call('N1');
    expect([response.status, response.headers.get('x-redpack-mock')]).toEqual([500, 'fault']);
    expect(await response.text()).toContain(
      'a fault of the connection, and a call in process has none',
    );
    expect(faults).toHaveLength(1);
  });

  it('is told that an external entity needs a listener, or a URL of its own', async () => {
    expect(await (await lab({ fault: { kind: 'external-entity' } }).call('N1')).text()).toContain(
      'an external entity needs a listener to point to',
    );
    const own = lab({ fault: { kind: 'external-entity', canaryUrl: 'http://localhost/x' } });
    expect(await textOf(await own.call('N1'))).toContain('SYSTEM "http://localhost/x"');
  });
});

describe('several faults', () => {
  it('change elements first, then bytes, then how they are sent, whatever their order', async () => {
    const kinds: Then['fault'] = [
      { kind: 'encoding', as: 'bom' },
      { kind: 'content-type', value: 'text/html' },
      { kind: 'err-code', value: 'ODD' },
    ];
    const texts = await Promise.all(
      [kinds, [...kinds].reverse()].map(async (fault) => {
        const response = await lab({ fault }).call('N1');
        expect(response.headers.get('content-type')).toBe('text/html');
        return textOf(response);
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).toMatch(/^\ufeff<xml>\n/);
    expect(texts[0]).toContain('<err_code><![CDATA[ODD]]></err_code>');
  });

  it('of one sort follow each other: what comes after the sign is not signed', async () => {
    const echo = { kind: 'wrong-echo', fields: { total_amount: '1' } } as const;
    const sign = { kind: 'sign', as: 'added' } as const;
    const signs = await Promise.all(
      [[sign, echo] as const, [echo, sign] as const].map(async (fault) => {
        const { children } = await rootOf(await lab({ fault: [...fault] }).call('N1'));
        return children.find(({ name }) => name === 'sign')?.text;
      }),
    );
    expect(signs[0]).not.toBe(signs[1]);
  });
});

describe('chance', () => {
  const order = async (seed: number, number: string): Promise<string> => {
    const { children } = await rootOf(
      await lab({ fault: { kind: 'reordered' } }, {}, seed).call(number),
    );
    return children.map(({ name }) => name).join();
  };

  it('repeats exactly with the seed, and not with another', async () => {
    expect(await order(1, 'N1')).toBe(await order(1, 'N1'));
    expect(await order(1, 'N1')).not.toBe(await order(2, 'N1'));
  });

  it('draws anew for every call of a rule', async () => {
    const { call } = lab({ fault: { kind: 'sign', as: 'wrong' } });
    const [first, second] = [await textOf(await call('N1')), await textOf(await call('N1'))];
    expect(first).not.toBe(second);
    expect(first.replace(/<sign>.*/, '')).toBe(second.replace(/<sign>.*/, ''));
  });
});

describe('gethbinfo', () => {
  const query = { endpoint: 'gethbinfo' } as const;
  const receipts = async (length: number): Promise<XmlElement[]> => {
    const { mock, call } = lab({ fault: { kind: 'hblist', length } }, query);
    await call('N1');
    await mock.claim('10000098', 'N1');
    const { children } = await rootOf(await call('N1', {}, 'gethbinfo'));
    return children.filter(({ name }) => name === 'hblist');
  };

  it('has a list of as many receipts as are asked for', async () => {
    expect(await receipts(0)).toMatchObject([{ children: [] }]);
    const [one, three] = [await receipts(1), await receipts(3)];
    expect(one[0]?.children).toHaveLength(1);
    const told = three[0]?.children.map(({ children }) => children.map(({ text }) => text));
    expect(told).toEqual([
      [OPENID, '34', '2026-01-31 12:00:00'],
      [OTHER_OPENID, '33', '2026-01-31 12:00:00'],
      [OPENID, '33', '2026-01-31 12:00:00'],
    ]);
  });

  it('has no list where there is no order', async () => {
    const { call } = lab({ fault: { kind: 'hblist', length: 2 } }, query);
    const { children } = await rootOf(await call('N1', {}, 'gethbinfo'));
    expect(children.map(({ name }) => name)).not.toContain('hblist');
  });

  it('meets the same faults: its list too is reordered, and signed it is on request', async () => {
    const fault: Then['fault'] = [{ kind: 'sign', as: 'added' }, { kind: 'reordered' }];
    const { mock, call } = lab({ fault }, query, 4);
    await call('N1');
    await mock.claim('10000098', 'N1');
    const { children } = await rootOf(await call('N1', {}, 'gethbinfo'));
    const names = children.map(({ name }) => name);
    expect(names).toContain('sign');
    expect(names.slice(0, 2)).not.toEqual(['return_code', 'return_msg']);
    const receipt = children.find(({ name }) => name === 'hblist')?.children[0]?.children;
    expect(receipt?.map(({ name }) => name).sort()).toEqual(['amount', 'openid', 'rcv_time']);
    expect(receipt?.map(({ name }) => name)).not.toEqual(['openid', 'amount', 'rcv_time']);
  });
});

describe('an answer that is a refusal by itself', () => {
  it('is struck too, and stays what it is', async () => {
    const { mock, call } = lab({ fault: { kind: 'truncate', keptBytes: 120 } }, { nth: 2 });
    await call('N1');
    const fields = sampleRequest(
      'current',
      'sendredpack',
      { mchId: '10000098', key: KEY, appid: 'wx8888888888888888' },
      { mch_billno: 'N1', total_amount: '101' },
    );
    const response = await call('N1', { body: writeXml([...fields]) });
    expect((await response.arrayBuffer()).byteLength).toBe(120);
    expect(mock.journal.entries()[1]).toMatchObject({
      verdict: 'refused',
      code: 'FATAL_ERROR',
      faults: ['truncate'],
      paid: true,
    });
  });
});
