/**
 * The page of survivors: every mutant that lives, with the word that is said for it, or that none has been said yet. The words stand in
 * words/, a file for each part: `file`, `mutator`, `code` (what is changed) and `at` (the line it begins in, without its indent) are
 * regular expressions that have to fit, as far as they are given; the first word whose own fit is said.
 */
import clients from './words/clients.mjs';
import common from './words/common.mjs';
import contract from './words/contract.mjs';
import doctor from './words/doctor.mjs';
import engine from './words/engine.mjs';
import servers from './words/servers.mjs';

const WORDS = [...engine, ...contract, ...doctor, ...clients, ...servers, ...common];

const UNSAID = 'not looked into';

export function survivorsPage(reports) {
  const files = reports.flatMap((report) => Object.entries(report.files));
  const sections = files.flatMap(([name, file]) => sectionOf(name, file)).sort();
  return `${['# Mutants that live', '', INTRODUCTION, ...sections].join('\n')}\n`;
}

const INTRODUCTION = `Written by \`npm run mutants\` (test/mutation/survivors.mjs). Each line: what is done to the code, how often, and why no
test minds. Line numbers are left out, so that the page changes only when the survivors do. A part that was not run is not here.`;

function sectionOf(name, { source, mutants }) {
  const alive = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  if (alive.length === 0) return [];
  const counts = new Map();
  for (const mutant of alive) {
    const line = lineOf(name, source, mutant);
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts].map(([line, count]) => (count > 1 ? `${line} (${count} times)` : line));
  return [`\n## ${name}: ${alive.length} of ${mutants.length}\n\n${lines.join('\n')}`];
}

function lineOf(name, source, { mutatorName, location, replacement, status }) {
  const code = codeAt(source, location);
  const begins = source.split('\n')[location.start.line - 1].trim();
  const word =
    WORDS.find(
      (each) =>
        (each.file?.test(name) ?? true) &&
        (each.mutator?.test(mutatorName) ?? true) &&
        (each.at?.test(begins) ?? true) &&
        (each.code?.test(code) ?? true),
    )?.word ?? UNSAID;
  const reached = status === 'NoCoverage' ? ', reached by no test' : '';
  return `- ${mutatorName} \`${short(code)}\` → \`${short(replacement)}\`${reached}: ${word}`;
}

function codeAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join('\n');
}

function short(code) {
  const line = code.replaceAll('`', "'").replace(/\s+/g, ' ');
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}
