/** Controls but tab and line ends, halves of surrogate pairs, and the two characters that are none. */
const ILLEGAL = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu;

/** Text for XML and HTML, in elements and in quoted attributes; what neither can hold becomes `?`. */
export function escapeMarkup(text: string): string {
  return text
    .replace(ILLEGAL, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
