/** The words of a refusal that an edition may use, live and documented, and the refusal with them. */
import { type CodeName, codeRow, wordingOf } from '../tables/codes.ts';
import { limitsOf } from '../tables/limits.ts';
import type { Edition } from '../types.ts';
import { toYuan } from '../wire/measure.ts';
import type { Acceptable } from './server-case.ts';

/** All wordings of a code that an edition may use, live and documented, with the edition's own figures. */
export function messagesOf(edition: Edition, code: CodeName, id?: string): string[] {
  const row = codeRow(code);
  const { min, max } = rangeOf(edition);
  const texts = (['live', 'documented'] as const).map((style) =>
    wordingOf(row, edition, style, id).replace('{min}', toYuan(min)).replace('{max}', toYuan(max)),
  );
  return [...new Set(texts)];
}

/** The amounts without a scene, in fen. */
export function rangeOf(edition: Edition): { readonly min: number; readonly max: number } {
  const { amountFenMin, amountFenMax } = limitsOf(edition);
  return { min: amountFenMin ?? 1, max: amountFenMax ?? Number.MAX_SAFE_INTEGER };
}

/** The answer with a code; `id` picks one of its wordings. */
export function refusedWith(edition: Edition, code: CodeName, id?: string): Acceptable {
  return { answer: 'refused', code, messages: messagesOf(edition, code, id) };
}
