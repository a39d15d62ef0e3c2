import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  CODES,
  EDITIONS,
  type Edition,
  LIMIT_NAMES,
  LIMITS,
  type LimitName,
  limitsOf,
} from '../../contracts/index.ts';
import { whyNotMet } from '../../mock-server/exec/pitfall.ts';
import {
  type JournalEntry,
  openCertificates,
  type Scenario,
  scenarioNames,
} from '../../mock-server/index.ts';
import { fault, tlsFault } from '../../mock-server/scenario/fault-schema.ts';
import { scenariosFolder } from '../../mock-server/scenario/folder.ts';
import { loadScenario } from '../../mock-server/scenario/load.ts';
import { scenarioJsonSchema } from '../../mock-server/scenario/schema.ts';
import { playScenario } from './play.ts';
import { reachOf } from './reach.ts';

/** Codes that nothing brings about by itself: what the payment answers, and what is sent no longer. */
const INJECTED = new Set(['NOAUTH of current', 'PROCESSING', 'SYSTEMERROR']);

const SCHEMA_FILE = join(scenariosFolder(), 'scenario.schema.json');
const names = scenarioNames();
const codeNames = names.filter((name) => name.startsWith('codes/'));
const faultNames = names.filter((name) => name.startsWith('faults/'));
const limitNames = names.filter((name) => name.startsWith('limits/'));

function expectedCodes({ steps }: Scenario): (string | null | undefined)[] {
  return steps.map((step) => ('expect' in step ? step.expect.err_code : undefined));
}

describe('the files of codes', () => {
  it('are one for each code and edition of the table', () => {
    const rows = CODES.flatMap(({ code, editions }) =>
      editions.map((edition) => `codes/${edition}/${code}`),
    );
    expect(codeNames).toEqual(rows.sort());
  });

  it.each(codeNames)('%s is of its edition and reaches its code', (name) => {
    const scenario = loadScenario(name);
    expect(scenario.edition).toBe(basename(dirname(name)));
    expect(expectedCodes(scenario)).toContain(basename(name));
  });

  it.each(codeNames)('%s has a rule only where no natural way leads', (name) => {
    const { edition, rules } = loadScenario(name);
    const code = basename(name);
    const injected = INJECTED.has(code) || INJECTED.has(`${code} of ${edition}`);
    expect(rules.length > 0).toBe(injected);
  });
});

describe('the stories', () => {
  const stories = names.filter((name) => name.startsWith('stories/'));
  const told = stories.map((name) => loadScenario(name).description ?? '');

  it('tell each of the 26 pitfalls of the domain facts', () => {
    const numbers = told.flatMap((text) => /§8, no\. (\d+)\.\)$/.exec(text)?.[1] ?? []);
    expect([...new Set(numbers.map(Number))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 26 }, (_, index) => index + 1),
    );
  });

  it.each(stories)('%s has a Chinese title, and says what a right client does', (name) => {
    const { title_zh, description, steps } = loadScenario(name);
    expect(title_zh).toMatch(/\p{Script=Han}/u);
    expect(description).toMatch(/[Rr]ight (?:client|one|operator)|the same number|same request/);
    expect(steps.length).toBeGreaterThan(0);
  });
});

