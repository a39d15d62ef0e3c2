/**
 * Faults of the wire as a rule of the scenario wants them for a call: what of the decision is kept, and what will befall the answer.
 * Pure like the decision; the edge performs it (mock-server/faults/).
 */
import { chance } from '../random.ts';
import type { Fault } from '../scenario/fault-schema.ts';
import type { StepResult, Write } from '../store/store.ts';
import type { Decision, Held, Situation } from './case.ts';
import type { Injection } from './inject.ts';

/** What befalls one answer. */
export interface Blow {
  readonly faults: readonly Fault[];
  readonly strikes: 'before' | 'after';
  /** A number in [0, 1) for a purpose, always the same for this call of this rule. */
  draw(purpose: string): number;
  /** Is the order paid, as far as the books know? The decision may say more than was written. */
  readonly paid: boolean;
  /** The wait is over already: it came before the decision. */
  readonly hasWaited: boolean;
}

/** A delay that strikes before holds the call back, before anything is decided. */
export function holdBack(injection: Injection | undefined, seed: number): Held | undefined {
  if (injection?.effect.strikes !== 'before') return undefined;
  const waitMs = delayMsOf(faultsOf(injection), drawFor(injection, seed));
  return waitMs > 0 ? { kind: 'held', waitMs, injection } : undefined;
}

/**
 * Lays the rule's faults on a decision. Before: of all writes only `first` remain, the rules' counts and what was due by the clock
 * anyway. A delay alone spoils nothing: what was decided after it stands.
 */
export function strike(
  situation: Situation,
  injection: Injection,
  { result, writes }: StepResult<Decision>,
  first: readonly Write[],
): StepResult<Decision> {
  const faults = faultsOf(injection);
  const strikes = injection.effect.strikes ?? 'after';
  const isLost = strikes === 'before' && faults.some((fault) => fault.kind !== 'delay');
  const paid = isLost ? (situation.order?.paid ?? false) : paidBy(result);
  const draw = drawFor(injection, situation.tenant.seed);
  const blow: Blow = { faults, strikes, draw, paid, hasWaited: strikes === 'before' };
  return { result: { ...result, blow }, writes: isLost ? first : [...first, ...writes] };
}

/** How long the faults delay; a range is drawn evenly, its bounds included. */
export function delayMsOf(faults: readonly Fault[], draw: Blow['draw']): number {
  const { ms } = faults.find((fault) => fault.kind === 'delay') ?? { ms: 0 };
  return typeof ms === 'number' ? ms : ms.min + Math.floor(draw('delay') * (ms.max - ms.min + 1));
}

/** Is the order of the decision paid, whatever is answered? */
export function paidBy(decision: Decision): boolean {
  return decision.kind === 'refused' ? decision.paid : decision.order.paid;
}

function faultsOf({ effect }: Injection): readonly Fault[] {
  return effect.fault === undefined ? [] : [effect.fault].flat();
}

function drawFor({ purpose }: Injection, seed: number): Blow['draw'] {
  return (what) => chance(seed, `${purpose}/${what}`);
}
