#!/usr/bin/env node
import { buffer } from 'node:stream/consumers';
import { run } from './cli/program.ts';

// Whoever read our lines may leave (`| head`): payments under way go on without saying anything more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

process.exitCode = await run(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  ...(process.stderr.isTTY ? { terminal: process.stderr } : {}),
  env: process.env,
  cwd: process.cwd(),
  readStdin: () => buffer(process.stdin),
  onInterrupt(listener) {
    for (const signal of SIGNALS) process.on(signal, listener);
    return () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    };
  },
});
