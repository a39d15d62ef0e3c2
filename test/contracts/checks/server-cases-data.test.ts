/** The cases as data: each says what it asks, what it needs, and what it takes, in terms that there are. */
import { describe, expect, it } from 'vitest';
import type { Acceptable, CallStep, ServerCase } from '../../../contracts/checks/server-case.ts';
import { CASE_GROUPS, serverCases } from '../../../contracts/checks/server-cases.ts';
import { codesOf, EDITIONS } from '../../../contracts/index.ts';
import { ORDER_STATES } from '../../../contracts/tables/reply-fields.ts';

const ofGroups = EDITIONS.flatMap((edition) =>
  CASE_GROUPS.map((group) => [edition, group] as const),
);
const calls = ({ steps }: ServerCase) => steps.filter((step): step is CallStep => 'call' in step);

describe.each(ofGroups)('of edition %s, the cases about %s', (edition, group) => {
  const cases = () => serverCases(edition, [group]);

  it('have labels that can be read', () => {
    for (const each of cases()) {
      for (const { number = 'a', user = 'a' } of calls(each)) {
        expect(`${number} ${user}`, each.id).toMatch(/^\w+ \w+$/);
      }
    }
  });

  it('take answers that there are', () => {
    const codes = new Set(codesOf(edition).map(({ code }) => code));
    const states = new Set<string>(ORDER_STATES.map(({ state }) => state));
    const isKnown = (accept: Acceptable): boolean => {
      switch (accept.answer) {
        case 'refused':
          return codes.has(accept.code) && accept.messages?.length !== 0;
        case 'found':
          return states.has(accept.state);
        case 'page':
          return accept.status >= 400;
        default:
          return accept.answer === 'sent' || accept.answer === 'nothing';
      }
    };
    for (const each of cases()) {
      for (const { accept } of calls(each)) {
        expect(accept.length, each.id).toBeGreaterThan(0);
        expect(
          accept.filter((answer) => !isKnown(answer)),
          each.id,
        ).toEqual([]);
      }
    }
  });

  it('need something, if anything, and not what is empty', () => {
    for (const { id, needs } of cases()) {
      for (const need of [needs, ...Object.values(needs.merchant ?? {}), needs.merchant]) {
        if (typeof need !== 'object' || need === null || need === needs) continue;
        expect(Object.keys(need).length, id).toBeGreaterThan(0);
      }
    }
  });

  it('say when they begin where time passes', () => {
    for (const { id, needs, steps } of cases()) {
      const passes = steps.some((step) => 'advanceMs' in step && step.advanceMs > 0);
      if (passes) expect(Date.parse(needs.at ?? ''), id).toBeGreaterThan(0);
      for (const step of steps) {
        if ('advanceMs' in step) expect(step.advanceMs, id).toBeGreaterThan(0);
      }
    }
  });

  it('about a request say what is special in it', () => {
    const special =
      /^\w+\/(?:fields|signature|amount|xml|identity\/(?:wxappid|appid|msgappid|sub_mch_id|consume_mch_id))\//;
    for (const each of cases().filter(({ id }) => special.test(id))) {
      for (const { fields = {}, sign, form, written, certificate } of calls(each)) {
        if (group === 'wire' && calls(each).length > 1) continue;
        const said = [Object.keys(fields).length > 0, sign, form, written, certificate];
        expect(said.some(Boolean), each.id).toBe(true);
      }
    }
  });
});
