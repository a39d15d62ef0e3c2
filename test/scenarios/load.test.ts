import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScenarioError, scenariosFolder } from '../../mock-server/scenario/folder.ts';
import {
  checkScenario,
  loadScenario,
  parseScenario,
  scenarioNames,
} from '../../mock-server/scenario/load.ts';
import { type ScenarioInput, scenarioSchema } from '../../mock-server/scenario/schema.ts';

const MERCHANT = {
  mch_id: '10000098',
  key: '192006250b4c09247ec02edce69f6a2d',
  appids: ['wx8888888888888888'],
  balanceFen: 100,
};

/** Six lines that are right; what is wrong follows from line 7 on. */
const RIGHT = `title: right
merchants:
  - mch_id: "10000098"
    key: 192006250b4c09247ec02edce69f6a2d
    appids: [wx8888888888888888]
    balanceFen: 100
`;

/** The lines of the refusal of a file. */
function refusal(text: string): string[] {
  try {
    parseScenario(text, 'wrong.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as ScenarioError).message.split('\n');
  }
  return ['accepted'];
}

/** The least of three: the machine may be busy with something else, or not have compiled it yet. */
const BUSY_MS_MAX = 250;

function busyMs<Result>(run: () => Result): [ms: number, result: Result] {
  const times = [1, 2, 3].map(() => {
    const began = performance.now();
    run();
    return performance.now() - began;
  });
  return [Math.min(...times), run()];
}

function refusalOfName(name: string): string {
  try {
    loadScenario(name);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as ScenarioError).message;
  }
  return 'accepted';
}

describe('a scenario file', () => {
  it('is filled in with what it leaves out', () => {
    expect(parseScenario(RIGHT, 'right.yaml')).toEqual({
      title: 'right',
      edition: 'current',
      clock: { mode: 'real' },
      seed: 1,
      switches: {},
      merchants: [
        {
          ...MERCHANT,
          company: 'redpack-kit',
          role: 'ordinary',
          mobileAppids: [],
          limits: {},
          certificate: 'valid',
          productOpened: true,
          apiSending: 'open',
          account: 'normal',
          scenes: [],
          riskyOpenids: [],
          consumeMerchants: [],
        },
      ],
      rules: [],
      steps: [],
    });
  });

  it('is read with whichever ends of line, and after a byte order mark', () => {
    for (const text of [RIGHT.replaceAll('\n', '\r\n'), `\uFEFF${RIGHT}`, RIGHT.trimEnd()]) {
      expect(parseScenario(text, 'right.yaml').title).toBe('right');
    }
  });

  it('keeps the meaning of null, which lifts a limit, and of 0, which is one', () => {
    const limits = '    limits: { userPacketsPerDay: null, callsPerSecond: 0 }\n';
    expect(parseScenario(RIGHT + limits, 'right.yaml').merchants[0]?.limits).toEqual({
      userPacketsPerDay: null,
      callsPerSecond: 0,
    });
  });
});

