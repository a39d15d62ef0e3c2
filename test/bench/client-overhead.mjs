/** What the client costs: a process of its own takes turns with `send` and with bare undici, against our server. */
import { fileURLToPath } from 'node:url';
import { startNode, stop } from './children.mjs';
import { SEND_TARGET } from './plan.mjs';
import { startServer } from './server-process.mjs';

const ERRAND_TIMEOUT_MS = 120_000;

/**
 * @param {{ args: readonly string[], cwd: string, plan: import('./plan.mjs').Plan }} options
 *   args of a server that limits nothing
 * @returns {Promise<import('./sends.mjs').Round[]>}
 */
export async function measureClient({ args, cwd, plan }) {
  const server = await startServer(args, cwd);
  const { merchant, certificates: files } = server.ready;
  const script = fileURLToPath(new URL('./sends.mjs', import.meta.url));
  const child = startNode(['--expose-gc', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { concurrencies } = SEND_TARGET;
  const rounds = await errand(child, {
    url: server.url,
    files,
    merchant,
    concurrencies,
    ...plan.sends,
  });
  await Promise.all([stop(child), server.stop()]);
  return rounds;
}

function errand(child, message) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The sends took too long.')), ERRAND_TIMEOUT_MS);
    child.once('message', ({ error, result }) => {
      clearTimeout(late);
      if (error) reject(new Error(error));
      else resolve(result);
    });
    child.once('exit', () => {
      clearTimeout(late);
      reject(new Error('The process that sends ended.'));
    });
    child.send(message);
  });
}
