import fc from 'fast-check';
import { textOf } from 'redpack-kit/arbitraries';
import { createRedpackClient } from 'redpack-kit/client';
import { parseFields } from 'redpack-kit/contracts';
import { expect, test } from 'vitest';

test('whatever an order says arrives as it was said', () => {
  const key = '192006250b4c09247ec02edce69f6a2d';
  const merchant = { mchId: '10000098', key, appid: 'wx8888888888888888' };
  const client = createRedpackClient({ ...merchant, fetch }); // or your own code that writes and signs
  // Texts of at most so many bytes: Chinese, emoji, and all that XML must write with care.
  const property = fc.property(textOf(31), textOf(127), (act_name, wishing) => {
    const made = client.prepare({
      re_openid: 'oxTWIuGaIt6gTKsQRLau2M0yL16E',
      total_amount: 100, // fen
      send_name: '天虹百货',
      remark: '快来抢',
      client_ip: '192.0.2.1',
      act_name,
      wishing,
    });
    const read = parseFields(Buffer.from(made.ok ? made.body : ''));
    if (!read.ok) throw new Error(`${JSON.stringify(made)}: ${read.refusal.detail}`);
    expect(read.value.get('act_name')).toBe(act_name);
    expect(read.value.get('wishing')).toBe(wishing);
  });
  fc.assert(property);
});