describe('a wrong file is refused with line, column, path and what was expected', () => {
  const MONEY = RIGHT.replace('balanceFen: 100', 'balanceFen: "100"');
  const rows: [what: string, text: string, fault: string][] = [
    ['an empty file', '', '1:1: (the file): expected an object (keys: title, title_zh'],
    ['a list', '- title: x\n', '1:1: (the file): expected an object (keys: title, title_zh'],
    ['no merchants', 'title: x\n', '1:1: merchants: Invalid input: expected array'],
    ['an empty list', 'title: x\nmerchants: []\n', '2:12: merchants: Too small'],
    [
      'a quoted amount',
      MONEY,
      '6:17: merchants.0.balanceFen: expected a number of fen (not in quotes) or bottomless',
    ],
    [
      'a number that is not quoted',
      RIGHT.replace('"10000098"', '10000098'),
      '3:13: merchants.0.mch_id: Invalid input: expected string, received number',
    ],
    [
      'a number with a dash',
      RIGHT.replace('"10000098"', '1000-0098'),
      '3:13: merchants.0.mch_id: expected a merchant number, 1 to 32 digits (in quotes)',
    ],
    [
      'a short key',
      RIGHT.replace('192006250b4c09247ec02edce69f6a2d', '192006250b4c'),
      '4:10: merchants.0.key: expected the 32 characters of an API key',
    ],
    [
      'a missing key',
      RIGHT.replace(/ {4}key.*\n/, ''),
      '3:5: merchants.0.key: Invalid input: expected string, received undefined',
    ],
    [
      'a limit below nothing',
      `${RIGHT}    limits:\n      amountFenMin: -1\n`,
      '8:21: merchants.0.limits.amountFenMin: Too small',
    ],
    [
      'an edition without quotes',
      `${RIGHT}edition: 2014\n`,
      '7:10: edition: Invalid option: expected one of "2014"|"2015"|"current"',
    ],
    [
      'an instant without a zone',
      `${RIGHT}clock:\n  mode: frozen\n  at: 2026-01-31T03:00:00\n`,
      '9:7: clock.at: expected an instant with its zone, like "2026-01-31T03:00:00+08:00"',
    ],
    [
      'an instant that no calendar has',
      `${RIGHT}clock: { mode: frozen, at: 2026-02-30T03:00:00+08:00 }\n`,
      '7:28: clock.at: expected an instant with its zone',
    ],
    [
      'an unknown clock',
      `${RIGHT}clock: { mode: stopped }\n`,
      '7:16: clock.mode: unknown mode "stopped", expected one of real, frozen, offset, running',
    ],
    [
      'an unknown value of a switch',
      `${RIGHT}switches:\n  replySigned: never\n  amountBounds: inklusive\n`,
      '9:17: switches.amountBounds: Invalid option: expected one of "inclusive"|"exclusive"',
    ],
    [
      'an unknown check in an order',
      `${RIGHT}switches:\n  limitOrder: [balance, risc]\n`,
      '8:25: switches.limitOrder.1: Invalid option: expected one of "amount"|"closed-hours"',
    ],
    [
      'an unknown code',
      `${RIGHT}rules:\n  - when: { first: 1 }\n    then: { code: NOTENUOGH }\n`,
      '9:19: rules.0.then.code: Invalid option: expected one of "XML_ERROR"|"PARAM_ERROR"',
    ],
    [
      'a wording that the code does not have',
      `${RIGHT}rules:\n  - when: {}\n    then: { code: NO_AUTH, wording: address }\n`,
      '9:37: rules.0.then.wording: expected one of risk, ip, no-permission',
    ],
    [
      'a rule that says nothing',
      `${RIGHT}rules:\n  - when: {}\n    then: {}\n`,
      '9:11: rules.0.then: says nothing: expected a code, a state, a fault, or several of them',
    ],
    [
      'a text that is empty',
      `${RIGHT}rules:\n  - when: { fields: { act_name: { contains: "" } } }\n    then: { code: SYSTEMERROR }\n`,
      '8:45: rules.0.when.fields.act_name.contains: Too small: expected string to have >=1 characters',
    ],
    [
      'a field that the endpoint does not have',
      `${RIGHT}rules:\n  - when: { fields: { totl_amount: "1" } }\n    then: { code: SYSTEMERROR }\n`,
      '8:36: rules.0.when.fields.totl_amount: unknown field, expected one of act_id, act_name',
    ],
    [
      'bounds that nothing fits between',
      `${RIGHT}rules:\n  - when: { fields: { total_amount: { atLeast: 5, atMost: 1 } } }\n    then: { code: SYSTEMERROR }\n`,
      '8:37: rules.0.when.fields.total_amount: expected atLeast to be no more than atMost',
    ],
    [
      'a code of the other endpoint',
      `${RIGHT}rules:\n  - when: { endpoint: gethbinfo }\n    then: { code: NOTENOUGH }\n`,
      '9:19: rules.0.then.code: NOTENOUGH is an answer of sendredpack, not of gethbinfo',
    ],
    [
      'a code that the edition does not have',
      `${RIGHT}edition: "2014"\nrules:\n  - when: {}\n    then: { code: PROCESSING }\n`,
      '10:19: rules.0.then.code: PROCESSING is no code of edition 2014, but of 2015, current',
    ],
    [
      'an order received without being paid',
      `${RIGHT}rules:\n  - when: {}\n    then: { code: SYSTEMERROR, state: RECEIVED }\n`,
      '9:39: rules.0.then.state: without "money: moved" nothing was sent: expected SENDING or FAILED',
    ],
    [
      'a paid order that failed',
      `${RIGHT}rules:\n  - when: {}\n    then: { code: SYSTEMERROR, money: moved, state: FAILED }\n`,
      '9:53: rules.0.then.state: the money moved: expected any but FAILED',
    ],
    [
      'an hour that no day has',
      RIGHT.replace(/balanceFen: \d+/, (it) => `${it}\n    limits: { closedFromHour: 25 }`),
      '7:31: merchants.0.limits.closedFromHour: expected an hour, 0 to 24',
    ],
    [
      'a message that XML cannot carry',
      `${RIGHT}rules:\n  - when: {}\n    then: { code: SYSTEMERROR, message: "a\\0b" }\n`,
      '9:41: rules.0.then.message: expected no control characters: XML cannot carry them',
    ],
    [
      'a bound that is no number',
      `${RIGHT}rules:\n  - when: { fields: { total_amount: { atLeast: "5" } } }\n    then: { code: SYSTEMERROR }\n`,
      '8:48: rules.0.when.fields.total_amount.atLeast: Invalid input: expected number',
    ],
    [
      'a duration in words',
      `${RIGHT}steps:\n  - advance: 1 day\n`,
      '8:14: steps.0.advance: expected a duration like 500ms, 30s, 5m, 24h or 3d',
    ],
    [
      'a number of a step that is not quoted',
      `${RIGHT}steps:\n  - query: { mch_billno: 123 }\n    expect: { status: SENT }\n`,
      '8:26: steps.0.query.mch_billno: Invalid input: expected string, received number',
    ],
    [
      'a step without expectations',
      `${RIGHT}steps:\n  - advance: 1s\n  - send: {}\n`,
      '9:5: steps.1.expect: missing, expected an object (keys: connection, http',
    ],
    [
      'too many times',
      `${RIGHT}steps:\n  - send: {}\n    times: 20001\n    expect: {}\n`,
      '9:12: steps.0.times: Too big',
    ],
    [
      'a merchant that comes twice',
      `${RIGHT}  - mch_id: "10000098"\n    key: 192006250b4c09247ec02edce69f6a2d\n    appids: [wx1]\n    balanceFen: 1\n`,
      '7:13: merchants.1.mch_id: expected each mch_id once',
    ],
  ];

  it.each(rows)('%s', (_, text, fault) => {
    const [line, ...others] = refusal(text);
    expect(line).toContain(`wrong.yaml:${fault}`);
    expect(others).toEqual([]);
  });

  it('and every fault of it is named, a line each', () => {
    const text = RIGHT.replace('"10000098"', '10000098').replace(
      'balanceFen: 100',
      'balanceFen: x',
    );
    const faults = refusal(`${text}edition: "2013"\nseed: 1.5\n`);
    expect(faults.map((fault) => fault.split(': ').slice(0, 2).join(' '))).toEqual([
      'wrong.yaml:7:10 edition',
      'wrong.yaml:8:7 seed',
      'wrong.yaml:3:13 merchants.0.mch_id',
      'wrong.yaml:6:17 merchants.0.balanceFen',
    ]);
  });
});

