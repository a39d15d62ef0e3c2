/** When a run has met what its story is about. That each story is met by its own steps is told where they are played. */
import { expect, it } from 'vitest';
import { HOUR_MS } from '../../contracts/index.ts';
import { whyNotMet } from '../../mock-server/exec/pitfall.ts';
import { loadScenario, scenarioNames } from '../../mock-server/scenario/load.ts';
import type { ScenarioInput } from '../../mock-server/scenario/schema.ts';
import { type InProcess, inProcess, OTHER_OPENID } from '../support/in-process.ts';

/** Without those that need a listener, and the one that takes its time. */
const STORIES = scenarioNames().filter((name) =>
  /^stories\/(?!doctype|no-handshake|late-answer)/.test(name),
);

/** What a run under the scenario says after these calls. */
async function after(
  scenario: string | Partial<ScenarioInput>,
  play: (lab: InProcess) => Promise<unknown>,
): Promise<string | undefined> {
  const lab = inProcess(typeof scenario === 'string' ? loadScenario(scenario) : scenario);
  // In process a connection that is cut is an error; the call was noted before.
  await play(lab).catch(() => undefined);
  return whyNotMet(lab.mock.scenario, { calls: lab.mock.journal.entries(), connections: 0 });
}

/** The stories that are met by a client that does nothing but this. */
async function metBy(play: (lab: InProcess) => Promise<unknown>): Promise<string[]> {
  const met: string[] = [];
  for (const name of STORIES) if ((await after(name, play)) === undefined) met.push(name);
  return met;
}

type Rule = NonNullable<ScenarioInput['rules']>[number];
const ruled = (rule: Rule): Partial<ScenarioInput> => ({ rules: [rule] });
const tooLong = { mch_billno: 'A'.repeat(40) };

it('is no story when every call is refused for a parameter, whatever befell its answer', async () => {
  expect(await metBy((lab) => lab.send(tooLong))).toEqual([]);
  expect(await after('stories/burst', (lab) => lab.send(tooLong))).toBe(
    'every call was refused before (PARAM_ERROR)',
  );
  expect(await after('stories/reply-lost', (lab) => lab.send(tooLong))).toBe(
    'every call was refused before (PARAM_ERROR)',
  );
});

it('is a story about signatures alone when every signature is wrong', async () => {
  expect(await metBy((lab) => lab.send({ sign: 'A'.repeat(32) }))).toEqual([
    'stories/decimal-amount',
    'stories/gbk-body',
    'stories/signature-refused',
  ]);
});

it('says for what a story without rules waits in vain', async () => {
  expect(await after('stories/burst', (lab) => lab.send())).toBe('no answer was FREQ_LIMIT');
  expect(await after('stories/midnight', (lab) => lab.send())).toBe('no answer was SENDNUM_LIMIT');
});

it('is what time brings, where a story waits for that, and not what led there', async () => {
  const paid = { mch_billno: '10000098202601310000000001' };
  const waits = async (lab: InProcess, days: number): Promise<unknown> => {
    await lab.send(paid);
    await lab.send({ re_openid: OTHER_OPENID });
    await lab.mock.clock.advance(days * 25 * HOUR_MS);
    return lab.query(paid.mch_billno);
  };
  const story = 'stories/refund-after-24h';
  expect(await after(story, (lab) => waits(lab, 0))).toBe('no answer was REFUND');
  expect(await after(story, (lab) => waits(lab, 1))).toBe(undefined);
  expect(await after('stories/retry-next-day', (lab) => lab.send())).toBe(
    'every call was refused before (NOTENOUGH)',
  );
});

it('is a limit that was reached, and a rule that struck', async () => {
  const twice = async (lab: InProcess): Promise<void> => {
    await lab.send();
    await lab.send();
  };
  expect(await after('stories/midnight', twice)).toBe(undefined);
  expect(await after('stories/reply-lost', (lab) => lab.send())).toBe(undefined);
  expect(await after('stories/paid-but-systemerror', (lab) => lab.send())).toBe(undefined);
});

it('is a rule that leaves an order in another state, or shows it so', async () => {
  const leaves = ruled({ when: { nth: 2 }, then: { state: 'SENDING' } });
  expect(await after(leaves, (lab) => lab.send())).toBe('none of its rules struck');
  expect(
    await after(leaves, async (lab) => {
      await lab.send();
      await lab.send({ re_openid: OTHER_OPENID });
    }),
  ).toBe(undefined);
  const shows = ruled({ when: { endpoint: 'gethbinfo' }, then: { state: 'RECEIVED' } });
  const mch_billno = '10000098202601310000000001';
  expect(await after(shows, (lab) => lab.send({ mch_billno }))).toBe('none of its rules struck');
  expect(
    await after(shows, async (lab) => {
      await lab.send({ mch_billno });
      await lab.query(mch_billno);
    }),
  ).toBe(undefined);
});

it('is any success where nothing goes wrong by itself', async () => {
  expect(await after('default', (lab) => lab.send())).toBe(undefined);
  expect(await after('stories/reply-unsigned', (lab) => lab.send())).toBe(undefined);
  expect(await after('default', async () => undefined)).toBe('no call came');
});

it('is a connection where no handshake is to succeed', () => {
  const noHandshake = loadScenario('stories/no-handshake');
  expect(whyNotMet(noHandshake, { calls: [], connections: 1 })).toBe(undefined);
  expect(whyNotMet(noHandshake, { calls: [], connections: 0 })).toBe('no connection came');
  const abrupt = loadScenario('faults/tls-no-close-notify');
  expect(whyNotMet(abrupt, { calls: [], connections: 1 })).toBe('no call came');
});