describe('the files of limits', () => {
  /** `userPacketsPerDay-beijing-midnight` is of userPacketsPerDay. */
  const limitOf = (name: string): LimitName | undefined =>
    LIMIT_NAMES.find((limit) => limit === basename(name).split('-')[0]);

  /** FREQ_LIMIT took the place of SECOND_OVER_LIMITED (switch rateLimitCode). */
  const codeOf = (limit: LimitName, edition: Edition): string | null =>
    limit === 'packetsPerMinute' && edition === 'current' ? 'FREQ_LIMIT' : LIMITS[limit].code;

  it.each(limitNames)('%s is named after a limit that its merchant has, and reaches it', (name) => {
    const scenario = loadScenario(name);
    const limit = limitOf(name);
    if (!limit) throw new Error(`${name}: no limit of that name`);
    const own = scenario.merchants[0]?.limits[limit];
    const inForce = limitsOf(scenario.edition, own === undefined ? {} : { [limit]: own });
    expect(inForce[limit]).not.toBeNull();
    if (LIMITS[limit].code === null) return;
    expect(expectedCodes(scenario)).toContain(codeOf(limit, scenario.edition));
  });

  const figures = LIMIT_NAMES.flatMap((limit) => {
    const given = EDITIONS.map((edition) => LIMITS[limit].value[edition]);
    return [...new Set(given)].filter((value) => value !== null).map((value) => ({ limit, value }));
  });

  it.each(figures)('$limit has a file that reaches it at $value', ({ limit, value }) => {
    const editions = EDITIONS.filter((edition) => LIMITS[limit].value[edition] === value);
    const files = limitNames.filter((name) => {
      const { edition, merchants } = loadScenario(name);
      const unchanged = merchants.every((merchant) => merchant.limits[limit] === undefined);
      return limitOf(name) === limit && unchanged && editions.includes(edition as Edition);
    });
    expect(files).not.toEqual([]);
  });
});

describe('the files of faults', () => {
  type Form = { properties: Record<string, { const?: unknown; enum?: unknown[] }> };
  const { oneOf = [] } = z.toJSONSchema(fault, { io: 'input' }) as { oneOf?: Form[] };
  /** Each kind, and each of its forms: `gzip`, `gzip as unlabelled`, `page status 502` … */
  const forms = oneOf.flatMap(({ properties }) => {
    const kind = String(properties.kind?.const);
    const named = kind === 'page' ? ['status'] : ['as', 'at'];
    return [
      kind,
      ...named.flatMap((name) =>
        (properties[name]?.enum ?? []).map((value) => `${kind} ${name} ${value}`),
      ),
    ];
  });

  it('show every fault in every form', () => {
    const shown = faultNames.flatMap((name) =>
      loadScenario(name).rules.flatMap(({ then }) =>
        [then.fault ?? []]
          .flat()
          .flatMap((each) => [
            each.kind,
            ...Object.entries(each).map(([key, value]) => `${each.kind} ${key} ${value}`),
          ]),
      ),
    );
    expect(forms.length).toBeGreaterThan(40);
    expect(forms.filter((form) => !shown.includes(form))).toEqual([]);
  });

  it('show every fault of the listener', () => {
    const shown = faultNames.map((name) => loadScenario(name).tls?.fault);
    expect(tlsFault.options.filter((each) => !shown.includes(each))).toEqual([]);
  });
});

describe('the schema for editors', () => {
  const ofEditors = z.fromJSONSchema(JSON.parse(scenarioJsonSchema()));

  it('is fresh on disk', async () => {
    expect(await readFile(SCHEMA_FILE, 'utf8')).toBe(scenarioJsonSchema());
  });

  it.each(names)('is named in the first line of %s, and accepts the file', async (name) => {
    const file = join(scenariosFolder(), `${name}.yaml`);
    const text = await readFile(file, 'utf8');
    const [, path] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    expect(path && resolve(dirname(file), path)).toBe(SCHEMA_FILE);
    expect(ofEditors.safeParse(parse(text)).error?.issues).toBeUndefined();
  });
});