describe('faults of the wire that cannot be are refused with the reason', () => {
  const rows: [what: string, then: string, fault: string][] = [
    [
      'an unknown kind',
      '{ fault: { kind: explode } }',
      '9:28: rules.0.then.fault.kind: unknown kind "explode", expected one of delay, never-answer',
    ],
    [
      'a fault without a kind',
      '{ fault: { ms: 1 } }',
      '9:20: rules.0.then.fault.kind: missing, expected one of delay, never-answer',
    ],
    [
      'a kind alone',
      '{ fault: drop }',
      '9:20: rules.0.then.fault: expected a fault, like { kind: drop }, or a list of faults',
    ],
    [
      'an unknown key of a kind',
      '{ fault: { kind: delay, ms: 1, seconds: 2 } }',
      '9:42: rules.0.then.fault.seconds: unknown key, expected one of kind, ms',
    ],
    [
      'a delay of an hour',
      '{ fault: { kind: delay, ms: 3600000 } }',
      '9:39: rules.0.then.fault.ms: Too big: expected number to be <=600000',
    ],
    [
      'a range upside down',
      '{ fault: { kind: delay, ms: { min: 2, max: 1 } } }',
      '9:39: rules.0.then.fault.ms: expected min to be no more than max',
    ],
    [
      'a status that no gateway page has',
      '{ fault: { kind: page, status: 418 } }',
      '9:42: rules.0.then.fault.status: Invalid option: expected one of 400|403',
    ],
    [
      'a redirect to the real host',
      '{ fault: { kind: redirect, location: "https://api.mch.weixin.qq.com/" } }',
      '9:48: rules.0.then.fault.location: expected any host but api.mch.weixin.qq.com',
    ],
    [
      'an entity at the real host',
      '{ fault: { kind: external-entity, canaryUrl: "http://API.mch.weixin.qq.com/x" } }',
      '9:56: rules.0.then.fault.canaryUrl: expected any host but api.mch.weixin.qq.com',
    ],
    [
      'strikes without a fault',
      '{ code: SYSTEMERROR, strikes: before }',
      '9:41: rules.0.then.strikes: says when a fault strikes, and there is none',
    ],
    [
      'money that moves after a fault that strikes before',
      '{ code: SYSTEMERROR, money: moved, strikes: before, fault: { kind: drop } }',
      '9:39: rules.0.then.money: the fault strikes before, so nothing is written',
    ],
    [
      'a state after a fault that strikes before',
      '{ state: SENDING, strikes: before, fault: { kind: drop } }',
      '9:20: rules.0.then.state: the fault strikes before, so nothing is written',
    ],
    [
      'a list of receipts in an answer of sendredpack',
      '{ fault: { kind: hblist, length: 1 } }',
      '9:28: rules.0.then.fault.kind: only gethbinfo answers a hblist',
    ],
    [
      'a missing sign where there is none',
      '{ fault: { kind: sign, as: missing } }',
      '9:28: rules.0.then.fault.kind: answers are not signed: expected "switches: { replySigned: always }"',
    ],
    [
      'two codes',
      '{ code: SYSTEMERROR, fault: { kind: err-code, value: ODD } }',
      '9:47: rules.0.then.fault.kind: SYSTEMERROR is answered: expected one of the two',
    ],
    [
      'a kind that comes twice',
      '{ fault: [{ kind: delay, ms: 1 }, { kind: delay, ms: 2 }] }',
      '9:53: rules.0.then.fault.1.kind: expected each kind once',
    ],
    [
      'two endings',
      '{ fault: [{ kind: drop, at: mid-body }, { kind: never-answer, at: mid-body }] }',
      '9:59: rules.0.then.fault.1.kind: the answer ends with drop',
    ],
    [
      'what a page hides',
      '{ fault: [{ kind: page, status: 502 }, { kind: sign, as: added }] }',
      '9:58: rules.0.then.fault.1.kind: nobody sees it: page takes its place',
    ],
    [
      'what no answer shows',
      '{ fault: [{ kind: chunked }, { kind: drop }] }',
      '9:29: rules.0.then.fault.0.kind: nobody sees it: nothing comes after drop before-headers',
    ],
  ];

  it.each(rows)('%s', (_, then, fault) => {
    const [line, ...others] = refusal(`${RIGHT}rules:\n  - when: {}\n    then: ${then}\n`);
    expect(line).toContain(`wrong.yaml:${fault}`);
    expect(others).toEqual([]);
  });

  it('and those that can be are not', () => {
    const accepted = [
      '{ code: SYSTEMERROR, money: moved, strikes: before, fault: { kind: delay, ms: 1 } }',
      '{ fault: [{ kind: delay, ms: { min: 1, max: 2 } }, { kind: drop, at: mid-body }, { kind: gzip }] }',
      '{ strikes: before, fault: [{ kind: delay, ms: 1 }, { kind: page, status: 504 }, { kind: drip, bytesPerSecond: 9 }] }',
    ];
    for (const then of accepted) {
      expect(refusal(`${RIGHT}rules:\n  - when: {}\n    then: ${then}\n`)).toEqual(['accepted']);
    }
  });

  it('an unknown fault of the listener', () => {
    expect(refusal(`${RIGHT}tls: { fault: expired }\n`)[0]).toContain(
      'wrong.yaml:7:15: tls.fault: Invalid option: expected one of "refuse-handshake"',
    );
  });
});

