/** A server in a process of its own: started up to its ready line and watched through /proc. */
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { startNode, stop } from './children.mjs';

const READY_MS = 30_000;

/**
 * @param {readonly string[]} args
 * @param {string} cwd a scratch folder: what a server keeps by default must not lie in the code
 */
export async function startServer(args, cwd) {
  const child = startNode(args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const ready = await readyLine(child);
  child.stdout.resume();
  return { url: ready.url, ready, pid: child.pid, stop: () => stop(child) };
}

function readyLine(child) {
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    if (complaint.length < 2000) complaint += chunk;
  });
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`A server ${why}.\n${complaint}`));
    const late = setTimeout(() => fail('did not get ready'), READY_MS);
    child.once('close', () => fail('ended before it was ready'));
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const event = parsed(line);
      if (event?.event !== 'ready') return;
      clearTimeout(late);
      lines.close();
      resolve(event);
    });
  });
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // a line for people
  }
}

/**
 * @param {number} pid
 * @returns {Promise<number>} most memory that it ever held, MiB; NaN where there is no /proc
 */
export async function peakMemory(pid) {
  const status = await readProc(pid, 'status');
  return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/**
 * @param {number} pid
 * @returns {Promise<number>} CPU time so far, all threads, in seconds; NaN where there is no /proc
 */
export async function cpuSeconds(pid) {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  let nanoseconds = threads.length > 0 ? 0 : Number.NaN;
  for (const thread of threads) {
    const [onProcessor] = (await readProc(pid, `task/${thread}/schedstat`)).split(' ');
    nanoseconds += Number(onProcessor);
  }
  return nanoseconds / 1e9;
}

async function readProc(pid, file) {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}
