/**
 * Plays a scenario file: starts the mock with it, walks its steps over real mutual TLS as a client would, and holds every answer
 * against what the step expects. At the end the money of every merchant must add up.
 */
import { join, relative } from 'node:path';
import { Client } from 'undici';
import { beijingDay, type EndpointName, sampleRequest, writeXml } from '../../contracts/index.ts';
import {
  type Journal,
  type Ledger,
  type MockServer,
  type openCertificates,
  type Scenario,
  type ServedMerchant,
  startMockServer,
} from '../../mock-server/index.ts';
import { scenariosFolder } from '../../mock-server/scenario/folder.ts';
import { post, shown } from './answer.ts';
import { type CallStep, faultsOf } from './expectation.ts';

type Certificates = Awaited<ReturnType<typeof openCertificates>>;
type Step = Scenario['steps'][number];
type RequestStep = Extract<CallStep, { send: object } | { query: object }>;

/** What is left when a scenario has been played. */
export interface Played {
  /** By merchant number. */
  readonly ledgers: ReadonlyMap<string, Ledger>;
  readonly journal: Journal;
}

/** How long it waits for a server that is expected to be silent. */
const SILENCE_MS = 250;
const ANSWER_MS_MAX = 10_000;

/** Where in which file a call stands: what every message begins with. */
interface Place {
  readonly file: string;
  readonly step: string;
}

interface Stage {
  readonly file: string;
  readonly server: MockServer;
  readonly certificates: Certificates;
  /** One kept connection per certificate. */
  readonly clients: Map<string, Client>;
  /** Of numbers that no step gives. */
  numbersUsed: number;
}

/** The scenario's path, as it is printed. */
function pathOf(name: string): string {
  const path = name.endsWith('.yaml') ? name : join(scenariosFolder(), `${name}.yaml`);
  return relative(process.cwd(), path);
}

/**
 * @param name of a built-in scenario, `codes/current/NOTENOUGH`, or the path of a file
 * @throws Error naming file, step, expected and got, and the whole answer
 */
export async function playScenario(
  name: string,
  { certificates }: { certificates: Certificates },
): Promise<Played> {
  const server = await startMockServer({ scenario: name, certificates, port: 0 });
  const file = pathOf(name);
  const stage: Stage = { file, server, certificates, clients: new Map(), numbersUsed: 0 };
  try {
    for (const [index, step] of server.scenario.steps.entries()) {
      await playStep(stage, step, { file, step: `step ${index + 1}` });
    }
    return { ledgers: await balancedLedgers(stage), journal: server.journal };
  } finally {
    // `close` never resolves after a certificate for another name: nothing is waited for here anyway.
    await Promise.all([...stage.clients.values()].map((client) => client.destroy()));
    await server.stop();
  }
}

async function playStep(stage: Stage, step: Step, place: Place): Promise<void> {
  const { server } = stage;
  if ('expect' in step) return playCall(stage, step, place);
  if ('advance' in step) return server.clock.advance(millisecondsOf(step.advance));
  const { mchId } = merchantOf(stage, step.as, place);
  if ('topUpFen' in step) return server.topUp(mchId, step.topUpFen);
  await server.claim(mchId, step.claim).catch((error: unknown) => {
    throw failure(place, [error instanceof Error ? error.message : String(error)]);
  });
}

async function playCall(stage: Stage, step: CallStep, place: Place): Promise<void> {
  const endpoint = endpointOf(step);
  const caller = merchantOf(stage, step.as, place);
  const client = await connection(stage, step.certificate, caller);
  const times = 'times' in step ? step.times : 1;
  for (let nth = 1; nth <= times; nth++) {
    const body = bodyOf(stage, step, endpoint, caller);
    const isSilent = step.expect.connection === 'silent';
    // So that all of the short wait is for the answer, and none of it for the handshake.
    if (isSilent) await (await client.request({ method: 'GET', path: '/' })).body.dump();
    const waitMs = isSilent ? SILENCE_MS : ANSWER_MS_MAX;
    const answer = await post(client, endpoint, body, waitMs);
    const faults = faultsOf(answer, step.expect);
    if (faults.length === 0) continue;
    const why = stage.server.journal.entries().at(-1)?.why ?? 'nothing was noted';
    const call = times === 1 ? place.step : `${place.step}, call ${nth} of ${times}`;
    throw failure({ ...place, step: `${call} (${endpoint})` }, [
      ...faults,
      `sent: ${body}`,
      `answer: ${shown(answer)}`,
      `the mock says: ${why}`,
    ]);
  }
}

function endpointOf(step: CallStep): EndpointName {
  if ('to' in step) return step.to;
  return 'send' in step ? 'sendredpack' : 'gethbinfo';
}

function bodyOf(
  stage: Stage,
  step: CallStep,
  endpoint: EndpointName,
  caller: ServedMerchant,
): string | Buffer {
  if ('post' in step) return step.post;
  if ('postBase64' in step) return Buffer.from(step.postBase64, 'base64');
  return requestOf(stage, step, endpoint, caller);
}

/** The edition's sample request, with a number and a nonce of its own unless the step gives them. */
function requestOf(
  stage: Stage,
  step: RequestStep,
  endpoint: EndpointName,
  { mchId, key, appid }: ServedMerchant,
): string {
  const signer = { mchId, appid, key: step.sign === 'wrong' ? reversed(key) : key };
  const serial = String(++stage.numbersUsed).padStart(9, '0');
  const fields = sampleRequest(stage.server.scenario.edition, endpoint, signer, {
    mch_billno: `${mchId}${beijingDay(stage.server.clock.nowMs())}9${serial}`,
    nonce_str: `nonce${serial}`,
    ...('send' in step ? step.send : step.query),
    ...(step.sign === 'missing' ? { sign: null } : {}),
  });
  return writeXml([...fields]);
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

async function connection(
  { server, certificates, clients }: Stage,
  certificate: CallStep['certificate'],
  caller: ServedMerchant,
): Promise<Client> {
  const owner = certificate === 'own' ? caller.mchId : certificate;
  const open = clients.get(owner);
  if (open) return open;
  const identity = owner === 'none' ? {} : identityOf(await certificates.bundle(owner));
  const client = new Client(server.url, { connect: { ca: server.ca, ...identity } });
  clients.set(owner, client);
  return client;
}

function identityOf({ cert, key }: { cert: string; key: string }): { cert: string; key: string } {
  return { cert, key };
}

function merchantOf({ server }: Stage, mchId: string | undefined, place: Place): ServedMerchant {
  const merchant = server.merchants.find((each) => each.mchId === (mchId ?? server.merchant.mchId));
  if (merchant) return merchant;
  throw failure(place, [`there is no merchant ${mchId} in this scenario`]);
}

async function balancedLedgers(stage: Stage): Promise<Map<string, Ledger>> {
  const ledgers = new Map<string, Ledger>();
  for (const { mchId } of stage.server.merchants) {
    const ledger = await stage.server.ledger(mchId);
    const place = { file: stage.file, step: `the ledger of ${mchId} after the last step` };
    if (ledger.faults.length > 0) throw failure(place, ledger.faults);
    ledgers.set(mchId, ledger);
  }
  return ledgers;
}

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function millisecondsOf(duration: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

function failure({ file, step }: Place, lines: readonly string[]): Error {
  return new Error(`${file}, ${step}: ${lines.join('\n')}`);
}