describe('an unknown key is refused where it stands, with the keys that are known there', () => {
  const rows: [what: string, text: string, fault: string][] = [
    [
      'of the file',
      `${RIGHT}rules: []\neditoin: current\n`,
      '8:1: editoin: unknown key, expected one of title, title_zh, description, edition',
    ],
    [
      'of a merchant',
      `${RIGHT}    ballanceFen: 100\n`,
      '7:5: merchants.0.ballanceFen: unknown key, expected one of mch_id, key, company',
    ],
    [
      'of the limits',
      `${RIGHT}    limits:\n      callsPerMinute: 1\n      userPacketPerDay: 3\n`,
      '9:7: merchants.0.limits.userPacketPerDay: unknown key, expected one of amountFenMin',
    ],
    [
      'a misspelt switch',
      `${RIGHT}switches:\n  amountBound: inclusive\n`,
      '8:3: switches.amountBound: unknown key, expected one of exactLength, replySigned',
    ],
    [
      'of a condition',
      `${RIGHT}rules:\n  - when: { nht: 1 }\n    then: { code: SYSTEMERROR }\n`,
      '8:13: rules.0.when.nht: unknown key, expected one of endpoint, mch_id, fields, nth',
    ],
    [
      'of an expectation',
      `${RIGHT}steps:\n  - send: {}\n    expect: { err_cod: NOTENOUGH }\n`,
      '9:15: steps.0.expect.err_cod: unknown key, expected one of connection, http, headers',
    ],
  ];

  it.each(rows)('%s', (_, text, fault) => {
    expect(refusal(text)).toHaveLength(1);
    expect(refusal(text)[0]).toContain(`wrong.yaml:${fault}`);
  });

  it('of a step that is none, with the steps that there are', () => {
    const text = `${RIGHT}steps:\n  - sned: {}\n    expect: { status: SENT }\n`;
    expect(refusal(text)).toEqual([
      'wrong.yaml:8:5: steps.0.sned: unknown key, expected a step: send, query, post, postBase64, advance, topUpFen or claim',
    ]);
  });

  it('of a step that is known by another key, with its own', () => {
    const [line, ...others] = refusal(
      `${RIGHT}steps:\n  - send: {}\n    tims: 2\n    expect: {}\n`,
    );
    expect(line).toContain(
      'wrong.yaml:9:5: steps.0.tims: unknown key, expected one of send, as, certificate',
    );
    expect(others).toEqual([]);
  });
});

