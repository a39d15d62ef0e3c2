/** The parent's side of the load process. */
import { fileURLToPath } from 'node:url';
import { startNode } from './children.mjs';

const ORDER_TIMEOUT_MS = 60_000;

/**
 * @param {import('./client.mjs').ClientFiles} files
 * @param {import('./bodies.mjs').Merchant} merchant
 */
export async function startLoad(files, merchant) {
  const script = fileURLToPath(new URL('./load.mjs', import.meta.url));
  const child = startNode(['--expose-gc', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await tell(child, { files, merchant });
  return {
    /**
     * @param {import('./load.mjs').Order} order
     * @returns {Promise<import('./load.mjs').Measured>}
     */
    run: (order) => tell(child, { order }),
  };
}

function tell(child, message) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => settle(new Error('The load process took too long.')),
      ORDER_TIMEOUT_MS,
    );
    function settle(error, result) {
      clearTimeout(late);
      child.off('message', onMessage);
      child.off('exit', onExit);
      if (error) reject(error);
      else resolve(result);
    }
    const onMessage = (answer) => settle(answer.error && new Error(answer.error), answer.result);
    const onExit = () => settle(new Error('The load process ended.'));
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(message);
  });
}
