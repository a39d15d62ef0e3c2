import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CODES,
  type CodeRow,
  SWITCH_NAMES,
  SWITCHES,
  type SwitchName,
  toYuan,
} from '../../contracts/index.ts';
import { openCertificates } from '../../mock-server/certificates/bundle.ts';
import {
  type Capture,
  captureText,
  type ExpectedAnswer,
  elementsOf,
  joined,
  orExpected,
  readCaptures,
  type Step,
} from './captures.ts';
import {
  inProcess,
  MERCHANT,
  type OpenStage,
  OTHER_MERCHANT,
  overTls,
  type Reply,
  type Stage,
  throughMsw,
  type Wallet,
} from './doors.ts';

const file = readCaptures();
const rows = file.captures.map((capture) => [capture.id, capture] as const);
const SIX_YEARS_MS = 6 * 366 * 86_400_000;

let scratch: string;
let wallet: Wallet;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'redpack-captures-'));
  const dir = join(scratch, 'certs');
  const sixYearsAgo = () => new Date(Date.now() - SIX_YEARS_MS);
  const expired = await (await openCertificates({ dir, now: sixYearsAgo })).bundle(MERCHANT.mchId);
  const certificates = await openCertificates({ dir });
  const elsewhere = await openCertificates({ dir: join(scratch, 'foreign') });
  const [own, other, foreign] = await Promise.all([
    certificates.bundle(MERCHANT.mchId),
    certificates.bundle(OTHER_MERCHANT.mchId),
    elsewhere.bundle(MERCHANT.mchId),
  ]);
  wallet = { certificates, clients: { own, other, expired, foreign, none: undefined } };
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

const doors: [string, OpenStage][] = [
  ['in process', inProcess],
  ['over mutual TLS', (capture) => overTls(wallet)(capture)],
  ['through msw', throughMsw],
];

describe.each(doors)('what the real server was seen to answer is answered %s', (_, open) => {
  it.each(rows)('%s', async (_id, capture) => {
    const stage = await open(capture);
    try {
      const replies: Reply[] = [];
      for (const step of capture.before) replies.push(...(await take(stage, capture, step)));
      const reply = await stage.call(capture);
      compare(capture, reply, capture.answer);
      for (const each of [...replies, reply]) saysNothingForeign(each, capture);
      expect(await stage.faults()).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});

async function take(stage: Stage, capture: Capture, step: Step): Promise<Reply[]> {
  if ('given' in step) await stage.change(step.given);
  else if ('advance' in step) stage.advance(step.advance);
  else if ('topUpFen' in step) await stage.topUp(step.topUpFen);
  else if ('claim' in step) await stage.claim(step.claim);
  else {
    const reply = await stage.call(step);
    if (step.answer) compare(capture, reply, step.answer);
    return [reply];
  }
  return [];
}

function compare({ edition }: Capture, { http, body }: Reply, expected: ExpectedAnswer): void {
  expect(http).toBe(expected.http);
  if (expected.bytes !== undefined) {
    const same = expected.lineBreaks === 'unknown' ? joined : (text: string) => text;
    const bytes = same(expected.bytes);
    expect(orExpected(same(body), bytes)).toBe(bytes);
  }
  if (http !== 200) return;

  expect(body).toMatch(/^<xml>\n.*\n<\/xml>$/s);
  const elements = elementsOf(body);
  const bareNames = file.bare[edition];
  const written = elements.map(({ name, bare }) => [name, bare ? 'bare' : 'CDATA']);
  const rule = elements.map(({ name }) => [name, bareNames.includes(name) ? 'bare' : 'CDATA']);
  expect(written).toEqual(rule);

  const values = new Map(elements.map(({ name, text }) => [name, text]));
  const got = Object.entries(expected.fields).map(([name, value]) => [
    name,
    orExpected(values.get(name) ?? '(absent)', value),
  ]);
  expect(Object.fromEntries(got)).toEqual(expected.fields);
  if (expected.order) expect(elements.map(({ name }) => name)).toEqual(expected.order);
  for (const name of expected.present) expect(body).toContain(`<${name}>`);
  for (const name of expected.absent) expect(body).not.toContain(`<${name}>`);
}

/** Nothing of another API, and nothing of the pages that production never said. */
function saysNothingForeign({ body }: Reply, capture: Capture): void {
  const defaults = Object.keys(capture.given.switches).length === 0;
  const others = defaults ? [...file.notApplicable, ...file.documentedOnly] : file.notApplicable;
  for (const { says } of others) expect(body).not.toContain(says);
}

describe('the file of captures', () => {
  it('names each capture once', () => {
    const ids = file.captures.map((capture) => capture.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('holds every wording that the table of codes calls observed', () => {
    const text = captureText();
    const missing = CODES.flatMap((row: CodeRow) =>
      row.wordings
        .filter(({ certainty }) => certainty === 'observed')
        .flatMap((wording) => textsOf(wording.text))
        .filter((words) => !text.includes(words))
        .map((words) => `${row.code}: ${words}`),
    );
    expect(missing).toEqual([]);
  });

  it('names a switch of the contract with its default for every open point', () => {
    const named = file.openPoints.map((point) => [point.switch, point.default]);
    const real = named.map(([name]) => [name, SWITCHES[name as SwitchName]?.default]);
    expect(named).toEqual(real);
  });

  it('has an open point for every switch, once', () => {
    const names = file.openPoints.map((point) => point.switch);
    expect(names.toSorted()).toEqual([...SWITCH_NAMES].sort());
  });

  it('uses nobody’s numbers but the documentation’s', () => {
    const text = captureText();
    const own = {
      openids: ['oxTWIuGaIt6gTKsQRLau2M0yL16E', 'onqOjjmM1tad-3ROpncN-yUfa6uI'],
      appids: ['wx8888888888888888', 'wx6fa7e3bab7e15415', 'wx28b16568a629bb33'],
    };
    const openids = text.match(/\bo[0-9A-Za-z_-]{27}\b/g) ?? [];
    const appids = text.match(/\bwx[0-9a-f]{16}\b/g) ?? [];
    expect(openids.filter((openid) => !own.openids.includes(openid))).toEqual([]);
    expect(appids.filter((appid) => !own.appids.includes(appid))).toEqual([]);
    expect(openids.length * appids.length).toBeGreaterThan(0);
  });
});

function textsOf(text: CodeRow['wordings'][0]['text']): string[] {
  const figures: Record<string, string> = { min: toYuan(100), max: toYuan(20_000) };
  const texts = typeof text === 'string' ? [text] : [...new Set(Object.values(text))];
  return texts.map((each) => each.replace(/\{(\w+)\}/g, (_, name: string) => figures[name] ?? ''));
}
