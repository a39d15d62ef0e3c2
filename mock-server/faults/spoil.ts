/**
 * Spoils one answer as a rule of the scenario wants it: elements first, then the document, then how it is sent. Pure: out comes an
 * answer that says how it is to be delivered; the door performs it.
 */
import { gzipSync } from 'node:zlib';
import { writeXml, type XmlEntry } from '../../contracts/core.ts';
import { type Blow, delayMsOf } from '../engine/strike.ts';
import { gatewayPage } from '../pages.ts';
import type { Fault } from '../scenario/fault-schema.ts';
import type { Answer, Delivery } from './answer.ts';
import { changeDocument, keptOf } from './document.ts';
import { type AnsweredCall, changeElements } from './elements.ts';

export interface Spoiled {
  readonly contentType: string;
  /** The path that was called: where a redirect leads by itself. */
  readonly path: string;
  /** Where an external entity points to, unless its fault says. */
  readonly canaryUrl: string;
}

export function spoil(
  entries: readonly XmlEntry[],
  { faults, draw, hasWaited }: Blow,
  call: AnsweredCall,
  { contentType, path, canaryUrl }: Spoiled,
): Answer {
  const changed = faults.reduce((all, fault) => changeElements(all, fault, call), entries);
  const whole = faults.reduce<Buffer>(
    (bytes, fault) => changeDocument(bytes, fault, canaryOf(fault) ?? canaryUrl),
    Buffer.from(writeXml(changed)),
  );
  const plain: Answer = { status: 200, contentType, body: whole };
  const answer = faults.reduce((so, fault) => inHttp(so, fault, path), plain);
  const delayMs = hasWaited ? 0 : delayMsOf(faults, draw);
  let delivery: Delivery = { delayMs, end: { kind: 'whole' } };
  for (const fault of faults) delivery = { ...delivery, ...deliveryOf(fault, answer.body) };
  return { ...answer, delivery };
}

/** The bytes that a client gets to see of an answer, and its status; 0 when not even that comes. */
export function seen({ status, body, delivery }: Answer): { status: number; body: Uint8Array } {
  const { end } = delivery ?? {};
  if (end?.kind !== 'cut' && end?.kind !== 'silence') return { status, body };
  if (end.afterBytes === undefined) return { status: 0, body: new Uint8Array() };
  return { status, body: body.subarray(0, end.afterBytes) };
}

function canaryOf(fault: Fault): string | undefined {
  return fault.kind === 'external-entity' ? fault.canaryUrl : undefined;
}

/** What becomes of the answer as HTTP. */
function inHttp(answer: Answer, fault: Fault, path: string): Answer {
  switch (fault.kind) {
    case 'content-type':
      return { ...answer, contentType: fault.value };
    case 'gzip':
      return {
        ...answer,
        body: fault.as === 'mislabelled' ? answer.body : gzipSync(answer.body),
        headers: fault.as === 'unlabelled' ? {} : { 'content-encoding': 'gzip' },
      };
    case 'page':
      return pageOf(fault.status, {});
    case 'redirect':
      return pageOf(fault.status, { location: fault.location ?? path });
    default:
      return answer;
  }
}

function pageOf(status: number, headers: Readonly<Record<string, string>>): Answer {
  const body = Buffer.from(gatewayPage(status).body);
  return { status, contentType: 'text/html', body, headers };
}

function deliveryOf(fault: Fault, body: Uint8Array): Partial<Delivery> {
  switch (fault.kind) {
    case 'drip':
      return { bytesPerSecond: fault.bytesPerSecond };
    case 'chunked':
      return { chunkBytes: fault.chunkBytes };
    case 'drop':
    case 'never-answer': {
      const kind = fault.kind === 'drop' ? 'cut' : 'silence';
      const isMidBody = fault.at === 'mid-body';
      return { end: { kind, afterBytes: isMidBody ? keptOf(body, fault.keptBytes) : undefined } };
    }
    default:
      return {};
  }
}
