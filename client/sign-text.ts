/** What the sign doctor found, as lines for a terminal. The key is never among them: it stands as `…`. */
import type { ProvedMistake, SignDiagnosis } from '../contracts/core.ts';

/** The strings, the signatures, what is wrong and how to mend it; ends in a line feed. */
export function describeDiagnosis(diagnosis: SignDiagnosis): string {
  const { stringToSign, signature, got } = diagnosis;
  switch (diagnosis.kind) {
    case 'right':
      return lines('The signature is right.', [
        ['string to sign', stringToSign],
        ['signature', signature],
      ]);
    case 'unsigned':
      return lines('There is no signature yet.', [
        ['string to sign', stringToSign],
        ['signature', signature],
      ]);
    case 'mistake':
      return lines('The signature is wrong, and this is why:', [
        ...diagnosis.mistakes.flatMap(mistakeRows),
        ['sign that came', got],
        ['right sign', signature],
        ['client signed', diagnosis.stringSigned],
        ['string to sign', stringToSign],
      ]);
    case 'unexplained':
      return lines('The signature is wrong.', [
        ['why', diagnosis.explanation],
        ['sign that came', got],
        ['right sign', signature],
        ['string to sign', stringToSign],
      ]);
  }
}

type Row = readonly [label: string, text: string];

function mistakeRows({ title, did, fix, fix_zh }: ProvedMistake): Row[] {
  return [
    ['mistake', `${title}: the client ${did}`],
    ['fix', fix],
    ['', fix_zh],
  ];
}

const LABEL_WIDTH = 15;

function lines(title: string, rows: readonly Row[]): string {
  const table = rows.map(([label, text]) => `  ${label.padEnd(LABEL_WIDTH)} ${visible(text)}\n`);
  return `${title}\n${table.join('')}`;
}

/** What a body holds goes to a terminal: control characters are shown, not obeyed. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    character < ' '
      ? JSON.stringify(character).slice(1, -1)
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
