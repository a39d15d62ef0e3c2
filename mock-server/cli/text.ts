/** What the command line says: the ready text with a curl line that works, and a line per request. */
import {
  beijingDay,
  dashedTime,
  ENDPOINT_ROWS,
  sampleRequest,
  toYuan,
  writeXml,
} from '../../contracts/core.ts';
import type { JournalEntry } from '../journal/entry.ts';
import type { Reload } from '../reload.ts';
import type { MockServer } from '../serve.ts';

export function clockText(clock: MockServer['scenario']['clock']): string {
  if (clock.mode === 'real') return 'real, in Beijing time';
  if (clock.mode === 'offset') return `the host's, shifted by ${clock.by}, shown in Beijing time`;
  if (clock.mode === 'frozen') return `frozen at ${clock.at ?? 'the start'}, shown in Beijing time`;
  const pace = clock.rate === 1 ? '' : `, ${clock.rate} times as fast`;
  return `running from ${clock.from ?? 'the start'}${pace}, shown in Beijing time`;
}

export function readyText(server: MockServer): string {
  const { merchant, merchants, scenario, url, proxyUrl, adminUrl } = server;
  const { dir, caPath } = merchant.certificates;
  const others = merchants.slice(1).map(({ mchId }) => mchId);
  const rows: [string, string][] = [
    ['base url', url],
    ['endpoint', `${url}${ENDPOINT_ROWS.sendredpack.path}`],
    ['edition', scenario.edition],
    ['scenario', scenario.title],
    ['clock', clockText(scenario.clock)],
    ...(scenario.tls?.fault
      ? ([['tls', `${scenario.tls.fault}, on purpose`]] as [string, string][])
      : []),
    ['merchant', `${merchant.mchId}${others.length > 0 ? ` (also ${others.join(', ')})` : ''}`],
    ['key', merchant.key],
    ['appid', merchant.appid],
    [
      'bundle',
      `${dir} (apiclient_cert.p12, password ${merchant.mchId}; apiclient_cert.pem, apiclient_key.pem)`,
    ],
    ['ca', caPath],
    ...(proxyUrl ? ([['proxy', `HTTPS_PROXY=${proxyUrl}`]] as [string, string][]) : []),
    ...(adminUrl ? ([['admin', `${adminUrl}/openapi.json`]] as [string, string][]) : []),
  ];
  const table = rows.map(([name, value]) => `  ${name.padEnd(9)} ${value}`).join('\n');
  return `redpack-mock is ready. It moves no money.\n${table}\n\nTry:\n${curlLine(server)}\n\n`;
}

/** One line, to be pasted as it is: a signed sample request. Pasted twice it pays once. */
export function curlLine({ url, merchant, scenario, clock }: MockServer): string {
  const { certPath, keyPath, caPath } = merchant.certificates;
  const mch_billno = `${merchant.mchId}${beijingDay(clock.nowMs())}0000000001`;
  const fields = sampleRequest(scenario.edition, 'sendredpack', merchant, { mch_billno });
  const body = writeXml([...fields]).replaceAll('\n', '');
  const files = `--cacert ${quote(caPath)} --cert ${quote(certPath)} --key ${quote(keyPath)}`;
  return `curl ${files} --data-binary '${body}' ${url}${ENDPOINT_ROWS.sendredpack.path}`;
}

function quote(path: string): string {
  return /^[\w./:\\-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The longest is a signature that nothing explains, with the string that would have been right. */
const WHY_MAX = 2_000;

/** `2026-01-31 12:00:00 sendredpack 1000…01 1.00 sent` and why. */
export function requestLine(entry: JournalEntry): string {
  const { request, endpoint, verdict, code, clause, paid } = entry;
  const amount = request.total_amount;
  const said = code ?? (verdict === 'front' ? `HTTP ${entry.httpStatus}` : verdict);
  const isSaid = code === undefined && !entry.faults;
  const money = paid && !isSaid ? ' (its order is paid)' : '';
  const parts = [
    dashedTime(entry.atMs),
    endpoint ?? '-',
    printable(request.mch_billno ?? '-'),
    ...(amount === undefined
      ? []
      : [/^\d{1,15}$/.test(amount) ? toYuan(Number(amount)) : printable(amount)]),
    `${said}${money}`,
    ...(entry.faults ? [`but ${entry.faults.join(', ')} (${entry.strikes} the money)`] : []),
    '-',
    printable(entry.why, WHY_MAX),
    ...(clause ? [`[${clause}]`] : []),
    ...wayOn(clause),
  ];
  return `${parts.join(' ')}\n`;
}

/** Whoever tries by hand has soon met a limit: how to go on from there. */
function wayOn(clause = ''): string[] {
  const limit = /^\w+\/((?:quota|frequency)\/.*)$/.exec(clause)?.[1];
  if (limit === undefined) return [];
  const ways = limit.startsWith('quota/user-') ? ['another openid'] : [];
  ways.push(
    limit === 'quota/closed-hours'
      ? 'another clock, in the scenario or by the admin API (--admin)'
      : 'POST /reset to the admin API (--admin)',
  );
  return [`(to go on: ${ways.join(', ')}, or --scenario no-limits)`];
}

type Reloaded = Extract<Reload, { ok: true }>;

/** `reloaded my.yaml: Everything is slow` and what of it counts later. */
export function reloadText({ file, scenario, notes }: Reloaded): string {
  return `reloaded ${file}: ${[scenario.title, ...notes].map((text) => printable(text)).join('; ')}\n`;
}

/** One line: the first fault, and how many more there are. */
export function notReloadedText({ file, reason }: Extract<Reload, { ok: false }>): string {
  const [first = '', ...others] = reason.split('\n');
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return `not reloaded, ${file} is served as it was before: ${printable(first)}${more}\n`;
}

export function jsonReload({ file, scenario, notes }: Reloaded): string {
  return `${JSON.stringify({ event: 'reload', file, title: scenario.title, edition: scenario.edition, notes })}\n`;
}

/** What a client sent goes to a terminal: control characters do not. */
export function printable(text: string, charactersMax = 200): string {
  return text.replace(/\p{Cc}/gu, '?').slice(0, charactersMax);
}

export function jsonReady(server: MockServer): string {
  const { url, proxyUrl, adminUrl, merchants, scenario, merchant } = server;
  const describe = ({ mchId, key, appid }: typeof merchant) => ({ mch_id: mchId, key, appid });
  const { certPath, keyPath, p12Path, caPath } = merchant.certificates;
  return `${JSON.stringify({
    event: 'ready',
    url,
    ...(proxyUrl ? { proxy: proxyUrl } : {}),
    ...(adminUrl ? { admin: adminUrl } : {}),
    edition: scenario.edition,
    merchant: describe(merchant),
    merchants: merchants.map(describe),
    certificates: { cert: certPath, key: keyPath, p12: p12Path, ca: caPath },
  })}\n`;
}

export function jsonLine({ request, reply: _, ...entry }: JournalEntry): string {
  const { mch_id, mch_billno, total_amount, re_openid } = request;
  const line = JSON.stringify({
    event: 'request',
    ...entry,
    mch_id,
    mch_billno,
    total_amount,
    re_openid,
  });
  // JSON escapes the control characters below a space; a terminal obeys those above DEL too.
  return `${line.replace(/[\u007f-\u009f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}\n`;
}