describe('what may have several forms is refused with all of them when none was meant', () => {
  const rows: [what: string, text: string, fault: string][] = [
    ['a step that says nothing', 'steps: [{}]', '7:9: steps.0: expected a step: send, query'],
    [
      'a step that is two',
      'steps: [{ advance: 1s, claim: x }]',
      '7:9: steps.0: expected a step: send, query',
    ],
    [
      'a condition that is a number',
      'rules: [{ when: { fields: { total_amount: 5 } }, then: { code: SYSTEMERROR } }]',
      '7:43: rules.0.when.fields.total_amount: expected a text (in quotes), { contains: … }',
    ],
    [
      'a delay in words',
      'rules: [{ when: {}, then: { fault: { kind: delay, ms: long } } }]',
      '7:55: rules.0.then.fault.ms: expected milliseconds, or { min: …, max: … }',
    ],
  ];

  it.each(rows)('%s', (_, text, fault) => {
    const [line, ...others] = refusal(`${RIGHT}${text}\n`);
    expect(line).toContain(`wrong.yaml:${fault}`);
    expect(others).toEqual([]);
  });
});

describe('what a file names must be there', () => {
  it('the anchor of an alias', () => {
    expect(refusal(RIGHT.replace('title: right', 'title: *nothing'))[0]).toContain('not YAML: ');
  });

  it('the merchant of a step, and of a rule', () => {
    expect(refusal(`${RIGHT}steps:\n  - { send: {}, as: "888", expect: {} }\n`)).toEqual([
      'wrong.yaml:8:21: steps.0.as: expected one of the merchants: 10000098',
    ]);
    const rule = 'rules:\n  - when: { mch_id: "888" }\n    then: { code: SYSTEMERROR }\n';
    expect(refusal(RIGHT + rule)).toEqual([
      'wrong.yaml:8:21: rules.0.when.mch_id: expected one of the merchants: 10000098',
    ]);
  });
});

