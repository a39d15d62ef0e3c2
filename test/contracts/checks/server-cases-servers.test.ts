/** Cases against servers that always say the same: what a case is named after, it sees. */
import { describe, expect, it } from 'vitest';
import type { WireReply } from '../../../contracts/checks/reply-view.ts';
import type { CallStep, CaseStep, ServerCase } from '../../../contracts/checks/server-case.ts';
import {
  CASE_GROUPS,
  type CaseGroup,
  serverCases,
} from '../../../contracts/checks/server-cases.ts';
import type { NoReply, ServerTarget } from '../../../contracts/checks/server-target.ts';
import { verifyServer } from '../../../contracts/checks/verify.ts';
import { EDITIONS, type Edition } from '../../../contracts/index.ts';
import { MERCHANT } from '../../support/verify-targets.ts';

const NOON_MS = Date.parse('2026-01-31T12:00:00+08:00');

function alwaysSays(answer: (call: number) => string | NoReply): ServerTarget {
  let calls = 0;
  return {
    merchant: MERCHANT,
    certificates: ['own', 'other', 'none', 'untrusted'],
    async post(): Promise<WireReply | NoReply> {
      const said = answer(++calls);
      if (typeof said !== 'string') return said;
      return { status: 200, contentType: 'text/plain', body: Buffer.from(said) };
    },
    arrange: async () => 'done',
    advance: async () => undefined,
    topUp: async () => undefined,
    claim: async () => undefined,
    pause: async () => undefined,
    nowMs: () => NOON_MS,
  };
}

const paysEverything = () =>
  alwaysSays(
    (call) => `<xml><result_code>SUCCESS</result_code><send_listid>${call}</send_listid></xml>`,
  );
const refusesEverything = () =>
  alwaysSays(() => '<xml><result_code>FAIL</result_code><err_code>NEVER_SEEN</err_code></xml>');
const hangsUp = () => alwaysSays(() => ({ failure: 'the connection was refused' }));

async function heldBy(target: ServerTarget, cases: readonly ServerCase[]): Promise<string[]> {
  const held: string[] = [];
  const options = { strict: 'assumed', money: 'allowed', runId: 'same' } as const;
  for await (const { id, verdict } of verifyServer(cases, target, options)) {
    if (verdict === 'held' && cases.some((each) => each.id === id)) held.push(id);
  }
  return held;
}

const isCall = (step: CaseStep): step is CallStep => 'call' in step;
const calls = ({ steps }: ServerCase): CallStep[] => steps.filter(isCall);
const ofGroups = EDITIONS.flatMap((edition) =>
  CASE_GROUPS.map((group) => [edition, group] as const),
);
const casesOf = (edition: Edition, group: CaseGroup) =>
  serverCases(edition, [group]).filter(({ id }) => !id.endsWith('/figure'));

describe.each(ofGroups)('of edition %s, the cases about %s', (edition, group) => {
  it('are not held by a server that pays everything, where they say that something is refused', async () => {
    const held = await heldBy(paysEverything(), casesOf(edition, group));
    const refusing = casesOf(edition, group)
      .filter(({ title }) => /^(?:refuses|answers|says|shows|pays|keeps|gives|forgets)/.test(title))
      .map(({ id }) => id);
    expect(held.filter((id) => refusing.includes(id))).toEqual([]);
  });

  it('are not held by a server that refuses everything with a code of its own', async () => {
    expect(await heldBy(refusesEverything(), casesOf(edition, group))).toEqual([]);
  });

  it('are held by one that hangs up only where the connection may be refused', async () => {
    const held = await heldBy(hangsUp(), casesOf(edition, group));
    const certificates = held.filter((id) => !/certificate[./](?:present|trusted)/.test(id));
    expect(certificates).toEqual([]);
  });

  it('make calls, each of them another wrong or right request', () => {
    for (const each of casesOf(edition, group)) {
      expect(calls(each).length, each.id).toBeGreaterThan(0);
      const isRequest = /\/(?:fields|certificate|signature|identity|amount|xml|precedence)\//.test(
        each.id,
      );
      if (!isRequest) continue;
      const asked = calls(each).map(({ accept, number, user, ...rest }) => JSON.stringify(rest));
      expect(new Set(asked).size, each.id).toBe(asked.length);
    }
  });

  it('leave a field out, or empty, only where it is about that', () => {
    for (const each of casesOf(edition, group)) {
      if (/required|empty|precedence/.test(each.id)) continue;
      for (const { fields = {} } of calls(each)) {
        for (const [name, value] of Object.entries(fields)) {
          expect(value, `${each.id}: ${name}`).toBeTruthy();
        }
      }
    }
  });

  it('have an id that says what they are about, and are as sure as rules can be', () => {
    const about =
      /^(?:sendredpack|gethbinfo|idempotency|balance|lifecycle|quota|frequency|codes|unknown-outcome)(?:\/[\w.-]+)+$/;
    for (const { id, certainty, title } of casesOf(edition, group)) {
      expect(id).toMatch(about);
      expect(['documented', 'observed', 'assumed'], id).toContain(certainty);
      expect(title, id).not.toMatch(/undefined|null|NaN/);
    }
  });
});
