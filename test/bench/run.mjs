/**
 * The bench: a bare node:https server, a bare hono server and ours with everything checked, and the client against bare undici, in
 * one run on one machine. Only ratios are judged. Ends with 1 when a target is missed, with 2 when it
 * could not measure.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stopAll } from './children.mjs';
import { measureClient } from './client-overhead.mjs';
import { startLoad } from './load-process.mjs';
import { measureLoad, measureStarts, rotated } from './measure.mjs';
import { FULL, QUICK } from './plan.mjs';
import { asText, summarize } from './report.mjs';
import { peakMemory, startServer } from './server-process.mjs';

const USAGE = `node test/bench/run.mjs [--quick] [--json] [--resumed] [--bin FILE]

  --quick     fewer rounds: about 20 s, and noisier
  --json      figures as JSON instead of the tables
  --resumed   also new connections that resume a TLS session (no target)
  --bin FILE  the server's entry, by default dist/mock-server/bin.js of this repository
`;

/** @type {import('node:util').ParseArgsConfig['options']} */
const OPTIONS = {
  quick: { type: 'boolean' },
  json: { type: 'boolean' },
  resumed: { type: 'boolean' },
  bin: { type: 'string' },
  help: { type: 'boolean' },
};

const flags = readFlags();
if (flags?.help) process.stdout.write(USAGE);
else if (flags) await main(flags);

function readFlags() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    giveUp(`${error.message}\n\n${USAGE}`);
  }
}

async function main(flags) {
  const bin = flags.bin ? resolve(flags.bin) : here('../../dist/mock-server/bin.js');
  if (!existsSync(bin)) return giveUp('There is no built server: npm run build makes it.');
  const scratch = mkdtempSync(join(tmpdir(), 'redpack-bench-'));
  // Here and not in `finally`, because a signal ends the process without unwinding it.
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
  try {
    const summary = await measure({ bin, scratch, flags });
    process.stdout.write(flags.json ? `${JSON.stringify(summary, null, 2)}\n` : asText(summary));
    process.exitCode = summary.ratios.every(({ met }) => met) ? 0 : 1;
  } catch (error) {
    giveUp(error instanceof Error ? error.message : String(error));
  } finally {
    await stopAll();
  }
}

async function measure({ bin, scratch, flags }) {
  const plan = flags.quick ? QUICK : FULL;
  const modes = flags.resumed ? ['keep-alive', 'new', 'resumed'] : ['keep-alive', 'new'];
  const certDir = join(scratch, 'certs');
  const flagsOfOurs = ['--scenario', 'no-limits', '--port', '0', '--quiet', '--json'];
  const ours = { name: 'ours', args: [bin, 'serve', ...flagsOfOurs, '--cert-dir', certDir] };

  say('Making certificates…');
  const maker = await startServer(ours.args, scratch);
  const { merchant, certificates: files } = maker.ready;
  await maker.stop();

  const edge = [
    ...['--cert', join(certDir, 'server/server.pem')],
    ...['--key', join(certDir, 'server/server-key.pem')],
    ...['--ca', files.ca],
  ];
  const contestants = [
    { name: 'bare https', args: [here('./bare-https.mjs'), ...edge] },
    { name: 'bare hono', args: [here('./bare-hono.mjs'), ...edge] },
    ours,
  ];

  say(`Starting each server ${plan.starts} times…`);
  const started = { contestants, rounds: plan.starts, cwd: scratch, files, merchant };
  const starts = await measureStarts(started);

  say(`Loading each server for ${plan.lives} times ${plan.rounds} rounds…`);
  const load = await startLoad(files, merchant);
  const turns = [];
  const memory = {};
  for (let life = 0; life < plan.lives; life++) {
    const servers = [];
    for (const one of rotated(contestants, life)) {
      const { url, pid, stop } = await startServer(one.args, scratch);
      servers.push({ ...one, url, pid, stop });
    }
    turns.push(...(await measureLoad({ servers, plan, modes, load })));
    for (const { name, pid } of servers) {
      memory[name] = Math.max(memory[name] ?? 0, await peakMemory(pid));
    }
    for (const { stop } of servers) await stop();
  }

  say(`Sending with the client for ${plan.sends.rounds} rounds…`);
  const sends = await measureClient({ args: ours.args, cwd: scratch, plan });
  return summarize({ starts, turns, memory, modes, sends });
}

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function giveUp(why) {
  say(`The bench could not measure: ${why}`);
  process.exitCode = 2;
}
