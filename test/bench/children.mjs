/** Every process that the bench starts, so that none outlives it, whatever happens. */
import { spawn } from 'node:child_process';

const STOP_MS = 3000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(2));

/**
 * A process of node's, with the run's own node.
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function startNode(args, options) {
  const child = spawn(process.execPath, args, options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** @param {import('node:child_process').ChildProcess} child */
export async function stop(child) {
  if (!children.has(child)) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(late);
}

/** For the end of a run, a failed one above all: what still runs would keep the bench waiting. */
export async function stopAll() {
  await Promise.all([...children].map(stop));
}
