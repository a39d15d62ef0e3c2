/**
 * `npm run mutants [part…]`: Stryker part by part, then the score of each folder, and survivors.md written anew from the reports. Fails
 * below 85 % over all parts that were run.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { PARTS } from './parts.mjs';
import { survivorsPage } from './survivors.mjs';

const BREAK_PERCENT = 85;

const asked = process.argv.slice(2);
const parts = asked.length > 0 ? asked : Object.keys(PARTS);
const strangers = parts.filter((part) => !(part in PARTS));
if (strangers.length > 0) {
  const known = Object.keys(PARTS).join(', ');
  process.stderr.write(`no part ${strangers.join(', ')}; there are ${known}\n`);
  process.exit(2);
}

for (const part of parts) {
  const env = { ...process.env, REDPACK_MUTANTS: part };
  const { status } = spawnSync('npx', ['stryker', 'run'], { stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}

const reports = parts.map((part) => readReport(part));
const total = printScores(reports);
writeFileSync(new URL('survivors.md', import.meta.url), survivorsPage(reports));
process.exitCode = total < BREAK_PERCENT ? 1 : 0;

function readReport(part) {
  return JSON.parse(readFileSync(`reports/mutants/${part}.json`, 'utf8'));
}

/** @returns the percentage over all: killed of those that could be */
function printScores(reports) {
  const folders = new Map();
  for (const [name, { mutants }] of reports.flatMap(({ files }) => Object.entries(files))) {
    const folder = name.slice(0, name.lastIndexOf('/'));
    for (const { status } of mutants) {
      for (const row of [folder, 'all']) {
        const counts = folders.get(row) ?? {};
        counts[status] = (counts[status] ?? 0) + 1;
        folders.set(row, counts);
      }
    }
  }
  const all = folders.get('all') ?? {};
  folders.delete('all');
  for (const [folder, counts] of [...folders, ['all', all]]) print(folder, counts);
  return percentOf(all);
}

function percentOf({ Killed = 0, Timeout = 0, Survived = 0, NoCoverage = 0 }) {
  return (100 * (Killed + Timeout)) / (Killed + Timeout + Survived + NoCoverage);
}

function print(folder, counts) {
  const { Killed = 0, Timeout = 0, Survived = 0, NoCoverage = 0, Ignored = 0 } = counts;
  const percent = `${percentOf(counts).toFixed(2)} %`;
  const what = `${Killed} killed, ${Timeout} timed out, ${Survived} survived, ${NoCoverage} not reached`;
  process.stdout.write(
    `${folder.padEnd(20)} ${percent.padStart(9)}  ${what}, ${Ignored} left out\n`,
  );
}