let folder: string;
let certificates: Awaited<ReturnType<typeof openCertificates>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redpack-scenarios-'));
  certificates = await openCertificates({ dir: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('every scenario', () => {
  /** Played once for both: that it plays as it says, and what all of them reach together. */
  const journals = new Map<string, readonly JournalEntry[]>();
  const played = async (name: string): Promise<readonly JournalEntry[]> => {
    const entries =
      journals.get(name) ?? (await playScenario(name, { certificates })).journal.entries();
    journals.set(name, entries);
    return entries;
  };

  it.each(names)('%s plays as it says, and its steps meet what it is about', async (name) => {
    const scenario = loadScenario(name);
    const { title, title_zh, description, steps } = scenario;
    expect([title, title_zh, description]).not.toContain(undefined);
    expect(steps).not.toEqual([]);
    const calls = await played(name);
    expect(whyNotMet(scenario, { calls, connections: 1 })).toBe(undefined);
  });

  it.each(EDITIONS)(
    'of edition %s: together they reach every code and fault, by rules that are in the tables',
    async (edition) => {
      const entries: JournalEntry[] = [];
      for (const name of [...codeNames, ...limitNames, ...faultNames]) {
        if (loadScenario(name).edition === edition) entries.push(...(await played(name)));
      }
      expect(reachOf([], edition).missing).toContain('SIGN_ERROR');
      expect(reachOf(entries, edition)).toEqual({ missing: [], strangers: [] });
    },
    120_000,
  );

  it.each(codeNames.filter((name) => /PROCESSING|SYSTEMERROR/.test(name)))(
    '%s pays each number once, whatever it answers',
    async (name) => {
      const { ledgers, journal } = await playScenario(name, { certificates });
      const paid = new Set(
        journal
          .entries()
          .filter((entry) => entry.paid)
          .map((entry) => entry.request.mch_billno),
      );
      const ledger = ledgers.get('10000098');
      expect(ledger?.paidPackets).toBe(paid.size);
      expect(ledger?.heldFen).toBe(100 * paid.size);
      expect(ledger?.balanceFen).toBe(0);
    },
  );
});

describe('the player', () => {
  const sent = '<send_listid><![CDATA[1000041701';

  /** What the player says of these steps, which expect something wrong. */
  async function complaint(steps: string): Promise<string> {
    const file = join(folder, 'wrong.yaml');
    await writeFile(
      file,
      `title: wrong
clock: { mode: frozen, at: "2026-01-31T12:00:00+08:00" }
merchants:
  - mch_id: "10000098"
    key: 192006250b4c09247ec02edce69f6a2d
    appids: [wx8888888888888888]
    balanceFen: 300
steps:
${steps}`,
    );
    return playScenario(file, { certificates }).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
  }

  it('has nothing to say of steps that come true', async () => {
    expect(await complaint('  - { send: {}, times: 3, expect: { err_code: SUCCESS } }')).toBe(
      'nothing',
    );
  });

  it('names file, step, what is and what was expected, and the whole answer', async () => {
    const message = await complaint(`  - { advance: 1s }
  - { send: {}, expect: { result_code: FAIL, err_code: NOTENOUGH } }`);
    expect(message).toMatch(/wrong\.yaml, step 2 \(sendredpack\): /);
    expect(message).toContain('result_code is "SUCCESS", expected "FAIL"');
    expect(message).toContain('err_code is "SUCCESS", expected "NOTENOUGH"');
    expect(message).toContain(sent);
    expect(message).toContain('the mock says: sent');
  });

  it('holds every answer of a repeated step to it', async () => {
    const message = await complaint('  - { send: {}, times: 5, expect: { result_code: SUCCESS } }');
    expect(message).toContain('step 1, call 4 of 5 (sendredpack): result_code is "FAIL"');
  });

  it('tells absent elements from present ones', async () => {
    const call = '  - { send: {}, expect:';
    expect(await complaint(`${call} { err_code: null } }`)).toContain(
      'err_code is "SUCCESS", expected absent',
    );
    expect(await complaint(`${call} { absent: [send_listid] } }`)).toMatch(
      /send_listid is "\d{31}", expected absent/,
    );
    expect(await complaint(`${call} { reason: none } }`)).toContain(
      'reason is absent, expected "none"',
    );
  });

  it('expects HTTP 200 unless the step says otherwise', async () => {
    const message = await complaint('  - { send: {}, expect: { http: 400 } }');
    expect(message).toContain('the HTTP status is 200, expected 400');
  });

  it('uses the number that a step gives for all its calls, and else a fresh one', async () => {
    const file = join(folder, 'wrong.yaml');
    await complaint(`  - { send: { mch_billno: same }, times: 2, expect: { err_code: SUCCESS } }
  - { send: {}, times: 2, expect: { err_code: SUCCESS } }`);
    const { ledgers } = await playScenario(file, { certificates });
    expect(ledgers.get('10000098')?.paidPackets).toBe(3);
  });

  it('refuses steps that cannot be taken', async () => {
    expect(await complaint('  - { claim: nothing }')).toContain(
      'step 1: merchant 10000098 has no order nothing',
    );
  });
});
