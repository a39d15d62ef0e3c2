/** What the lines of `serve` say beyond the journal. */
import { expect, it } from 'vitest';
import { jsonLine, requestLine } from '../../../mock-server/cli/text.ts';
import { inProcess } from '../../support/in-process.ts';

it.each([
  [
    { userPacketsPerDay: 1 },
    'SENDNUM_LIMIT',
    'another openid, POST /reset to the admin API (--admin)',
  ],
  [{ packetsPerDay: 1 }, 'DAY_OVER_LIMITED', 'POST /reset to the admin API (--admin)'],
  [{ callsPerSecond: 1 }, 'FREQ_LIMIT', 'POST /reset to the admin API (--admin)'],
  [
    { closedFromHour: 0, closedToHour: 24 },
    'TIME_LIMITED',
    'another clock, in the scenario or by the admin API (--admin)',
  ],
])(
  'after the limit %j the line for people says how to go on, and nothing else does',
  async (limits, code, ways) => {
    const edition = code === 'TIME_LIMITED' ? '2014' : 'current';
    const { mock, send } = inProcess({ edition, merchant: { limits } });
    await send();
    const answer = await send();
    const entry = mock.journal.entries().at(-1);
    if (!entry) throw new Error('the journal is empty');
    expect(answer.err_code ?? '').toContain('LIMIT');
    expect(entry.code).toBe(code);
    const hint = `(to go on: ${ways}, or --scenario no-limits)`;
    expect(requestLine(entry).endsWith(` [${entry.clause}] ${hint}\n`)).toBe(true);
    expect(`${jsonLine(entry)}${entry.reply}`).not.toMatch(/to go on|no-limits/);
  },
);

it('a refusal that is no limit has no such hint', async () => {
  const { mock, send } = inProcess({ merchant: { balanceFen: 0 } });
  await send();
  const lines = mock.journal.entries().map(requestLine);
  expect(lines).toEqual([expect.stringContaining('NOTENOUGH')]);
  expect(lines.join()).not.toContain('to go on');
});
