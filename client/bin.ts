#!/usr/bin/env node
import { buffer } from 'node:stream/consumers';
import { EXIT } from './cli/context.ts';
import { faultText, run } from './cli/program.ts';

/** Until it is known: whatever ends the process before is a fault, for every other code says something of money. */
process.exitCode = EXIT.fault;

let unsaid = false;
// Who read our lines may leave (`| head`), or their disk be full: payments under way go on without saying anything more.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    unsaid = true;
    process.exitCode = EXIT.fault;
  });
}

process.on('uncaughtException', (error) => {
  process.stderr.write(faultText(error));
  process.exit(EXIT.fault);
});

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const exitCode = await run(process.argv.slice(2), {
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
// What became of the payments is in the journal; that nobody was told is not a success.
process.exitCode = unsaid ? EXIT.fault : exitCode;
