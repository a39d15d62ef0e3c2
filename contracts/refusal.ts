/** A refusal: what the wire will say, where in the order of checks it arose, and why, for people. Built from the table of codes. */
import type { CodeName, CodeRow, NumberAfter } from './tables/codes.ts';
import { codeRow, wordingOf } from './tables/codes.ts';
import type { Stage } from './tables/stages.ts';
import type { Switches } from './tables/switches.ts';
import type { Edition, EndpointName } from './types.ts';

/** A refusal as the wire will say it, and why, for people. */
export interface Refusal {
  readonly code: CodeName;
  /** err_code_des, and return_msg. */
  readonly message: string;
  readonly stage: Stage;
  readonly numberAfter: NumberAfter;
  /** The rule: `sendredpack/fields/act_name/max-bytes`. */
  readonly clause: string;
  /** One sentence for the developer who reads the log. */
  readonly why: string;
}

export interface RefusalContext {
  readonly edition: Edition;
  readonly endpoint: EndpointName;
  readonly switches: Switches;
}

export interface RefusalDetail {
  /** The rule, below the endpoint: `fields/act_name/max-bytes`. */
  readonly clause: string;
  readonly why: string;
  /** Which of the code's wordings; the usual one when left out. */
  readonly wording?: string | undefined;
  /** Other words than any of the code's. */
  readonly message?: string | undefined;
  /** For a wording with figures in it: `{min}`, `{max}`. */
  readonly figures?: Readonly<Record<string, string>>;
  /** Where it arises, when that is not where the code usually does. */
  readonly stage?: Stage;
}

/** Builds a refusal from the table of codes. */
export function refuse(context: RefusalContext, code: CodeName, detail: RefusalDetail): Refusal {
  const row: CodeRow = codeRow(code);
  const wording = row.wordings.find((each) => each.id === detail.wording) ?? row.wordings[0];
  const text = wordingOf(row, context.edition, context.switches.wordings, wording.id);
  return {
    code,
    message: detail.message ?? withFigures(text, detail.figures ?? {}),
    stage: detail.stage ?? wording.stage ?? row.stage,
    numberAfter: wording.numberAfter ?? row.numberAfter,
    clause: `${context.endpoint}/${detail.clause}`,
    why: detail.why,
  };
}

function withFigures(text: string, figures: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => figures[name] ?? whole);
}