describe('what is no YAML is refused with the place where reading stopped', () => {
  const rows: [what: string, text: string, fault: string][] = [
    ['a quote that stays open', `${RIGHT}seed: "1\n`, '8:1: not YAML: Missing closing "quote'],
    ['a tab', `${RIGHT}steps:\n\t- advance: 1s\n`, '8:1: not YAML: Tabs are not allowed'],
    ['a key that comes twice', `${RIGHT}title: again\n`, '7:1: not YAML: Map keys must be unique'],
    [
      'two documents',
      `${RIGHT}---\ntitle: x\n`,
      '7:1: not YAML: a second document begins: expected one',
    ],
    ['a bracket that stays open', `${RIGHT}switches: { replySigned: never\n`, '8:1: not YAML: '],
  ];

  it.each(rows)('%s', (_, text, fault) => {
    expect(refusal(text)[0]).toContain(`wrong.yaml:${fault}`);
  });
});

describe('what would take long to read is refused at once, with the bound', () => {
  const numbered = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('');
  const nested = numbered(30, (index) => `&a${index} [`);
  const rows: [what: string, text: string, fault: string][] = [
    [
      'a text of 70,000 bytes',
      RIGHT + '#'.repeat(70_000),
      ': too large: expected at most 65536 bytes',
    ],
    [
      'thousands of aliases',
      numbered(3_000, (index) => `&a${index} k${index}: *a${index}\n`),
      ':1250:21: too long: expected at most 10000 words, signs and gaps',
    ],
    [
      'a hundred and one aliases',
      `a: &a [1]\nb: [${'*a,'.repeat(101)}]\n`,
      ':2:5: too many aliases: expected at most 100',
    ],
    [
      'aliases that double each other',
      `a0: &a0 [1, 1]\n${numbered(40, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`)}`,
      ': not YAML: what its aliases stand for is too much',
    ],
    [
      'aliases of what is nested',
      `a: &x 1\nb: ${nested}${'*x,'.repeat(60)}${']'.repeat(30)}\nc: [${numbered(30, (index) => `*a${index},`)}]\n`,
      ':1:1: title: Invalid input: expected string, received undefined',
    ],
    ['an alias of what it is part of', 'title: &a { b: *a }\n', ': not YAML: what its aliases'],
    [
      'a map of 1,001 keys',
      `${RIGHT}${numbered(1_001, (index) => `k${index}:\n`)}`,
      ':1:1: too many entries: expected at most 1000 in a list or map',
    ],
    [
      'a list of 1,001 entries',
      `${RIGHT}steps: [${'1,'.repeat(1_001)}]\n`,
      ':7:8: too many entries: expected at most 1000 in a list or map',
    ],
    [
      'thousands of brackets',
      `${RIGHT}steps: ${'['.repeat(3_000)}`,
      ':7:39: nested too deeply: expected at most 32 levels',
    ],
    ['thousands of dashes', '- '.repeat(3_000), ':1:65: nested too deeply'],
    ['nothing but closing brackets', `${RIGHT}${']'.repeat(50_000)}`, ':7:1: not YAML: '],
  ];

  it.each(rows)('%s', (_, text, fault) => {
    const [busy, lines] = busyMs(() => refusal(text));
    expect(lines[0]).toContain(`wrong.yaml${fault}`);
    expect(busy).toBeLessThan(BUSY_MS_MAX);
  });

  it('and of thousands of faults the first hundred are told', () => {
    const rules = `rules: [${'{ then: {} },'.repeat(600)}]\n`;
    const [busy, lines] = busyMs(() => refusal(RIGHT + rules));
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('wrong.yaml: and 1100 more');
    expect(busy).toBeLessThan(BUSY_MS_MAX);
  });

  it('but not what a person writes: hundreds of merchants, rules and steps, and some aliases', () => {
    const text = `title: large
merchants:
${numbered(200, (index) => `  - { mch_id: "${index}", key: 192006250b4c09247ec02edce69f6a2d, appids: [wx8888888888888888], balanceFen: 100 }\n`)}
rules: [${'{ when: &when { nth: 1 }, then: &then { code: SYSTEMERROR } },'}${'{ when: *when, then: *then },'.repeat(50)}]
`;
    expect(parseScenario(text, 'large.yaml')).toMatchObject({
      merchants: { length: 200 },
      rules: { length: 51 },
    });
  });
});

describe('a file that is none is refused without being waited for', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redpack-load-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const place = (name: string): string => join(folder, name);
  const EXPECTED = 'expected a regular file of at most 65536 bytes';

  it.skipIf(process.platform === 'win32')('a pipe', () => {
    const pipe = place('pipe.yaml');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    expect(refusalOfName(pipe)).toBe(`cannot read scenario ${pipe}: it is a pipe: ${EXPECTED}`);
  });

  it.skipIf(process.platform === 'win32')('a device, also behind a link', async () => {
    const link = place('endless.yaml');
    await symlink('/dev/zero', link);
    expect(refusalOfName(link)).toBe(`cannot read scenario ${link}: it is a device: ${EXPECTED}`);
  });

  it('a folder', async () => {
    await mkdir(place('folder.yaml'));
    expect(refusalOfName(place('folder.yaml'))).toContain(`it is a folder: ${EXPECTED}`);
  });

  it('a file of gigabytes', async () => {
    await writeFile(place('huge.yaml'), '');
    await truncate(place('huge.yaml'), 3_000_000_000);
    expect(refusalOfName(place('huge.yaml'))).toContain(`it is too large: ${EXPECTED}`);
  });

  it.skipIf(!existsSync('/proc/kallsyms'))('a file that says it is empty and is not', async () => {
    await symlink('/proc/kallsyms', place('proc.yaml'));
    expect(refusalOfName(place('proc.yaml'))).toContain(`it is too large: ${EXPECTED}`);
  });

  it.skipIf(process.platform === 'win32')('what a shell puts in the place of a file', () => {
    expect(refusalOfName('/dev/stdin')).toBe(
      '/dev/stdin is no scenario file: expected a regular file whose name ends in .yaml or .yml. ' +
        'What comes through a pipe has to be saved to one first',
    );
  });
});

describe('a scenario is found', () => {
  it('by its name below the folder, and by its path', () => {
    const byName = loadScenario('codes/current/NOTENOUGH');
    const path = join(scenariosFolder(), 'codes/current/NOTENOUGH.yaml');
    expect(byName.title).toContain('NOTENOUGH');
    expect(loadScenario(path)).toEqual(byName);
  });

  it('or refused with names that come near', () => {
    expect(refusalOfName('NOAUTH')).toBe(
      'no scenario "NOAUTH": did you mean codes/2014/NOAUTH or codes/current/NOAUTH?',
    );
    expect(refusalOfName('codes/2014/PROCESSING')).toBe(
      'no scenario "codes/2014/PROCESSING": did you mean codes/2015/PROCESSING or codes/current/PROCESSING?',
    );
    expect(refusalOfName('nothing-like-it')).toBe(
      'no scenario "nothing-like-it": see redpack-mock scenarios',
    );
  });

  it('never outside the folder by a name, and a missing file is said to be missing', () => {
    expect(refusalOfName('../test/fixture')).toContain('no scenario "../test/fixture"');
    expect(refusalOfName('nowhere/mine.yaml')).toBe('no scenario file nowhere/mine.yaml');
    expect(refusalOfName(`${scenariosFolder()}/codes/../codes/x.yml`)).toContain(
      'no scenario file',
    );
  });

  it('and the list of names is complete and sorted', () => {
    const names = scenarioNames();
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['default', 'no-limits', 'limits/fenPerDay']));
  });
});

describe('a scenario given as an object', () => {
  it('is filled in like a file', () => {
    const input: ScenarioInput = { title: 'right', merchants: [MERCHANT] };
    expect(checkScenario(input)).toEqual(parseScenario(RIGHT, 'right.yaml'));
    expect(checkScenario(checkScenario(input))).toEqual(checkScenario(input));
  });

  it('is refused with the path of every fault', () => {
    const input = scenarioSchema.parse({ title: 'right', merchants: [MERCHANT] });
    const twice = { ...input, merchants: [...input.merchants, ...input.merchants] };
    expect(() => checkScenario(twice)).toThrow(
      new ScenarioError('scenario: merchants.1.mch_id: expected each mch_id once'),
    );
  });
});
