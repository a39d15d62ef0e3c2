/** From turns to figures per server, ratios, verdicts, and the table that people read. */
import { SEND_TARGET, TARGETS } from './plan.mjs';
import { median } from './stats.mjs';

/**
 * @param {{ starts: { server: string, ms: number }[], turns: import('./measure.mjs').Turn[],
 *   memory: Record<string, number>, modes: readonly string[], sends: import('./sends.mjs').Round[] }} raw
 */
export function summarize({ starts, turns, memory, modes, sends }) {
  const names = Object.keys(memory);
  const servers = names.map((name) => ({
    name,
    startMs: median(starts.filter(({ server }) => server === name).map(({ ms }) => ms)),
    peakMiB: memory[name],
    modes: Object.fromEntries(modes.map((mode) => [mode, figures(turnsOf(turns, name, mode))])),
  }));
  const series = {
    start: (name) => starts.filter(({ server }) => server === name).map(({ ms }) => ms),
    ...Object.fromEntries(
      modes.map((mode) => [mode, (name) => turnsOf(turns, name, mode).map(({ rps }) => rps)]),
    ),
  };
  const ratios = [
    ...TARGETS.map((target) => verdict(target, series[target.name])),
    ...SEND_TARGET.concurrencies.map((concurrency) => sendVerdict(sends, concurrency)),
  ];
  return { servers, ratios };
}

function sendVerdict(sends, concurrency) {
  const own = sends.filter((round) => round.concurrency === concurrency);
  const rounds = own.map(({ clientUs, bareUs }) => clientUs / bareUs);
  const ratio = median(rounds);
  const { atMost } = SEND_TARGET;
  const bareUs = median(own.map((round) => round.bareUs));
  const what = `time of a send against bare undici (${bareUs.toFixed(0)} us), ${concurrency} at once`;
  const [least, most] = [Math.min(...rounds), Math.max(...rounds)];
  return { name: 'send', what, atMost, ratio, least, most, met: ratio <= atMost };
}

function turnsOf(turns, name, mode) {
  return turns.filter((turn) => turn.server === name && turn.mode === mode);
}

function figures(turns) {
  const middle = (pick) => median(turns.map(pick));
  return {
    rps: middle(({ rps }) => rps),
    p50Ms: middle(({ p50 }) => p50),
    p99Ms: middle(({ p99 }) => p99),
    // Of one core. Whichever of the two is near 1 is what the figures speak of.
    serverBusy: middle(({ serverCpu, seconds }) => serverCpu / seconds),
    loadBusy: middle(({ cpuSeconds, seconds }) => cpuSeconds / seconds),
    serverCpuUs: middle(({ serverCpu, rps, seconds }) => (serverCpu / (rps * seconds)) * 1e6),
  };
}

/** Each round gives a ratio; their median holds still where a ratio of two medians does not. */
function verdict(target, valuesOf) {
  const base = valuesOf('bare hono');
  const rounds = valuesOf('ours').map((value, round) => value / base[round]);
  const ratio = median(rounds);
  const met = target.atLeast ? ratio >= target.atLeast : ratio <= target.atMost;
  return { ...target, ratio, least: Math.min(...rounds), most: Math.max(...rounds), met };
}

const BUSY = 0.9;
const IDLE = 0.8;

/** @param {ReturnType<typeof summarize>} summary */
export function asText({ servers, ratios }) {
  const rows = [
    ['server', 'mode', 'req/s', 'p50 ms', 'p99 ms', 'CPU us/req', 'server busy', 'load busy'],
  ];
  const narrow = [];
  const idle = [];
  for (const { name, modes } of servers) {
    for (const [mode, at] of Object.entries(modes)) {
      rows.push([
        name,
        mode,
        at.rps.toFixed(0),
        at.p50Ms.toFixed(2),
        at.p99Ms.toFixed(2),
        at.serverCpuUs.toFixed(0),
        percent(at.serverBusy),
        percent(at.loadBusy),
      ]);
      if (at.loadBusy > BUSY && at.serverBusy < BUSY) narrow.push(`${name}, ${mode}`);
      if (Math.max(at.loadBusy, at.serverBusy) < IDLE) idle.push(`${name}, ${mode}`);
    }
  }
  const starts = [['server', 'start ms', 'peak MiB']];
  for (const { name, startMs, peakMiB } of servers) {
    starts.push([name, startMs.toFixed(0), peakMiB.toFixed(0)]);
  }
  const doubts = [
    ...doubt('Here the load process was the narrow place, not the server', narrow),
    ...doubt('Here other programs held the processors, so measure again', idle),
  ];
  return [
    ...aligned(rows),
    '',
    ...aligned(starts),
    '',
    ...doubts,
    'Our server against bare hono, our client against bare undici: the median of the rounds (least to most).',
    ...ratios.map(ratioLine),
    '',
  ].join('\n');
}

function doubt(text, where) {
  return where.length ? [`${text}: ${where.join('; ')}.`, ''] : [];
}

function ratioLine({ what, atLeast, atMost, ratio, least, most, met }) {
  const wanted = atLeast ? `at least ${atLeast}` : `at most ${atMost}`;
  const spread = `(${least.toFixed(2)} to ${most.toFixed(2)})`;
  return `${met ? 'met   ' : 'MISSED'}  ${what}: ${ratio.toFixed(2)} ${spread}, wanted ${wanted}`;
}

function percent(share) {
  return `${(share * 100).toFixed(0)} %`;
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isText = rows[1].map((cell) => /^[a-z]/.test(cell));
  return rows.map((row) =>
    row
      .map((cell, i) => (isText[i] ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
}
