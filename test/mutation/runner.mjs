/**
 * Stryker's runner for vitest, with one thread and its modules that stay: a new thread for every mutant spends most of its time on
 * loading them. A mutant is chosen while the code runs, so that what is loaded serves all of them.
 */
import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';
import { ThreadsPoolWorker } from 'vitest/node';

const [{ factory: makeVitestRunner }] = vitestPlugins;

/** The thread, between two mutants nobody's. */
let thread;

class KeptWorker {
  name = 'kept';
  #own;
  #told = new EventEmitter();

  constructor(options) {
    this.options = options;
  }

  on(event, callback) {
    this.#own.on(event, callback);
    this.#told.on(event, callback);
  }

  off(event, callback) {
    this.#own.off(event, callback);
    this.#told.off(event, callback);
  }

  async start() {
    this.#own = thread ?? new ThreadsPoolWorker(this.options);
    this.isKept = thread !== undefined;
    thread = undefined;
    if (!this.isKept) await this.#own.start();
  }

  send(message) {
    // The names of the tests to run are in the settings, and those come with the start.
    if (message.type === 'start') this.config = message.context.config;
    if (message.type === 'start' && this.isKept) return this.#answer('started');
    if (message.type === 'stop') return this.#answer('stopped');
    // The thread has stopped by itself; told so again, it would stop the next run too.
    if (message.m === 'onCancel') return;
    if (message.type === 'run') {
      message.context.config = this.config;
      message.context.invalidates = spoilt ? OWN_MODULES : [];
    }
    this.#own.send(message);
  }

  async stop() {
    for (const event of this.#told.eventNames()) {
      for (const callback of this.#told.listeners(event)) this.#own.off(event, callback);
    }
    thread = this.#own;
  }

  deserialize(data) {
    return data;
  }

  /** What the thread would say, had it been asked. */
  #answer(type) {
    queueMicrotask(() => this.#told.emit('message', { __vitest_worker_response__: true, type }));
  }
}

const OWN_MODULES = [];

/** These keep what they once worked out: after a mutant of theirs all our modules are evaluated anew, and before it. */
const WITH_MEMORY = /contracts\/wire\/(?:xml|gbk)\.ts$/;
let spoilt = true;

function keptVitestRunner(injector) {
  const runner = makeVitestRunner(injector);
  const init = runner.init.bind(runner);
  runner.init = async () => {
    await init();
    for (const folder of ['contracts', 'mock-server', 'client', 'test']) {
      const files = readdirSync(folder, { recursive: true });
      OWN_MODULES.push(...files.map((file) => resolve(folder, file)));
    }
    for (const { config } of runner.ctx.projects) {
      config.pool = 'kept';
      config.poolRunner = { name: 'kept', createPoolWorker: (options) => new KeptWorker(options) };
    }
  };
  const mutantRun = runner.mutantRun.bind(runner);
  let before = '';
  runner.mutantRun = (options) => {
    spoilt = [before, options.sandboxFileName].some((file) => WITH_MEMORY.test(file));
    before = options.sandboxFileName;
    return mutantRun(options);
  };
  const dispose = runner.dispose.bind(runner);
  runner.dispose = async () => {
    await dispose();
    await thread?.stop();
  };
  return runner;
}
keptVitestRunner.inject = makeVitestRunner.inject;

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'kept-vitest', factory: keptVitestRunner },
];
export { strykerValidationSchema } from '@stryker-mutator/vitest-runner';
